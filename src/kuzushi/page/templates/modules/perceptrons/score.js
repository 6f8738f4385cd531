/** How right a perceptron is on its points, in numbers and in words. */

import { MIDDLE, perceptron, perceptronGradient } from "nets";
import { number } from "numbers";
import { effective, samePoints, sameWeights } from "perceptrons/state";

const MOST_NAMED = 16; // points, in words

/** Return the response of the net at each point, whether it is right, and the mean cross-entropy in nats. */
export function scored(state) {
  const { weights, act, scale, points, targets } = state;
  const responses = points.map((point) => perceptron(weights, act, point, scale));
  const right = responses.map((response, n) => isRight(response, targets[n]));
  return { responses, right, loss: lossOf(state, right) };
}

/** Return whether the net of a state is right on every point. */
export const isSolved = ({ weights, act, scale, points, targets }) => {
  return points.every((point, n) => isRight(perceptron(weights, act, point, scale), targets[n]));
};

const isRight = ({ logit }, target) => logit >= 0 === (target === 1);

/**
 * Return the mean cross-entropy; a step output is 0 or 1, so its loss is 0 if all points are right, and infinite
 * otherwise.
 */
function lossOf(state, right) {
  if (state.act === "step") return right.every(Boolean) ? 0 : Infinity;
  return perceptronGradient(effective(state), state.act, state.points, state.targets).loss;
}

/** Return the points at which each hidden unit is on, in words. */
export function unitsInWords({ points, act }, responses) {
  return responses[0].hidden.map((_, j) => {
    return named(points.filter((_, n) => responses[n].hidden[j] >= MIDDLE[act]), points.length, "on at");
  });
}

/** Return the output of the net at each point, in words. */
export function netInWords({ points, act }, responses, right) {
  const wrong = named(points.filter((_, n) => !right[n]), points.length, "wrong at");
  const outputs = responses.map(({ output }, n) => `${place(points[n])} ${output.toFixed(act === "step" ? 0 : 3)}`);
  return points.length > MOST_NAMED ? wrong : `${wrong}; output at ${outputs.join(", ")}`;
}

function named(some, all, what) {
  if (some.length === 0) return `${what} none of ${all} points`;
  const list = some.length > MOST_NAMED ? "" : `: ${some.map(place).join(", ")}`;
  return `${what} ${some.length} of ${all} points${list}`;
}

const place = (point) => `(${point.map((x) => number(x)).join(", ")})`;

/** Return the factor from which sigmoid units are proved right with these weights, in words; empty if unknown. */
export function rightFrom(nets, state) {
  const net = nets.find((one) => one.right_from !== null && sameWeights(one, state.weights) && samePoints(one, state));
  if (net === undefined) return "";
  const factor = Math.ceil(net.right_from * 1e4 - 1e-6) / 1e4; // not below it: there the net may be wrong
  return `With sigmoid units, these weights are proved right on every point from a factor of ${factor} on.`;
}
