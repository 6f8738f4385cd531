/** The answer of one net: its most probable classes as bars, and a map of the pixels that decide it. */

import { html, svg } from "elements";

const SHOWN = 5;
const LEAST_RANGE = 1; // percentage points that a map's full colour stands for, at least: less is next to nothing
const LEAST_EFFECT = 0.05; // percentage points, which are written as 0.1
const NOTHING_MATTERS = "No single square changes the answer by 0.1 percentage points.";

/** Return the card of a net: `answer` fills it in, `showMap` draws its map, `clear` empties it. */
export function netCard(net, classes) {
  const accuracy = `${percent(net.right / net.tested)} of ${net.tested.toLocaleString("en")} test images read right`;
  const top = html("p", { class: "top" });
  const bars = html("ol", { class: "bars" });
  const canvas = html("canvas", { role: "img" });
  const mark = html("div", { class: "mark", hidden: "" });
  const [lowest, highest] = [html("span"), html("span")];
  const range = html("p", { class: "range", hidden: "" }, lowest, html("i", { "aria-hidden": "true" }), highest);
  const caption = html("p", { class: "caption" });
  const card = html(
    "article",
    { class: "net", "aria-label": net.name },
    html("h4", {}, net.name),
    html("p", { class: "accuracy" }, accuracy),
    top,
    bars,
    html("div", { class: "map" }, canvas, mark),
    range,
    caption,
  );

  const nothingSeen = (pixels, text) => {
    paint(canvas, pixels, net.side);
    canvas.setAttribute("aria-label", `${net.name}: ${text || "no map"}`);
    caption.textContent = text;
    mark.hidden = range.hidden = true;
  };
  return {
    element: card,
    clear() {
      card.classList.remove("waiting");
      top.replaceChildren("–");
      bars.replaceChildren();
      nothingSeen(null, "");
    },
    /** What is shown is of the image before. */
    wait(pixels) {
      card.classList.add("waiting");
      nothingSeen(pixels, "");
    },
    answer(probabilities, truth, pixels) {
      card.classList.remove("waiting");
      const order = ranked(probabilities).slice(0, SHOWN);
      const [best] = order;
      top.replaceChildren(...[glyph(classes[best])].filter(Boolean), html("b", {}, classes[best].name));
      top.append(` ${percent(probabilities[best])}`);
      bars.replaceChildren(...order.map((label) => bar(classes[label], probabilities[label], label === truth)));
      nothingSeen(pixels, "");
    },
    showProgress(pixels, part) {
      nothingSeen(pixels, `wiping square after square: ${Math.round(100 * part)} % done`);
    },
    showMap(pixels, { map, strongest }, label) {
      const most = Math.max(LEAST_RANGE, ...map.map(Math.abs));
      paintMap(canvas, pixels, net.side, map, most);
      for (const [side, value] of Object.entries({ left: strongest.left, top: strongest.top, width: strongest.size })) {
        mark.style[side] = `${(100 * value) / net.side}%`;
      }
      mark.style.height = mark.style.width;
      lowest.textContent = `−${most.toFixed(1)}`;
      highest.textContent = `+${most.toFixed(1)} points`;
      const words = effect(strongest, classes[label].name);
      const matters = Math.abs(strongest.fall) >= LEAST_EFFECT;
      range.hidden = false;
      mark.hidden = !matters;
      caption.textContent = matters ? `The marked square wiped: ${words}.` : NOTHING_MATTERS;
      const largest = `${placeOf(strongest)} wiped, ${words}, the largest effect`;
      canvas.setAttribute("aria-label", `${net.name}: ${matters ? largest : NOTHING_MATTERS}`);
    },
  };
}

/** Return the labels, the most probable first. */
export function ranked(probabilities) {
  return [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
}

function effect({ fall }, name) {
  return `${name} ${fall >= 0 ? "loses" : "gains"} ${Math.abs(fall).toFixed(1)} percentage points`;
}

function placeOf({ top, left, size }) {
  return `the square at rows ${top + 1} to ${top + size} and columns ${left + 1} to ${left + size}`;
}

function bar(item, probability, isTrue) {
  const length = html("span", { class: "length", "aria-hidden": "true" }, html("i"));
  length.firstChild.style.width = `${100 * probability}%`;
  const made = html("li", {}, named(item), length, html("span", { class: "number" }, percent(probability)));
  if (isTrue) {
    made.classList.add("true");
    made.append(html("span", { class: "spoken" }, " the true class"));
  }
  return made;
}

/* ---- class names ---- */

/** Return the kana of a class; null if it is none of the ten. */
function glyph(item) {
  if (item.kana === null) return null;
  return svg("svg", { class: "kana", "aria-hidden": "true" }, svg("use", { href: `#kana-${item.kana}` }));
}

/** Return a class as an element. */
export function named(item) {
  return html("span", { class: "class-name" }, ...[glyph(item), item.name].filter((part) => part !== null));
}

/** Return a share of 0..1 in percent. */
export const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;

/* ---- image drawing ---- */

const INK = [28, 28, 28];
const PAPER = [255, 255, 255];
const FOR = [0, 114, 178]; // Okabe and Ito's blue
const AGAINST = [213, 94, 0]; // and vermilion
const UNDER_MAP = 0.7; // how dark ink is under a map, so that the colour is seen in it

/** Show an image of side * side pixels, 0..255; null shows bare paper. */
export function paint(canvas, pixels, side) {
  fill(canvas, side, (bytes) => {
    if (pixels === null) return;
    for (let at = 0; at < pixels.length; at++) {
      bytes.set(INK, 4 * at);
      bytes[4 * at + 3] = pixels[at];
    }
  });
}

/** Show an image with a number for each pixel as colour: blue up to `most`, vermilion down to minus `most`. */
function paintMap(canvas, pixels, side, map, most) {
  fill(canvas, side, (bytes) => {
    for (let at = 0; at < pixels.length; at++) {
      const colour = mixed(PAPER, map[at] > 0 ? FOR : AGAINST, Math.min(1, Math.abs(map[at]) / most));
      bytes.set(mixed(colour, INK, (UNDER_MAP * pixels[at]) / 255), 4 * at);
      bytes[4 * at + 3] = 255;
    }
  });
}

const mixed = (a, b, share) => a.map((x, i) => x + share * (b[i] - x));

function fill(canvas, side, write) {
  canvas.width = canvas.height = side;
  const image = new ImageData(side, side);
  write(image.data);
  canvas.getContext("2d", { willReadFrequently: true }).putImageData(image, 0, 0); // too small for a graphics card
}
