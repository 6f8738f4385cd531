/**
 * The state of the perceptron bench: a net, its points, the frame of the plane, and how it is to be trained.
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

/** A fresh state with this net on these points. */
export function stateOf({ points, targets }, net, { seed = 0, optimiser = "adam", rate = 0.1 } = {}) {
  const { hidden_weight, hidden_bias, output_weight, output_bias } = net;
  const weights = { hidden_weight, hidden_bias, output_weight, output_bias };
  return { weights, act: net.act, scale: 1, points, targets, frame: frameOf(points), seed, optimiser, rate, run: null };
}

/** Weights and biases with the factor multiplied in. */
export function effective({ weights, scale }) {
  return scaled(weights, scale);
}

/** All weights and biases times a factor. */
export function scaled(weights, factor) {
  const row = (values) => values.map((value) => value * factor);
  return {
    hidden_weight: weights.hidden_weight.map(row),
    hidden_bias: row(weights.hidden_bias),
    output_weight: weights.output_weight.map(row),
    output_bias: row(weights.output_bias),
  };
}

/** A net of step units whose lines fan through the middle of the frame, each with weight 1 to the output. */
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

/** A unit whose line goes through the middle of the frame, in another direction for each place. */
export function newUnit(place, [low1, high1, low2, high2]) {
  const angle = 0.4 + place * 2.4; // about the golden angle: no two lines lie close together
  const weight = [Math.cos(angle) * (3 / (high1 - low1)), Math.sin(angle) * (3 / (high2 - low2))].map(short);
  return { weight, bias: short((-weight[0] * (low1 + high1) - weight[1] * (low2 + high2)) / 2) };
}

/** A number without digits that nobody needs. */
export const short = (value) => Number(value.toPrecision(4));

/** The box of the points and a quarter of its range on each side: [lowest x1, highest x1, lowest x2, highest x2]. */
export function frameOf(points) {
  return [0, 1].flatMap((i) => {
    const values = points.map((point) => point[i]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = high > low ? MARGIN * (high - low) : 1;
    return [low - margin, high + margin];
  });
}

/** Whether two sets of points are the same. */
export function samePoints(one, other) {
  return JSON.stringify([one.points, one.targets]) === JSON.stringify([other.points, other.targets]);
}

/** Whether two nets have the same weights and biases. */
export function sameWeights(one, other) {
  const listed = (net) => JSON.stringify([net.hidden_weight, net.hidden_bias, net.output_weight, net.output_bias]);
  return listed(one) === listed(other);
}

/* ---- from outside ---- */

/**
 * A net out of a value that was read from somewhere.
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

/** Whether a number can be a weight. */
export const isWeight = (value) => isNumber(value, -LARGEST, LARGEST);

const isNumber = (value, least, most) => Number.isFinite(value) && value >= least && value <= most;

/** A state in few words, for the address: points only where they are not the usual ones. */
export function toAddress(state, usual) {
  const { weights, act, scale, seed, optimiser, rate, frame } = state;
  const told = { ...weights, act, scale, seed, optimiser, rate };
  if (samePoints(state, usual)) return told;
  return { ...told, points: state.points.map((point, n) => [...point, state.targets[n]]), frame };
}

/**
 * The state that an address tells.
 *
 * @throws {Error} if it is none
 */
export function fromAddress(told, usual) {
  const { act, ...weights } = checkedNet(told);
  const { scale, seed, optimiser, rate } = told;
  if (!isNumber(scale, SCALE.least, SCALE.most)) throw new Error("has no scale");
  if (!isSeed(seed)) throw new Error("has no seed");
  if (!Object.hasOwn(OPTIMISERS, optimiser) || !isRate(rate)) throw new Error("says not how to train");
  const { points, targets, frame } = told.points === undefined ? usual : checkedPoints(told.points, told.frame);
  return { weights, act, scale, points, targets, frame: frame ?? frameOf(points), seed, optimiser, rate, run: null };
}

/** Whether random weights can be drawn from a seed. */
export const isSeed = (seed) => Number.isInteger(seed) && seed >= 0 && seed <= MOST_SEED;

/** Whether a learning rate can be used. */
export const isRate = (rate) => isNumber(rate, 1e-6, 100);

/** Whether a point can be shown. */
export const isPoint = (point) => point.length === 2 && point.every((x) => isNumber(x, -FARTHEST, FARTHEST));

function checkedPoints(rows, frame) {
  if (!Array.isArray(rows) || rows.length < 1 || rows.length > MOST_POINTS) throw new Error("has no points");
  if (!rows.every((row) => Array.isArray(row) && isPoint(row.slice(0, -1)) && [0, 1].includes(row.at(-1)))) {
    throw new Error("has points that are none");
  }
  if (!Array.isArray(frame) || frame.length !== 4 || !frame.every((x) => isNumber(x, -3 * FARTHEST, 3 * FARTHEST))) {
    throw new Error("has no frame");
  }
  if (!(frame[0] < frame[1] && frame[2] < frame[3])) throw new Error("has an empty frame");
  return { points: rows.map((row) => row.slice(0, 2)), targets: rows.map((row) => row[2]), frame };
}
