/** What a net says of an image: its most probable classes as bars, and the pixels that decide. */

import { glyph, named, percent } from "characters/class_names";
import { paint, paintMap } from "characters/image_drawing";
import { html } from "elements";

const SHOWN = 5;
const LEAST_RANGE = 1; // percentage points that a map's full colour stands for, at least: less is next to nothing
const LEAST_EFFECT = 0.05; // percentage points, which are written as 0.1
const NOTHING_MATTERS = "No single square changes the answer by 0.1 percentage points.";

/** The place of a net on the bench: `answer` fills it in, `see` draws its map, `clear` takes both away. */
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
    looking(pixels, part) {
      nothingSeen(pixels, `wiping square after square: ${Math.round(100 * part)} % done`);
    },
    see(pixels, { map, strongest }, label) {
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

/** The labels, the most probable first. */
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
