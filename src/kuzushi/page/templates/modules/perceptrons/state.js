/**
 * The state of the perceptron demo: a net, its points, the frame of the plane, and how it is to be trained.
 *
 * A state is never changed; each act makes another. What comes from outside is checked here.
 */

import { UNITS } from "nets";

export const MOST_UNITS = 8;
export const MOST_POINTS = 200;
export const SCALE = { least: 0.1, most: 30 };
export const OPTIMISERS = { adam: { word: "Adam", rate: 0.1 }, sgd: { word: "plain gradient descent", rate: 1 } };
export const MOST_SEED = 2 ** 32 - 1;

const LARGEST = 1e100; // of weights, as the program has it; what they add up to is then a finite number
const FARTHEST = 1e9; // of coordinates; of larger ones, numbers hardly tell neighbours apart
const MARGIN = 0.25; // how far the plane reaches beyond the points, in parts of their range

/** Return a fresh state with this net on these points. */
export function stateOf({ points, targets }, net, { seed = 0, optimiser = "adam", rate = 0.1 } = {}) {
  const { hidden_weight, hidden_bias, output_weight, output_bias } = net;
  const weights = { hidden_weight, hidden_bias, output_weight, output_bias };
  return { weights, act: net.act, scale: 1, points, targets, frame: frameOf(points), seed, optimiser, rate, run: null };
}

/** Return weights and biases with the factor multiplied in. */
export function effective({ weights, scale }) {
  return scaled(weights, scale);
}

/** Return all weights and biases times a factor. */
export function scaled(weights, factor) {
  const row = (values) => values.map((value) => value * factor);
  return {
    hidden_weight: weights.hidden_weight.map(row),
    hidden_bias: row(weights.hidden_bias),
    output_weight: weights.output_weight.map(row),
    output_bias: row(weights.output_bias),
  };
}

/** Return a net of step units whose lines fan through the middle of the frame, each with weight 1 to the output. */
export function undesigned(units, frame) {
  const made = Array.from({ length: units }, (_, j) => newUnit(j, frame));
  return {
    hidden_weight: made.map(({ weight }) => weight),
    hidden_bias: made.map(({ bias }) => bias),
    output_weight: [made.map(() => 1)],
    output_bias: [0],
    act: "step",
  };
}

/** Return a unit whose line goes through the middle of the frame, in another direction for each index. */
function newUnit(index, [low1, high1, low2, high2]) {
  const angle = 0.4 + index * 2.4; // about the golden angle: no two lines lie close together
  const weight = [Math.cos(angle) * (3 / (high1 - low1)), Math.sin(angle) * (3 / (high2 - low2))].map(short);
  return { weight, bias: short((-weight[0] * (low1 + high1) - weight[1] * (low2 + high2)) / 2) };
}

/** Return a number rounded to four digits. */
const short = (value) => Number(value.toPrecision(4));

/**
 * Return the box of the points and a quarter of its range on each side: [lowest x1, highest x1, lowest x2, highest
 * x2].
 */
export function frameOf(points) {
  return [0, 1].flatMap((i) => {
    const values = points.map((point) => point[i]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = high > low ? MARGIN * (high - low) : 1;
    return [low - margin, high + margin];
  });
}

/** Return whether two sets of points are the same. */
export function samePoints(one, other) {
  return JSON.stringify([one.points, one.targets]) === JSON.stringify([other.points, other.targets]);
}

/** Return whether two nets have the same weights and biases. */
export function sameWeights(one, other) {
  const listed = (net) => JSON.stringify([net.hidden_weight, net.hidden_bias, net.output_weight, net.output_bias]);
  return listed(one) === listed(other);
}

/* ---- from outside ---- */

/**
 * Return the net in a value from outside.
 *
 * @throws {Error} in one line: what was received, and what is expected
 */
export function checkedNet(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("holds no net; expected an object with hidden_weight, hidden_bias, output_weight and output_bias");
  }
  const { hidden_weight, hidden_bias, output_weight, output_bias, act = "sig" } = value;
  const units = Array.isArray(hidden_weight) ? hidden_weight.length : 0;
  if (units < 1 || units > MOST_UNITS) {
    throw new Error(`has hidden_weight for ${units} units; expected 1 to ${MOST_UNITS} rows of two numbers`);
  }
  hidden_weight.forEach((row, j) => checkNumbers(row, 2, `row ${j + 1} of hidden_weight`));
  checkNumbers(hidden_bias, units, "hidden_bias");
  if (!Array.isArray(output_weight) || output_weight.length !== 1) {
    throw new Error(`has no output_weight of one row; expected [[...]] with ${units} numbers`);
  }
  checkNumbers(output_weight[0], units, "output_weight");
  checkNumbers(output_bias, 1, "output_bias");
  if (!Object.hasOwn(UNITS, act)) throw new Error('has an unknown act; expected "sig", "tanh" or "step"');
  return { hidden_weight, hidden_bias, output_weight, output_bias, act };
}

function checkNumbers(values, length, name) {
  if (!Array.isArray(values) || values.length !== length) {
    const found = Array.isArray(values) ? `${values.length} numbers` : "no list";
    throw new Error(`has ${found} in ${name}; expected ${length}`);
  }
  if (!values.every(isWeight)) {
    throw new Error(`has something in ${name} that is not a number below ${LARGEST}; expected numbers only`);
  }
}

/** Return whether a number can be a weight. */
export const isWeight = (value) => isNumber(value, -LARGEST, LARGEST);

const isNumber = (value, least, most) => Number.isFinite(value) && value >= least && value <= most;

/** Return a state for the address; points only if they are not the usual ones. */
export function toAddress(state, usual) {
  const { weights, act, scale, seed, optimiser, rate, frame } = state;
  const value = { ...weights, act, scale, seed, optimiser, rate };
  if (samePoints(state, usual)) return value;
  return { ...value, points: state.points.map((point, n) => [...point, state.targets[n]]), frame };
}

/**
 * Return the state in an address.
 *
 * @throws {Error} if it is none
 */
export function fromAddress(value, usual) {
  const { act, ...weights } = checkedNet(value);
  const { scale, seed, optimiser, rate } = value;
  if (!isNumber(scale, SCALE.least, SCALE.most)) throw new Error("has no scale");
  if (!isSeed(seed)) throw new Error("has no seed");
  if (!Object.hasOwn(OPTIMISERS, optimiser) || !isRate(rate)) throw new Error("does not say how to train");
  const { points, targets, frame } = value.points === undefined ? usual : checkedPoints(value.points, value.frame);
  return { weights, act, scale, points, targets, frame: frame ?? frameOf(points), seed, optimiser, rate, run: null };
}

/** Return whether random weights can be drawn from a seed. */
export const isSeed = (seed) => Number.isInteger(seed) && seed >= 0 && seed <= MOST_SEED;

/** Return whether a learning rate can be used. */
export const isRate = (rate) => isNumber(rate, 1e-6, 100);

/** Return whether a point can be shown. */
export const isPoint = (point) => point.length === 2 && point.every((x) => isNumber(x, -FARTHEST, FARTHEST));

function checkedPoints(rows, frame) {
  if (!Array.isArray(rows) || rows.length < 1 || rows.length > MOST_POINTS) throw new Error("has no points");
  if (!rows.every((row) => Array.isArray(row) && isPoint(row.slice(0, -1)) && [0, 1].includes(row.at(-1)))) {
    throw new Error("has invalid points");
  }
  if (!Array.isArray(frame) || frame.length !== 4 || !frame.every((x) => isNumber(x, -3 * FARTHEST, 3 * FARTHEST))) {
    throw new Error("has no frame");
  }
  if (!(frame[0] < frame[1] && frame[2] < frame[3])) throw new Error("has an empty frame");
  return { points: rows.map((row) => row.slice(0, 2)), targets: rows.map((row) => row[2]), frame };
}

/* ---- weight edits ---- */

const replaced = (values, index, value) => values.map((old, n) => (n === index ? value : old));

/** Return weights with another line for one hidden unit. */
export function withUnit(weights, j, { weight, bias }) {
  const hidden_weight = replaced(weights.hidden_weight, j, weight);
  return { ...weights, hidden_weight, hidden_bias: replaced(weights.hidden_bias, j, bias) };
}

/** Return weights with one number changed: "w1", "w2", "bias" or "output weight" of a unit, or "output bias". */
export function withValue(weights, name, j, value) {
  const [w1, w2] = weights.hidden_weight[j];
  const bias = weights.hidden_bias[j];
  if (name === "w1") return withUnit(weights, j, { weight: [value, w2], bias });
  if (name === "w2") return withUnit(weights, j, { weight: [w1, value], bias });
  if (name === "bias") return withUnit(weights, j, { weight: [w1, w2], bias: value });
  if (name === "output bias") return { ...weights, output_bias: [value] };
  return { ...weights, output_weight: [replaced(weights.output_weight[0], j, value)] };
}

/** Return weights with one more hidden unit, through the middle of the frame. */
export function withNewUnit(weights, frame) {
  const { weight, bias } = newUnit(weights.hidden_bias.length, frame);
  return {
    hidden_weight: [...weights.hidden_weight, weight],
    hidden_bias: [...weights.hidden_bias, bias],
    output_weight: [[...weights.output_weight[0], 1]],
    output_bias: weights.output_bias,
  };
}

/** Return weights without one hidden unit. */
export function withoutUnit(weights, j) {
  const others = (_, n) => n !== j;
  return {
    hidden_weight: weights.hidden_weight.filter(others),
    hidden_bias: weights.hidden_bias.filter(others),
    output_weight: [weights.output_weight[0].filter(others)],
    output_bias: weights.output_bias,
  };
}

/* ---- undo ---- */

const LONGEST = 500; // acts kept

/**
 * Return a history of states with undo and redo.
 *
 * An act that lasts, such as a drag, is previewed step by step and settled at its end: it is then one act.
 *
 * @param first the first state; states are compared by identity
 * @param changed called after every change of the present state
 */
export function acts(first, changed) {
  let present = first;
  let before = null; // the state before an act that is not settled
  let past = [];
  let future = [];

  const settle = () => {
    if (before !== null && before !== present) {
      past = [...past.slice(1 - LONGEST), before];
      future = [];
    }
    before = null;
  };
  const move = (from, to) => {
    settle();
    if (from().length === 0) return;
    to().push(present);
    present = from().pop();
    changed();
  };

  return {
    get state() {
      return present;
    },
    get canUndo() {
      return past.length > 0 || (before !== null && before !== present);
    },
    get canRedo() {
      return future.length > 0;
    },
    preview(state) {
      before ??= present;
      present = state;
      changed();
    },
    settle,
    act(state) {
      settle();
      before = present;
      present = state;
      settle();
      changed();
    },
    undo: () => move(() => past, () => future),
    redo: () => move(() => future, () => past),
  };
}
