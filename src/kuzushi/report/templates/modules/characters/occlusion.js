/** Which pixels decide: what a net's answer loses when a small square of the image is wiped. */

import { recognise } from "nets";

const SLICE = 8; // milliseconds of work before the page has its turn

/** How large the squares are, and how far one is from the next: 4 and 2 pixels of 28. */
export function squareOf(side) {
  const step = Math.max(1, Math.round(side / 14));
  return { size: 2 * step, step };
}

/** The squares that cover the image, row by row, each {top, left, size}. */
export function squares(side) {
  const { size, step } = squareOf(side);
  const starts = [];
  for (let start = 0; start < side - size; start += step) starts.push(start);
  starts.push(side - size);
  return starts.flatMap((top) => starts.map((left) => ({ top, left, size })));
}

/**
 * What the probability of a class loses when each square is wiped, in percentage points.
 *
 * A square without ink changes nothing and is not tried. The work is done in slices, between which the page answers.
 *
 * @param signal an AbortSignal
 * @param tell called with the part that is done, 0..1
 * @returns {Promise<{map: Float64Array, strongest: {top, left, size, fall}} | null>} a number for each pixel, the mean
 *   of the squares over it, and the square with the largest effect; null where it was stopped, or there is no ink
 */
export async function occlusion(net, pixels, label, { signal, tell = () => {} }) {
  const { side } = net;
  const before = recognise(net, pixels)[label];
  const all = squares(side);
  const tried = all.filter((square) => placesOf(square, side).some((at) => pixels[at] > 0));
  const map = new Float64Array(side * side);
  let strongest = null;
  let began = performance.now();
  for (const [done, square] of tried.entries()) {
    if (performance.now() - began > SLICE) {
      tell(done / tried.length);
      await new Promise((resume) => setTimeout(resume));
      if (signal.aborted) return null;
      began = performance.now();
    }
    const places = placesOf(square, side);
    const wiped = pixels.slice();
    for (const at of places) wiped[at] = 0;
    const fall = 100 * (before - recognise(net, wiped)[label]);
    for (const at of places) map[at] += fall;
    if (strongest === null || Math.abs(fall) > Math.abs(strongest.fall)) strongest = { ...square, fall };
  }
  const covering = new Float64Array(side * side);
  for (const square of all) for (const at of placesOf(square, side)) covering[at]++;
  return strongest && { map: map.map((sum, at) => sum / covering[at]), strongest };
}

function placesOf({ top, left, size }, side) {
  return Array.from({ length: size * size }, (_, i) => (top + Math.floor(i / size)) * side + left + (i % size));
}
