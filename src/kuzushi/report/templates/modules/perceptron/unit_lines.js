/**
 * The line of a hidden unit in the frame of a plane: where it is, and what moving and turning it does to its weights.
 *
 * A unit is {weight: [w1, w2], bias}, in the units of the points. Places are [x1, x2] in the units of the frame
 * [low1, high1, low2, high2], 0..1 from border to border, so that a square on the screen is a square here.
 */

const TINY = 1e-4; // below it a number is written with its power of ten

/** A unit in the units of the frame. */
export function inFrame({ weight, bias }, [low1, high1, low2, high2]) {
  return {
    weight: [weight[0] * (high1 - low1), weight[1] * (high2 - low2)],
    bias: bias + weight[0] * low1 + weight[1] * low2,
  };
}

/** The unit in the units of the points whose weights in the frame are these, with its line through a place there. */
function outOfFrame(weight, place, frame) {
  const [low1, high1, low2, high2] = frame;
  const finest = Math.hypot(...weight) / 1000;
  const raw = [high1 - low1, high2 - low2].map((range, i) => rounded(weight[i] / range, finest / range));
  return movedTo({ weight: raw }, place, frame);
}

/** Round to a power of ten that is at most `least`. */
export function rounded(value, least) {
  const digits = Math.ceil(-Math.log10(least));
  return digits > 15 || digits < -15 ? value : Number(value.toFixed(Math.min(Math.max(digits, 0), 15)));
}

/** What the unit adds up at a place: above 0 where it is on. */
export const inputAt = ({ weight, bias }, place) => weight[0] * place[0] + weight[1] * place[1] + bias;

/**
 * Where the line of a unit, given in the units of the frame, enters and leaves it: the unit is on to the right of the
 * way. Null where the line does not cross the frame.
 */
export function lineEnds({ weight, bias }) {
  const norm = Math.hypot(...weight);
  if (norm === 0) return null;
  const normal = [weight[0] / norm, weight[1] / norm];
  const along = [-normal[1], normal[0]];
  const nearest = normal.map((n) => 0.5 - (n * inputAt({ weight, bias }, [0.5, 0.5])) / norm);
  let [first, last] = [-Infinity, Infinity];
  for (const i of [0, 1]) {
    if (along[i] === 0) {
      if (nearest[i] < 0 || nearest[i] > 1) return null;
      continue;
    }
    const times = [(0 - nearest[i]) / along[i], (1 - nearest[i]) / along[i]];
    first = Math.max(first, Math.min(...times));
    last = Math.min(last, Math.max(...times));
  }
  if (!(first < last)) return null;
  return [first, last].map((time) => nearest.map((x, i) => x + time * along[i]));
}

/** The unit with its line through a place of the frame; its direction stays. */
export function movedTo({ weight }, place, frame) {
  const [low1, high1, low2, high2] = frame;
  const [x1, x2] = [low1 + place[0] * (high1 - low1), low2 + place[1] * (high2 - low2)];
  const norm = Math.hypot(...inFrame({ weight, bias: 0 }, frame).weight);
  return { weight, bias: rounded(-(weight[0] * x1 + weight[1] * x2), norm / 1000) };
}

/** The unit with its line through `centre`, such that the line's end points to `target`; its steepness stays. */
export function turnedTo(unit, centre, target, frame) {
  const along = [target[0] - centre[0], target[1] - centre[1]];
  const length = Math.hypot(...along);
  if (length === 0) return unit;
  const norm = Math.hypot(...inFrame(unit, frame).weight);
  return outOfFrame([(along[1] / length) * norm, (-along[0] / length) * norm], centre, frame);
}

/** The unit turned about `centre` by an angle, counter-clockwise. */
export function turnedBy(unit, centre, angle, frame) {
  const [w1, w2] = inFrame(unit, frame).weight;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return outOfFrame([w1 * cos - w2 * sin, w1 * sin + w2 * cos], centre, frame);
}

/** The middle of the line's part in the frame, in its units; of a line outside, a place at the border next to it. */
export function middleOf(unit) {
  const ends = lineEnds(unit);
  if (ends !== null) return [0, 1].map((i) => (ends[0][i] + ends[1][i]) / 2);
  const square = unit.weight[0] ** 2 + unit.weight[1] ** 2;
  const reach = inputAt(unit, [0.5, 0.5]) / square;
  return unit.weight.map((w) => Math.min(1, Math.max(0, 0.5 - w * reach)));
}

/** Where a unit changes side, in words, such as "x1 + x2 - 2.5 = 0". */
export function equation({ weight, bias }, digits = 4) {
  if (weight.every((w) => w === 0)) return "no line: both weights are 0";
  const terms = [[weight[0], "x1"], [weight[1], "x2"], [bias, ""]].filter(([value]) => value !== 0);
  const text = terms.map(([value, name], place) => {
    const size = number(Math.abs(value), digits);
    const sign = value < 0 ? "\u2212" : "+";
    const lead = place > 0 ? ` ${sign} ` : sign === "+" ? "" : sign;
    return lead + (name && size === "1" ? name : `${size} ${name}`.trim());
  });
  return `${text.join("")} = 0`;
}

/** A number in at most so many digits. */
export function number(value, digits = 4) {
  const short = Number(value.toPrecision(digits));
  const text = short !== 0 && Math.abs(short) < TINY ? short.toExponential() : short.toString();
  return text.replaceAll("-", "\u2212");
}
