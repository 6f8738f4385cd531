/** Training in the page: a start from a seed, one step or many, and back to the start. */

import { descent, fromStandard, randomStart, standardOf, standardised, toStandard } from "perceptron/descent";
import { course, drawCurve } from "perceptron/loss_curve";
import { MOST_SEED, OPTIMISERS, effective, isRate, isSeed, isWeight, scaled } from "perceptron/state";
import { number } from "perceptron/unit_lines";

const MOST_PICTURES = 500; // milliseconds between two of them for those who want little motion

/**
 * The panel's fields and buttons, by the `data-part` of each.
 *
 * @param acts the states of the bench
 * @param isSolved whether a state is right on every point
 * @param say shows one line
 * @returns {{draw: (state, its loss in nats), pause: () ends a run}}
 */
export function descentPanel(part, acts, isSolved, say) {
  let trainer = null; // a descent, and the state that it has reached
  let losses = course();
  let origin = null; // the weights from which this course began
  let running = false;
  let shown = null; // the state that a run has shown last
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const begin = (state) => {
    const standard = standardOf(state.points);
    const { act, points, targets } = state;
    if (!state.run?.epoch || state.run.start !== origin) losses = course();
    origin = state.run?.start ?? state.weights;
    const weights = toStandard(effective(state), standard);
    return { standard, made: descent(weights, act, standardised(points, standard), targets, state), state };
  };

  /** The state after so many more epochs; null where the weights grow beyond all numbers. */
  const after = (state, epochs) => {
    if (trainer?.state !== state) trainer = begin(state);
    const { epoch, start } = state.run ?? { epoch: 0, start: state.weights };
    for (let n = 0; n < epochs; n++) losses.note(epoch + n, trainer.made.step());
    const weights = scaled(fromStandard(trainer.made.weights, trainer.standard), 1 / state.scale);
    if (!Object.values(weights).every((values) => values.flat().every(isWeight))) return null;
    trainer.state = { ...state, weights, run: { epoch: epoch + epochs, start } };
    return trainer.state;
  };

  const setRunning = (value) => {
    running = value;
    part("run").textContent = running ? "Pause" : "Train";
    part("one-step").disabled = running;
  };

  const overflow = () => say("The weights grew beyond all numbers; rewind, and give a smaller rate.");

  const pause = () => {
    if (!running) return;
    setRunning(false);
    if (acts.state === shown && trainer !== null) acts.preview(trainer.state);
    acts.settle();
  };

  const picture = (first, drawn) => (time) => {
    if (!running) return;
    if (acts.state !== shown) return pause(); // the reader did something else
    const next = after(trainer.state, Number(part("pace").value));
    if (next === null) {
      overflow();
      return pause();
    }
    const done = !first && isSolved(next);
    const due = done || !calm.matches || time - drawn > MOST_PICTURES;
    if (due) {
      shown = next;
      acts.preview(next);
    }
    return done ? pause() : requestAnimationFrame(picture(first, due ? time : drawn));
  };

  const run = () => {
    if (trainer?.state !== acts.state) trainer = begin(acts.state);
    shown = acts.state;
    setRunning(true);
    acts.settle();
    requestAnimationFrame(picture(isSolved(shown), -Infinity));
  };

  const startFrom = (seed) => {
    const { points, weights } = acts.state;
    const standard = standardOf(points);
    const start = randomStart(weights.hidden_bias.length, standardised(points, standard), seed);
    acts.act({ ...acts.state, weights: fromStandard(start, standard), scale: 1, seed, run: null });
  };

  const numbers = { seed: isSeed, rate: isRate };
  for (const [name, fits] of Object.entries(numbers)) {
    part(name).addEventListener("change", ({ target }) => {
      if (fits(target.valueAsNumber)) acts.act({ ...acts.state, [name]: target.valueAsNumber });
      else target.value = acts.state[name];
    });
  }
  part("optimiser").addEventListener("change", ({ target }) => {
    acts.act({ ...acts.state, optimiser: target.value, rate: OPTIMISERS[target.value].rate });
  });
  part("new-start").addEventListener("click", () => startFrom(acts.state.seed));
  part("next-start").addEventListener("click", () => startFrom((acts.state.seed + 1) % (MOST_SEED + 1)));
  part("one-step").addEventListener("click", () => {
    const next = after(acts.state, 1);
    if (next === null) overflow();
    else acts.act(next);
  });
  part("run").addEventListener("click", () => (running ? pause() : run()));
  part("rewind").addEventListener("click", () => {
    const { start } = acts.state.run;
    acts.act({ ...acts.state, weights: start, run: { epoch: 0, start } });
  });

  const draw = (state, loss) => {
    const epoch = state.run?.epoch ?? 0;
    const steps = state.act === "step";
    for (const name of Object.keys(numbers)) {
      if (document.activeElement !== part(name)) part(name).value = state[name];
    }
    part("optimiser").value = state.optimiser;
    part("one-step").disabled = steps || running;
    part("run").disabled = steps;
    part("rewind").disabled = epoch === 0;
    part("why").hidden = !steps;
    part("course").textContent = `epoch ${epoch.toLocaleString("en")}`;
    const before = epoch && state.run.start === origin ? losses.upTo(epoch - 1) : [];
    drawCurve(part("curve"), [...before, [epoch, loss]]);
    part("curve").setAttribute("aria-label", described(epoch, before, loss));
  };
  return { draw, pause };
}

function described(epoch, before, loss) {
  if (epoch === 0) return "Loss against epochs: nothing is trained yet.";
  const start = before.length ? `${number(before[0][1])} nats at epoch ${before[0][0]}, ` : "";
  return `Loss against epochs: ${start}${number(loss)} nats at epoch ${epoch}.`;
}
