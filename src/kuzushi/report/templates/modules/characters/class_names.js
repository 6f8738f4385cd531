/** How a class of images is shown: its kana, drawn from its outlines, and its name. */

import { html, svg } from "elements";

/** The kana of a class; null if it is none of the ten. */
export function glyph(item) {
  if (item.kana === null) return null;
  return svg("svg", { class: "kana", "aria-hidden": "true" }, svg("use", { href: `#kana-${item.kana}` }));
}

/** A class as an element. */
export function named(item) {
  return html("span", { class: "class-name" }, ...[glyph(item), item.name].filter((part) => part !== null));
}

/** A share of 0..1 in percent. */
export const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;
