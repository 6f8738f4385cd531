/** What a perceptron computes over a plane, on a grid of pixels, in arrays that are used again for every picture. */

import { UNITS, sigmoid } from "nets";
import { MOST_UNITS } from "perceptron/state";

const SMOOTH_SIDE = 96; // pixels along an axis; between them colours are blended
const STEP_SIDE = 192; // a step has a sharp border, and costs little

const arrays = new Map([SMOOTH_SIDE, STEP_SIDE].map((side) => [side, null]));

/**
 * Every hidden unit and the net over the frame.
 *
 * @param weights with the scale multiplied in
 * @returns {{side, hidden: Float32Array[], logits: Float64Array, output: Float32Array}} row by row from the top, where
 *   x2 is highest; the arrays are written anew by the next call
 */
export function planeValues(weights, act, frame) {
  const side = act === "step" ? STEP_SIDE : SMOOTH_SIDE;
  if (arrays.get(side) === null) arrays.set(side, emptyArrays(side));
  const { hidden, logits, output } = arrays.get(side);
  logits.fill(weights.output_bias[0]);
  weights.hidden_weight.forEach((weight, j) => {
    unitValues(hidden[j], side, weight, weights.hidden_bias[j], UNITS[act], frame);
    addTo(logits, hidden[j], weights.output_weight[0][j]);
  });
  const unit = act === "step" ? UNITS.step : sigmoid;
  for (let at = 0; at < logits.length; at++) output[at] = unit(logits[at]);
  return { side, hidden: hidden.slice(0, weights.hidden_bias.length), logits, output };
}

function emptyArrays(side) {
  const plane = () => new Float32Array(side * side);
  const logits = new Float64Array(side * side); // which hold all that weights can add up to
  return { hidden: Array.from({ length: MOST_UNITS }, plane), logits, output: plane() };
}

function unitValues(values, side, [w1, w2], bias, unit, [low1, high1, low2, high2]) {
  const [width, height] = [(high1 - low1) / side, (high2 - low2) / side];
  for (let row = 0, at = 0; row < side; row++) {
    const along = w2 * (high2 - (row + 0.5) * height) + w1 * (low1 + 0.5 * width) + bias;
    for (let column = 0; column < side; column++) values[at++] = unit(along + w1 * width * column);
  }
}

function addTo(sums, values, factor) {
  for (let at = 0; at < sums.length; at++) sums[at] += factor * values[at];
}

/**
 * The border where values change their sign, as pieces of straight lines (marching squares, Lorensen and Cline 1987).
 *
 * @returns {number[]} x and y of the two ends of each piece, 0..1 from the left and from the top
 */
export function border(values, side) {
  const pieces = [];
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const at = row * side + column;
      const first = values[at] >= 0;
      const after = at + side;
      if (first === values[at + 1] >= 0 && first === values[after] >= 0 && first === values[after + 1] >= 0) continue;
      const corners = [values[at], values[at + 1], values[after + 1], values[after]]; // clockwise
      const on = corners.map((value) => value >= 0);
      for (let edge = 0; edge < 4; edge++) {
        const next = (edge + 1) % 4;
        if (on[edge] === on[next]) continue;
        const part = corners[edge] / (corners[edge] - corners[next]);
        const [x, y] = CORNERS[edge].map((from, i) => from + part * (CORNERS[next][i] - from));
        pieces.push((column + x + 0.5) / side, (row + y + 0.5) / side);
      }
    }
  }
  return pieces;
}

const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]];
