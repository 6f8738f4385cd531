/** The pictures of the demo: the plane of the net, and a small one for every hidden unit. */

import { sigmoid, UNITS } from "nets";
import { equation, inFrame, lineEnds } from "perceptrons/lines";
import { netInWords, unitsInWords } from "perceptrons/score";
import { MOST_UNITS } from "perceptrons/state";

/**
 * Return a function that draws all planes of a state.
 *
 * @param plane the canvas of the net
 * @param list the element that holds those of the hidden units
 * @returns a function that draws: (state, weights with the scale in them, responses, which are right, colours)
 */
export function planePictures(plane, list) {
  const paintNet = painter(plane);
  let small = [];
  return (state, weights, responses, right, colours) => {
    if (small.length !== weights.hidden_bias.length) small = unitPictures(list, weights.hidden_bias.length);
    [plane, ...small.map(({ canvas }) => canvas)].forEach(fitted);
    const { side, hidden, logits, output } = planeValues(weights, state.act, state.frame);
    const context = paintNet(output, side, 0, colours);
    if (state.act !== "step") drawBorder(context, logits, side, colours);
    plane.setAttribute("aria-label", `The output of the net over the plane: ${netInWords(state, responses, right)}`);
    const words = unitsInWords(state, responses);
    const places = state.points.map((point) => placeIn(state.frame, point));
    small.forEach(({ canvas, paint, where, line }, j) => {
      const low = state.act === "tanh" ? -1 : 0;
      const drawn = paint(hidden[j], side, low, colours);
      const unit = { weight: weights.hidden_weight[j], bias: weights.hidden_bias[j] };
      const ends = lineEnds(inFrame(unit, state.frame));
      if (ends !== null) drawLine(drawn, ends, colours);
      drawPoints(drawn, places, state.targets, colours);
      canvas.setAttribute("aria-label", `H${j + 1} over the plane: ${words[j]}`);
      write(where, words[j].split(/ points?/)[0]);
      write(line, equation(unit, 3));
    });
    return words;
  };
}

function placeIn([low1, high1, low2, high2], [x1, x2]) {
  return [(x1 - low1) / (high1 - low1), (x2 - low2) / (high2 - low2)];
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Return a canvas with its caption for each unit. */
function unitPictures(list, units) {
  const made = Array.from({ length: units }, (_, j) => {
    const picture = document.createElement("div");
    const canvas = document.createElement("canvas");
    const name = document.createElement("b");
    const where = document.createElement("span");
    const line = document.createElement("i");
    canvas.setAttribute("role", "img");
    name.textContent = `H${j + 1}`;
    const caption = document.createElement("p");
    caption.append(name, " ", where, line);
    picture.append(canvas, caption);
    return { picture, canvas, where, line, paint: painter(canvas, { small: true }) };
  });
  list.replaceChildren(...made.map(({ picture }) => picture));
  return made;
}

/* ---- plane values ---- */

const SMOOTH_SIDE = 96; // pixels along an axis; between them colours are blended
const STEP_SIDE = 192; // a step has a sharp border, and costs little

const arrays = new Map([SMOOTH_SIDE, STEP_SIDE].map((side) => [side, null]));

/**
 * Return every hidden unit and the output of the net over the frame.
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
 * Return the border where values change their sign, as pieces of straight lines (marching squares, Lorensen and Cline
 * 1987).
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

/* ---- plane drawing ---- */

const SMALL_SIDE = 96;
const SHADES = 256;

/** Return the colours of the theme, as the style sheet has them. */
export function themeColours(element) {
  const style = getComputedStyle(element);
  const [off, middle, on, ink, ground, wrong] = ["off", "middle", "on", "plane-ink", "plane-ground", "wrong"].map(
    (name) => style.getPropertyValue(`--${name}`).trim(),
  );
  return { shades: shades(off, middle, on), ink, ground, wrong };
}

/** Return shades from one colour over a second to a third, as pixels of an image. */
function shades(...colours) {
  const [off, middle, on] = colours.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
  const pixels = new Uint8ClampedArray(4 * SHADES);
  for (let shade = 0; shade < SHADES; shade++) {
    const part = (2 * shade) / (SHADES - 1);
    const [from, to, share] = part < 1 ? [off, middle, part] : [middle, on, part - 1];
    pixels.set([...from.map((value, i) => value + share * (to[i] - value)), 255], 4 * shade);
  }
  return new Uint32Array(pixels.buffer);
}

/** Return a function that colours a canvas by values: (values, their side, the lowest value, colours). */
function painter(canvas, { small = false } = {}) {
  const context = canvas.getContext("2d");
  const grid = document.createElement("canvas").getContext("2d");
  let image = null;
  return (values, side, low, { shades }) => {
    const stride = small ? side / SMALL_SIDE : 1;
    const size = side / stride;
    if (image?.width !== size) {
      grid.canvas.width = grid.canvas.height = size;
      image = grid.createImageData(size, size);
    }
    const pixels = new Uint32Array(image.data.buffer);
    const factor = (SHADES - 1) / (1 - low);
    for (let row = 0, to = 0; row < size; row++) {
      for (let column = 0, from = row * stride * side; column < size; column++, from += stride) {
        pixels[to++] = shades[((values[from] - low) * factor + 0.5) | 0];
      }
    }
    grid.putImageData(image, 0, 0);
    context.drawImage(grid.canvas, 0, 0, canvas.width, canvas.height);
    return context;
  };
}

/** Give a canvas as many pixels as the screen has for it, if it has not. */
export function fitted(canvas) {
  const pixels = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
}

/** Draw where the net's output is 0.5. */
function drawBorder(context, logits, side, { ink }) {
  const size = context.canvas.width;
  const pieces = border(logits, side);
  context.beginPath();
  for (let at = 0; at < pieces.length; at += 4) {
    context.moveTo(pieces[at] * size, pieces[at + 1] * size);
    context.lineTo(pieces[at + 2] * size, pieces[at + 3] * size);
  }
  context.strokeStyle = ink;
  context.lineWidth = 1.2 * devicePixelRatio;
  context.setLineDash([]);
  context.stroke();
}

/** Draw a line between two places of the frame, 0..1 from the left and from the bottom. */
function drawLine(context, [[x, y], [toX, toY]], { ink }) {
  const size = context.canvas.width;
  context.beginPath();
  context.moveTo(x * size, (1 - y) * size);
  context.lineTo(toX * size, (1 - toY) * size);
  context.strokeStyle = ink;
  context.lineWidth = 1.5 * devicePixelRatio;
  context.stroke();
}

/** Draw points by target: circles for 0, squares for 1. */
function drawPoints(context, places, targets, { ink, ground }) {
  const size = context.canvas.width;
  const radius = 3 * devicePixelRatio;
  context.lineWidth = devicePixelRatio;
  context.strokeStyle = ink;
  places.forEach(([x, y], n) => {
    context.beginPath();
    if (targets[n]) context.rect(x * size - radius, (1 - y) * size - radius, 2 * radius, 2 * radius);
    else context.arc(x * size, (1 - y) * size, radius, 0, 2 * Math.PI);
    context.fillStyle = targets[n] ? ink : ground;
    context.fill();
    context.stroke();
  });
}
