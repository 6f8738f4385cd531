/** The perceptron bench: hidden units as lines to drag and turn, and what they and their net then compute. */

import { share, shared } from "address";
import { activationTable } from "perceptron/activation_table";
import { fileControls, netControls, undoControls } from "perceptron/controls";
import { descentPanel } from "perceptron/descent_panel";
import { lineHandles } from "perceptron/line_handles";
import { netChoice } from "perceptron/net_choice";
import { ownPoints } from "perceptron/own_points";
import { themeColours } from "perceptron/plane_drawing";
import { planePictures } from "perceptron/plane_pictures";
import { pointsOver } from "perceptron/plane_points";
import { isSolved, rightFrom, scored } from "perceptron/score";
import * as states from "perceptron/state";
import { acts as newActs } from "perceptron/undo";
import { number } from "perceptron/unit_lines";
import { withNewUnit, withUnit, withValue, withoutUnit } from "perceptron/weight_edits";
import { weightTable } from "perceptron/weight_table";
import { afterRest, inFrames } from "timing";

const NAME = "perceptron_bench";
const REST = 300; // milliseconds until the address is written
const UNITS_TO_DESIGN = 4;

/** @param data {points: sets of points by name, nets: those of the report, left_out: names of those too large} */
export async function start(bench, data) {
  const part = (name) => bench.querySelector(`[data-part="${name}"]`);
  const say = (text) => (part("notice").textContent = text);
  const usual = data.points[0];
  const nets = data.nets.map(({ points: set, ...net }) => {
    const { points, targets } = data.points.find(({ name }) => name === set);
    return { ...net, points, targets };
  });
  let known = told(usual, say) ?? states.stateOf(usual, nets[0]);
  let selected = null;
  let colours = themeColours(bench);

  const redraw = inFrames(() => draw(acts.state));
  const shareLater = afterRest(REST, () => share(NAME, states.toAddress(acts.state, usual)));
  const acts = newActs(known, () => {
    if (acts.state !== known) say("");
    known = acts.state;
    redraw();
    shareLater();
  });
  const change = (changed) => acts.act({ ...acts.state, ...changed, run: null });
  const lasting = (changed) => {
    descents.pause();
    acts.preview({ ...acts.state, ...changed, run: null });
  };
  const edit = (withChange, ...given) => change({ weights: withChange(acts.state.weights, ...given) });
  const editing = (withChange, ...given) => lasting({ weights: withChange(acts.state.weights, ...given) });
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

  const descents = descentPanel(part, acts, isSolved, say);
  const drawControls = netControls(part, acts, change, lasting);
  const drawUndo = undoControls(bench, part, acts);
  const drawPlanes = planePictures(part("plane"), part("units"));
  const drawPoints = pointsOver(part("surface").querySelector(".points"));
  const drawLines = lineHandles(part("surface"), {
    ...on,
    now: () => ({ units: unitsOf(acts.state), frame: acts.state.frame }),
    change: (j, unit) => editing(withUnit, j, unit),
  });
  const drawActivations = activationTable(part("activations"));
  const drawWeights = weightTable(part("weights"), {
    ...on,
    change: (name, j, value) => (states.isWeight(value) ? editing(withValue, name, j, value) : null),
    remove: (j) => edit(withoutUnit, j),
  });
  const drawChoice = netChoice(part("net"), nets, (net) => {
    const { points, targets, frame } = net === null ? acts.state : { ...net, frame: states.frameOf(net.points) };
    const { act, ...weights } = states.checkedNet(net ?? states.undesigned(UNITS_TO_DESIGN, frame));
    change({ weights, act, scale: 1, points, targets, frame });
  });
  ownPoints(part, part("surface"), acts, usual, say);
  fileControls(part, acts, change);
  part("add-unit").addEventListener("click", () => edit(withNewUnit, acts.state.frame));
  addEventListener("hashchange", () => {
    const state = told(usual, say);
    if (state !== null) acts.act(state);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colours = themeColours(bench);
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
    descents.draw(state, loss);
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

  if (data.left_out.length) write(part("left-out"), `Too large for this bench: ${data.left_out.join("; ")}.`);
  draw(acts.state);
}

const unitsOf = ({ weights }) => weights.hidden_weight.map((weight, j) => ({ weight, bias: weights.hidden_bias[j] }));

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The state that the address tells; null where it tells none, which is said if it tries to. */
function told(usual, say) {
  const read = shared(NAME);
  if (read === null && !location.hash.includes(`${NAME}=`)) return null;
  try {
    return states.fromAddress(read, usual);
  } catch (error) {
    say(`The address tells no net of this bench: it ${error.message}.`);
    return null;
  }
}
