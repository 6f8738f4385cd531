/** Training in the page: a start from a seed, one step or many, back to the start, and the loss as a curve. */

import { svg } from "elements";
import { number } from "numbers";
import { descent, fromStandard, randomStart, standardised, standardOf, toStandard } from "perceptrons/descent";
import { ticks } from "perceptrons/points";
import { effective, isRate, isSeed, isWeight, MOST_SEED, OPTIMISERS, scaled } from "perceptrons/state";

const MOST_PICTURES = 500; // milliseconds between two of them for those who want little motion

/**
 * Connect the fields and buttons of the panel, found by their `data-part`.
 *
 * @param acts the states of the demo
 * @param isSolved whether a state is right on every point
 * @param say shows one line
 * @returns {{draw: (state, its loss in nats), pause: () ends a run}}
 */
export function trainingPanel(part, acts, isSolved, say) {
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

  const overflow = () => say("Training diverged; rewind, and choose a smaller learning rate.");

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

/* ---- loss curve ---- */

const [WIDTH, HEIGHT] = [440, 150];
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 424, 12, 116];
const MOST_TICKS = 5; // of the losses
const LONGEST = 600; // losses kept; of longer courses every second, fourth, ...

/** Return a list of losses by epoch, thinned out as it grows. */
export function course() {
  let stride = 1;
  let values = [];
  return {
    note(epoch, loss) {
      if (epoch % stride !== 0) return;
      values.length = Math.min(values.length, epoch / stride); // what was there after it belonged to another descent
      values[epoch / stride] = loss;
      if (values.length <= LONGEST) return;
      values = values.filter((_, n) => n % 2 === 0);
      stride *= 2;
    },
    /** [epoch, loss] up to an epoch. */
    upTo(epoch) {
      return values.map((loss, n) => [n * stride, loss]).filter(([at, loss]) => at <= epoch && loss !== undefined);
    },
  };
}

/** Draw [epoch, loss] points into an SVG element, the loss on a logarithmic axis. */
function drawCurve(element, points) {
  element.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  const axes = [
    svg("path", { d: `M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}`, class: "axes" }),
    svg("text", { x: RIGHT, y: HEIGHT - 3, class: "axis end" }, "epochs"),
    svg("text", { x: LEFT + 6, y: TOP + 8, class: "axis" }, "loss (nats, logarithmic)"),
  ];
  const seen = points.filter(([, loss]) => loss > 0);
  if (seen.length < 2) {
    element.replaceChildren(...axes);
    return;
  }
  const last = seen.at(-1)[0];
  const logs = seen.map(([, loss]) => Math.log10(loss));
  const high = Math.max(0, ...logs) + 0.15;
  const low = Math.min(high - 1, ...logs) - 0.05;
  const x = (epoch) => LEFT + ((RIGHT - LEFT) * epoch) / last;
  const y = (log) => BOTTOM - ((BOTTOM - TOP) * (log - low)) / (high - low);
  const d = logs.map((log, n) => `${n ? "L" : "M"}${x(seen[n][0]).toFixed(1)} ${y(log).toFixed(1)}`).join("");
  element.replaceChildren(
    ...axes,
    ...roundLogs(low, high).map((log) => {
      return svg("text", { x: LEFT - 6, y: y(log) + 4, class: "tick-label upright" }, number(10 ** log, 1));
    }),
    ...ticks(0, last * 1.05).map((epoch) => {
      return svg("text", { x: x(epoch), y: BOTTOM + 17, class: "tick-label" }, epoch.toLocaleString("en"));
    }),
    svg("path", { d, class: "curve" }),
  );
}

/** Return the logarithms of round numbers in a range: powers of ten, and of few also 2 and 5 between them. */
function roundLogs(low, high) {
  const step = Math.max(1, Math.ceil((high - low) / MOST_TICKS));
  const powers = [];
  for (let power = Math.floor(high); power >= Math.floor(low); power -= step) powers.push(power);
  const all = powers.length > 3 ? powers : powers.flatMap((power) => [1, 2, 5].map((n) => power + Math.log10(n)));
  return all.filter((log) => log >= low && log <= high);
}
