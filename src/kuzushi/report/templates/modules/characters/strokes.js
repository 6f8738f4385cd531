/**
 * Strokes of a pen on a square pad of 280 x 280 units: each a list of points [x, y], whole numbers of 0..280.
 */

export const GRID = 280;

const APART = 4; // units between two points of a stroke, at least
const STEPS = 2; // of a smooth line between two points
const MOST_LETTERS = 40000; // of strokes as text: 10,000 points

/** The point of the pad that lies next to (x, y). */
export function onPad(x, y) {
  return [x, y].map((value) => Math.round(Math.min(GRID, Math.max(0, value))));
}

/** The stroke with one more point, unless this is too near to its last one to matter. */
export function extended(stroke, point) {
  const [x, y] = stroke.at(-1);
  return Math.hypot(point[0] - x, point[1] - y) < APART ? stroke : [...stroke, point];
}

/**
 * A stroke as a smooth line: parabolas that touch it in the middle between two neighbouring points, after each point
 * was moved half way to the middle of its neighbours, as whole numbers make a slow line rough.
 */
export function smooth(stroke) {
  if (stroke.length < 3) return stroke;
  const calm = stroke.map((point, i) => {
    return i % (stroke.length - 1) === 0 ? point : middle(point, middle(stroke[i - 1], stroke[i + 1]));
  });
  const line = [calm[0]];
  for (let i = 1; i < calm.length - 1; i++) {
    const [a, b, c] = [middle(calm[i - 1], calm[i]), calm[i], middle(calm[i], calm[i + 1])];
    for (let step = i === 1 ? 0 : 1; step <= STEPS; step++) {
      const t = step / STEPS;
      line.push([0, 1].map((axis) => (1 - t) ** 2 * a[axis] + 2 * t * (1 - t) * b[axis] + t ** 2 * c[axis]));
    }
  }
  line.push(calm.at(-1));
  return line;
}

const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

/** Strokes as text of letters and digits that an address takes as they are: two for each number, base 36. */
export function written(strokes) {
  return strokes.map((stroke) => stroke.flat().map((x) => x.toString(36).padStart(2, "0")).join("")).join("-");
}

/** Strokes from their text; null if it is none. */
export function unwritten(text) {
  if (typeof text !== "string" || text.length > MOST_LETTERS) return null;
  if (!/^([0-9a-z]{4})+(-([0-9a-z]{4})+)*$/.test(text)) return null;
  const strokes = text.split("-").map((stroke) => {
    return stroke.match(/.{4}/g).map((pair) => [parseInt(pair.slice(0, 2), 36), parseInt(pair.slice(2), 36)]);
  });
  return strokes.flat(2).every((x) => x <= GRID) ? strokes : null;
}
