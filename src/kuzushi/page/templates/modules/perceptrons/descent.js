/**
 * Gradient descent on the cross-entropy of a perceptron, as the program trains: from points of mean 0 and spread 1.
 */

import { perceptronGradient } from "nets";

const HIDDEN_SPREAD = 2; // the range of the random starts, as in perceptrons/nets.py
const OUTPUT_SPREAD = 6;
const DECAY = [0.9, 0.999]; // of the means of gradients and of their squares, and the term below the root: torch's Adam
const ROOT_TERM = 1e-8;

/** Return a generator of numbers in 0..1 from a seed (mulberry32 by T. Ettinger, 32 bits of state). */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Return random weights for points of mean 0 and spread 1, such that the line of every unit crosses the box of the
 * points.
 */
export function randomStart(units, points, seed) {
  const random = generator(seed);
  const low = [0, 1].map((i) => Math.min(...points.map((point) => point[i])));
  const high = [0, 1].map((i) => Math.max(...points.map((point) => point[i])));
  const drawn = Array.from({ length: units }, () => {
    const direction = [random(), random()].map((part) => HIDDEN_SPREAD * (2 * part - 1));
    const place = low.map((from, i) => from + (high[i] - from) * random());
    const output = OUTPUT_SPREAD * (2 * random() - 1);
    return { direction, bias: -(direction[0] * place[0] + direction[1] * place[1]), output };
  });
  return {
    hidden_weight: drawn.map(({ direction }) => direction),
    hidden_bias: drawn.map(({ bias }) => bias),
    output_weight: [drawn.map(({ output }) => output)],
    output_bias: [0],
  };
}

/** Return mean and spread of the points, per coordinate; a coordinate without spread keeps its unit. */
export function standardOf(points) {
  const mean = [0, 1].map((i) => points.reduce((sum, point) => sum + point[i], 0) / points.length);
  const spread = mean.map((middle, i) => {
    return Math.sqrt(points.reduce((sum, point) => sum + (point[i] - middle) ** 2, 0) / points.length) || 1;
  });
  return { mean, spread };
}

/** Return the points with mean 0 and spread 1. */
export function standardised(points, { mean, spread }) {
  return points.map((point) => point.map((x, i) => (x - mean[i]) / spread[i]));
}

/** Return the weights that compute from standardised points what these compute from the points. */
export function toStandard(weights, { mean, spread }) {
  return {
    ...weights,
    hidden_weight: weights.hidden_weight.map((row) => row.map((w, i) => w * spread[i])),
    hidden_bias: weights.hidden_bias.map((b, j) => b + dot(weights.hidden_weight[j], mean)),
  };
}

/** Return the weights that compute from the points what these compute from standardised points. */
export function fromStandard(weights, { mean, spread }) {
  const hidden_weight = weights.hidden_weight.map((row) => row.map((w, i) => w / spread[i]));
  const hidden_bias = weights.hidden_bias.map((b, j) => b - dot(hidden_weight[j], mean));
  return { ...weights, hidden_weight, hidden_bias };
}

const dot = (a, b) => a[0] * b[0] + a[1] * b[1];

/**
 * Return a descent from these weights: `step` makes one step on all points and returns the loss before it, in nats.
 *
 * @param settings {optimiser: "adam" or "sgd", rate}; the formulas are those of torch.optim.Adam and torch.optim.SGD
 */
export function descent(weights, act, points, targets, { optimiser, rate }) {
  const units = weights.hidden_bias.length;
  let values = listed(weights);
  const mean = values.map(() => 0);
  const square = values.map(() => 0);
  let steps = 0;
  const change = {
    sgd: (slope) => rate * slope,
    adam: (slope, n) => {
      mean[n] = DECAY[0] * mean[n] + (1 - DECAY[0]) * slope;
      square[n] = DECAY[1] * square[n] + (1 - DECAY[1]) * slope * slope;
      const root = Math.sqrt(square[n] / (1 - DECAY[1] ** steps)) + ROOT_TERM;
      return ((rate / (1 - DECAY[0] ** steps)) * mean[n]) / root;
    },
  }[optimiser];
  return {
    get weights() {
      return shaped(values, units);
    },
    step() {
      const { loss, gradient } = perceptronGradient(shaped(values, units), act, points, targets);
      steps++;
      const slopes = listed(gradient);
      values = values.map((value, n) => value - change(slopes[n], n));
      return loss;
    },
  };
}

/** Return all weights in one list. */
function listed({ hidden_weight, hidden_bias, output_weight, output_bias }) {
  return [...hidden_weight.flat(), ...hidden_bias, ...output_weight[0], ...output_bias];
}

function shaped(values, units) {
  return {
    hidden_weight: Array.from({ length: units }, (_, j) => values.slice(2 * j, 2 * j + 2)),
    hidden_bias: values.slice(2 * units, 3 * units),
    output_weight: [values.slice(3 * units, 4 * units)],
    output_bias: values.slice(4 * units),
  };
}
