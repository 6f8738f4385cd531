/** What the nets make of an image: the answers at once, then the nearest images, then the pixels that decide. */

import { named, netCard, percent, ranked } from "characters/net_card";
import { imageButton } from "characters/samples";
import { html } from "elements";
import { recognise } from "nets";
import { afterRest, inView } from "timing";

const NEAREST = 6;
const SLOW = ["deep"]; // kinds whose answer takes about a frame: they wait until the pen rests
const REST = { answer: 80, neighbours: 120, maps: 350, words: 700 }; // milliseconds

/**
 * Show the nets side by side, and the list of the nearest images.
 *
 * @param elements to fill: nets, and nearest (a list)
 * @param pick called with an image of the list that is to be read
 * @param announce called with the answers in words
 * @returns {(pixels, label) => void} shows what is made of an image, whose true class may be known; of null nothing
 */
export function readings({ nets, classes, training, elements, pick, announce }) {
  const cards = nets.map((net) => netCard(net, classes));
  const probabilities = nets.map(() => null);
  elements.nets.append(...cards.map((card) => card.element));
  let working = new AbortController(); // what is worked out of the image that is shown

  const answer = (i, { pixels, label }) => {
    probabilities[i] = recognise(nets[i], pixels);
    cards[i].answer(probabilities[i], label, pixels);
  };
  const best = (i) => ranked(probabilities[i])[0];
  const inWords = (name, i) => `${name} ${classes[best(i)].name} ${percent(probabilities[i][best(i)], 0)}`;
  const isSlow = (net) => SLOW.includes(net.kind);

  const followers = [
    [REST.answer, (image) => nets.forEach((net, i) => isSlow(net) && answer(i, image))],
    [REST.neighbours, ({ pixels }) => showNearest(elements.nearest, { training, classes, pixels, pick })],
    [REST.maps, showMaps],
    [REST.words, () => announce(`${nets.map((net, i) => inWords(net.name, i)).join(", ")}.`)],
  ].map(([rest, act]) => afterRest(rest, (image, signal) => signal.aborted || act(image, signal)));

  const visible = inView(elements.nets);

  async function showMaps({ pixels }, signal) {
    await visible; // seconds of work, for a reader who may never come here
    if (signal.aborted) return;
    for (const [i, net] of nets.entries()) {
      const progress = (done) => cards[i].showProgress(pixels, done);
      const found = await occlusion(net, pixels, best(i), { signal, progress });
      if (signal.aborted) return;
      if (found) cards[i].showMap(pixels, found, best(i));
    }
  }

  return (pixels, label) => {
    working.abort();
    working = new AbortController();
    if (pixels === null) {
      elements.nearest.replaceChildren();
      cards.forEach((card) => card.clear());
      announce("The sheet is empty.");
      return;
    }
    const image = { pixels, label };
    nets.forEach((net, i) => (isSlow(net) ? cards[i].wait(pixels) : answer(i, image)));
    for (const follow of followers) follow(image, working.signal);
  };
}

function showNearest(list, { training, classes, pixels, pick }) {
  const { side } = training;
  const items = nearest(training.images.map((image) => image.pixels), pixels, NEAREST).map(({ index, distance }) => {
    const image = training.images[index];
    const far = html("span", { class: "number" }, distance.toFixed(2));
    return html("li", {}, imageButton(image, side, pick), html("p", {}, named(classes[image.label]), far));
  });
  const hadFocus = list.contains(document.activeElement); // of the image that was picked, which is now the first
  list.replaceChildren(...items);
  if (hadFocus) list.querySelector("button")?.focus();
}

/* ---- neighbours ---- */

/**
 * Return the nearest images by the Euclidean distance of their pixels, where full ink is 1.
 *
 * @returns {{index: number, distance: number}[]} nearest first
 */
export function nearest(images, pixels, count) {
  return images
    .map((image, index) => ({ index, distance: distance(image, pixels) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count);
}

function distance(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum) / 255;
}

/* ---- occlusion ---- */

const SLICE = 8; // milliseconds of work before the page has its turn

/** Return the size of the squares and the step from one to the next: 4 and 2 pixels of 28. */
export function squareOf(side) {
  const step = Math.max(1, Math.round(side / 14));
  return { size: 2 * step, step };
}

/** Return the squares that cover the image, row by row, each {top, left, size}. */
export function squares(side) {
  const { size, step } = squareOf(side);
  const starts = [];
  for (let start = 0; start < side - size; start += step) starts.push(start);
  starts.push(side - size);
  return starts.flatMap((top) => starts.map((left) => ({ top, left, size })));
}

/**
 * Return the fall of the probability of a class when each square is wiped, in percentage points.
 *
 * A square without ink changes nothing and is not tried. The work is done in slices, between which the page answers.
 *
 * @param signal an AbortSignal
 * @param progress called with the part that is done, 0..1
 * @returns {Promise<{map: Float64Array, strongest: {top, left, size, fall}} | null>} a number for each pixel, the mean
 *   of the squares over it, and the square with the largest effect; null where it was stopped, or there is no ink
 */
export async function occlusion(net, pixels, label, { signal, progress = () => {} }) {
  const { side } = net;
  const before = recognise(net, pixels)[label];
  const all = squares(side);
  const tried = all.filter((square) => placesOf(square, side).some((at) => pixels[at] > 0));
  const map = new Float64Array(side * side);
  let strongest = null;
  let began = performance.now();
  for (const [done, square] of tried.entries()) {
    if (performance.now() - began > SLICE) {
      progress(done / tried.length);
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
