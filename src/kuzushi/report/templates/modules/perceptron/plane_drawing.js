/** Planes as pictures: values as colours, the border of the net, lines and points. */

import { border } from "perceptron/plane_values";

const SMALL_SIDE = 96;
const SHADES = 256;

/** The colours of the theme, as the style sheet has them. */
export function themeColours(element) {
  const style = getComputedStyle(element);
  const [off, middle, on, ink, ground, wrong] = ["off", "middle", "on", "plane-ink", "plane-ground", "wrong"].map(
    (name) => style.getPropertyValue(`--${name}`).trim(),
  );
  return { shades: shades(off, middle, on), ink, ground, wrong };
}

/** From one colour over another to a third, as pixels of an image. */
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

/** Colours a canvas by values: a function of (values, their side, the lowest value, colours). */
export function painter(canvas, { small = false } = {}) {
  const context = canvas.getContext("2d");
  const grid = document.createElement("canvas").getContext("2d");
  let image = null;
  return (values, side, low, { shades }) => {
    const stride = small ? side / SMALL_SIDE : 1;
    const kept = side / stride;
    if (image?.width !== kept) {
      grid.canvas.width = grid.canvas.height = kept;
      image = grid.createImageData(kept, kept);
    }
    const pixels = new Uint32Array(image.data.buffer);
    const factor = (SHADES - 1) / (1 - low);
    for (let row = 0, to = 0; row < kept; row++) {
      for (let column = 0, from = row * stride * side; column < kept; column++, from += stride) {
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
export function drawBorder(context, logits, side, { ink }) {
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
export function drawLine(context, [[x, y], [toX, toY]], { ink }) {
  const size = context.canvas.width;
  context.beginPath();
  context.moveTo(x * size, (1 - y) * size);
  context.lineTo(toX * size, (1 - toY) * size);
  context.strokeStyle = ink;
  context.lineWidth = 1.5 * devicePixelRatio;
  context.stroke();
}

/** Draw points by target: circles for 0, squares for 1. */
export function drawPoints(context, places, targets, { ink, ground }) {
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
