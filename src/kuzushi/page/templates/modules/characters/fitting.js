/**
 * From strokes to an image like those that the nets were trained on: cropped to its ink, in the middle, of their size.
 *
 * What is done to the ink is what kuzushi classify does to a picture, but for the resampling: each pixel is the mean of
 * the area that it covers, so that no stroke is lost between the pixels.
 */

import { GRID, smooth } from "characters/sheet";

const LOST = 0.005; // the part of the ink that may lie beyond each edge of a character
const FINE = 4; // pixels along one of the image's, while strokes are drawn
const LEAST = GRID / 5; // a smaller drawing stays small: a dot is no disc

/** Return the box of a character; ink is how much there is at each place, 0..1, in rows of this width. */
export function bounds(ink, width) {
  const rows = new Array(ink.length / width).fill(0);
  const columns = new Array(width).fill(0);
  for (let at = 0; at < ink.length; at++) {
    if (ink[at] <= 0.5) continue;
    rows[Math.floor(at / width)]++;
    columns[at % width]++;
  }
  const [[top, bottom], [left, right]] = [ends(rows), ends(columns)];
  return { top, bottom, left, right };
}

const longer = (box) => Math.max(box.bottom - box.top, box.right - box.left);

/** Return where weights begin and end, without a small part of their sum at either end. */
function ends(weights) {
  let sum = 0;
  const sums = weights.map((weight) => (sum += weight));
  return [sums.findIndex((x) => x > LOST * sum), sums.findIndex((x) => x >= (1 - LOST) * sum) + 1];
}

/**
 * Return the content of the box in the middle of an image; its longer side takes up the share `extent` of the image's.
 */
export function fitted(ink, width, box, { side, extent }) {
  const square = longer(box) / extent;
  const across = shares(box.left, box.right, square, side);
  const down = shares(box.top, box.bottom, square, side);
  return Uint8Array.from({ length: side * side }, (_, at) => {
    let sum = 0;
    for (const [y, high] of down[Math.floor(at / side)]) {
      for (const [x, wide] of across[at % side]) sum += high * wide * ink[y * width + x];
    }
    return Math.round(255 * sum);
  });
}

/** Return for each pixel along a side the places from `start` to `end` that it covers, each with its share. */
function shares(start, end, square, side) {
  const first = (start + end - square) / 2;
  const step = square / side;
  return Array.from({ length: side }, (_, pixel) => {
    const [from, to] = [first + pixel * step, first + (pixel + 1) * step];
    const places = [];
    for (let place = Math.max(start, Math.floor(from)); place < Math.min(end, to); place++) {
      places.push([place, (Math.min(place + 1, to) - Math.max(place, from)) / step]);
    }
    return places;
  });
}

/**
 * Return strokes as an image of the nets' size, 0..255. However large they are drawn, they come out as wide as in the
 * data.
 *
 * @param look {side, extent, stroke}: pixels along the image's side, the part that a character takes up of it, and how
 *   wide a stroke is, in pixels of the image
 */
export function drawn(strokes, look) {
  const { ink, width, filled } = inked(strokes, look);
  return fitted(ink, width, bounds(ink, width), { side: look.side, extent: filled });
}

/** Return strokes as ink of about the image's size, several pixels to one of its. */
export function inked(strokes, { side, extent, stroke }) {
  const lines = strokes.map(smooth);
  const [xs, ys] = [0, 1].map((axis) => lines.flat().map((point) => point[axis]));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [wide, high] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const scale = (FINE * (extent * side - stroke)) / Math.max(wide, high, LEAST);
  const pen = FINE * stroke;
  const border = pen / 2 + 1;
  const [width, height] = [wide, high].map((length) => Math.ceil(scale * length + 2 * border));
  const sheet = { ink: new Float32Array(width * height), width, height };
  for (const line of lines) {
    const places = line.map(([x, y]) => [scale * (x - left) + border, scale * (y - top) + border]);
    places.forEach((place, i) => addSegment(sheet, places[Math.max(0, i - 1)], place, pen / 2));
  }
  return { ...sheet, filled: (scale * Math.max(wide, high) + pen) / (FINE * side) };
}

/** Add ink wherever a round pen passes from a to b. */
function addSegment({ ink, width, height }, a, b, radius) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const squared = dx * dx + dy * dy || 1;
  const [first, last] = reach(a[0], b[0], radius, width);
  const [high, low] = reach(a[1], b[1], radius, height);
  for (let y = high; y < low; y++) {
    for (let x = first; x < last; x++) {
      const [px, py] = [x + 0.5 - a[0], y + 0.5 - a[1]];
      const t = Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
      const covered = radius + 0.5 - Math.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2);
      const at = y * width + x;
      if (covered > ink[at]) ink[at] = Math.min(1, covered);
    }
  }
}

function reach(a, b, radius, size) {
  return [Math.max(0, Math.floor(Math.min(a, b) - radius)), Math.min(size, Math.ceil(Math.max(a, b) + radius) + 1)];
}

/** Return the look of characters (see `drawn`): the median over the images with ink. */
export function lookOf(images, side) {
  const inks = images.map(inkOf).filter((ink) => ink !== null);
  return {
    side,
    extent: median(inks.map((ink) => longer(bounds(ink, side)))) / side,
    stroke: median(inks.map((ink) => strokeWidth(ink, side))),
  };
}

/** Return the ink of each pixel, 1 in the darkest; null for an empty image. */
function inkOf(image) {
  const full = Math.max(...image);
  return full ? Float64Array.from(image).map((pixel) => pixel / full) : null;
}

/**
 * Return the width of the strokes of a character: its area divided by half the length of its outline (the total
 * variation).
 */
export function strokeWidth(ink, side) {
  const width = side + 1; // of a plane with ground around it
  const plane = new Float64Array(width * (side + 2));
  for (let y = 0; y < side; y++) plane.set(ink.slice(y * side, (y + 1) * side), (y + 1) * width + 1);
  let [area, outline] = [0, 0];
  for (let at = 0; at < width * width; at++) {
    area += plane[at];
    outline += Math.sqrt((plane[at + width] - plane[at]) ** 2 + (plane[at + 1] - plane[at]) ** 2);
  }
  return (2 * area) / outline;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}
