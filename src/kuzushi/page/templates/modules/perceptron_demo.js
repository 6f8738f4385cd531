/** The perceptron demo: hidden units as lines to drag and turn, and what they and their net then compute. */

import { isShared, share, shared } from "address";
import { number } from "numbers";
import { fileControls, netChoice, netControls, undoControls } from "perceptrons/controls";
import { lineHandles } from "perceptrons/lines";
import { planePictures, themeColours } from "perceptrons/planes";
import { ownPoints, pointsOver } from "perceptrons/points";
import { isSolved, rightFrom, scored } from "perceptrons/score";
import * as states from "perceptrons/state";
import { activationTable, weightTable } from "perceptrons/tables";
import { trainingPanel } from "perceptrons/training";
import { afterRest, inFrames } from "timing";

const REST = 300; // milliseconds until the address is written
const UNITS_TO_DESIGN = 4;

/** @param data {points: sets of points by name, nets: those of the report, left_out: names of those too large} */
export async function start(demo, data) {
  const part = (name) => demo.querySelector(`[data-part="${name}"]`);
  const say = (text) => (part("notice").textContent = text);
  const usual = data.points[0];
  const nets = data.nets.map(({ points: set, ...net }) => {
    const { points, targets } = data.points.find(({ name }) => name === set);
    return { ...net, points, targets };
  });
  let known = stateInAddress(demo, usual, say) ?? states.stateOf(usual, nets[0]);
  let selected = null;
  let colours = themeColours(demo);

  const redraw = inFrames(() => draw(acts.state));
  const shareLater = afterRest(REST, () => share(demo.id, states.toAddress(acts.state, usual)));
  const acts = states.acts(known, () => {
    if (acts.state !== known) say("");
    known = acts.state;
    redraw();
    shareLater();
  });
  const change = (changed) => acts.act({ ...acts.state, ...changed, run: null });
  const lasting = (changed) => {
    training.pause();
    acts.preview({ ...acts.state, ...changed, run: null });
  };
  const edit = (withChange, ...values) => change({ weights: withChange(acts.state.weights, ...values) });
  const editing = (withChange, ...values) => lasting({ weights: withChange(acts.state.weights, ...values) });
  const on = {
    settle() {
      acts.settle();
      redraw(); // so that a field shows its value again, whatever was typed
    },
    select(j) {
      selected = j;
      redraw();
    },
  };

  const training = trainingPanel(part, acts, isSolved, say);
  const drawControls = netControls(part, acts, change, lasting);
  const drawUndo = undoControls(demo, part, acts);
  const drawPlanes = planePictures(part("plane"), part("units"));
  const drawPoints = pointsOver(part("surface").querySelector(".points"));
  const drawLines = lineHandles(part("surface"), {
    ...on,
    now: () => ({ units: unitsOf(acts.state), frame: acts.state.frame }),
    change: (j, unit) => editing(states.withUnit, j, unit),
  });
  const drawActivations = activationTable(part("activations"));
  const drawWeights = weightTable(part("weights"), {
    ...on,
    change: (name, j, value) => (states.isWeight(value) ? editing(states.withValue, name, j, value) : null),
    remove: (j) => edit(states.withoutUnit, j),
  });
  const drawChoice = netChoice(part("net"), nets, (net) => {
    const { points, targets, frame } = net === null ? acts.state : { ...net, frame: states.frameOf(net.points) };
    const { act, ...weights } = states.checkedNet(net ?? states.undesigned(UNITS_TO_DESIGN, frame));
    change({ weights, act, scale: 1, points, targets, frame });
  });
  ownPoints(part, part("surface"), acts, usual, say);
  fileControls(part, acts, change);
  part("add-unit").addEventListener("click", () => edit(states.withNewUnit, acts.state.frame));
  addEventListener("hashchange", () => {
    const state = stateInAddress(demo, usual, say);
    if (state !== null) acts.act(state);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colours = themeColours(demo);
    redraw();
  });
  new ResizeObserver(redraw).observe(part("plane"));

  function draw(state) {
    const { responses, right, loss } = scored(state);
    const size = part("plane").clientWidth;
    const words = drawPlanes(state, states.effective(state), responses, right, colours);
    drawPoints({ ...state, right, size });
    drawLines(unitsOf(state), state.frame, size, words, state.points);
    drawWeights(state.weights, selected);
    drawActivations(state.points, state.targets, responses, right, state.act);
    drawScore(right, loss);
    training.draw(state, loss);
    drawControls(state);
    drawUndo();
    drawChoice(state);
    part("add-unit").disabled = state.weights.hidden_bias.length === states.MOST_UNITS;
    write(part("right-from"), rightFrom(nets, state));
  }

  function drawScore(right, loss) {
    const count = right.filter(Boolean).length;
    write(part("count"), `${count} of ${right.length} right`);
    write(part("loss"), Number.isFinite(loss) ? `loss ${number(loss)} nats` : "loss infinite");
    part("count").classList.toggle("solved", count === right.length);
  }

  if (data.left_out.length) write(part("left-out"), `Too large for this demo: ${data.left_out.join("; ")}.`);
  draw(acts.state);
}

const unitsOf = ({ weights }) => weights.hidden_weight.map((weight, j) => ({ weight, bias: weights.hidden_bias[j] }));

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Return the state in the address; null if there is none, or it is invalid, which a notice says. */
function stateInAddress(demo, usual, say) {
  if (!isShared(demo.id)) return null;
  try {
    return states.fromAddress(shared(demo.id), usual);
  } catch (error) {
    say(`The address holds no net for this demo: it ${error.message}.`);
    return null;
  }
}
