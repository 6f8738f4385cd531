/** Weights with one thing changed; none of these changes what it is given. */

import { newUnit } from "perceptron/state";

const replaced = (values, place, value) => values.map((old, n) => (n === place ? value : old));

/** With another line for one hidden unit. */
export function withUnit(weights, j, { weight, bias }) {
  const hidden_weight = replaced(weights.hidden_weight, j, weight);
  return { ...weights, hidden_weight, hidden_bias: replaced(weights.hidden_bias, j, bias) };
}

/** With another number in one place: "w1", "w2", "bias" or "output weight" of a unit, or "output bias". */
export function withValue(weights, name, j, value) {
  const [w1, w2] = weights.hidden_weight[j];
  const bias = weights.hidden_bias[j];
  if (name === "w1") return withUnit(weights, j, { weight: [value, w2], bias });
  if (name === "w2") return withUnit(weights, j, { weight: [w1, value], bias });
  if (name === "bias") return withUnit(weights, j, { weight: [w1, w2], bias: value });
  if (name === "output bias") return { ...weights, output_bias: [value] };
  return { ...weights, output_weight: [replaced(weights.output_weight[0], j, value)] };
}

/** With one hidden unit more, through the middle of the frame. */
export function withNewUnit(weights, frame) {
  const { weight, bias } = newUnit(weights.hidden_bias.length, frame);
  return {
    hidden_weight: [...weights.hidden_weight, weight],
    hidden_bias: [...weights.hidden_bias, bias],
    output_weight: [[...weights.output_weight[0], 1]],
    output_bias: weights.output_bias,
  };
}

/** Without one hidden unit. */
export function withoutUnit(weights, j) {
  const others = (_, n) => n !== j;
  return {
    hidden_weight: weights.hidden_weight.filter(others),
    hidden_bias: weights.hidden_bias.filter(others),
    output_weight: [weights.output_weight[0].filter(others)],
    output_bias: weights.output_bias,
  };
}
