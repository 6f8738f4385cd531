/** What is inside a recurrent net at one place, unit by unit: gates, cell and hidden state, each a number and a bar. */

import { html } from "elements";
import { decimal } from "sequences/words";

const QUANTITIES = {
  srn: [["hidden", "hidden"]],
  lstm: [
    ["input", "input gate"], ["forget", "forget gate"], ["candidate", "candi\u00ADdate"], ["output", "output gate"],
    ["cell", "cell"], ["hidden", "hidden"],
  ],
};
const FROM_ZERO = ["input", "forget", "output"]; // 0..1; all else has a sign

/**
 * Fill the table of the units.
 *
 * @param place of a reading
 * @param reach the largest size of a cell that is to be shown; everything else is at most 1
 */
export function drawUnits(table, kind, place, reach) {
  const columns = QUANTITIES[kind];
  const head = [html("th", { scope: "col" }, "unit"), ...columns.map(([, name]) => html("th", { scope: "col" }, name))];
  const rows = place.hidden.map((_, unit) => {
    const cells = columns.map(([quantity]) => cell(quantity, place[quantity]?.[unit], quantity === "cell" ? reach : 1));
    return html("tr", {}, html("th", { scope: "row" }, String(unit + 1)), ...cells);
  });
  table.tHead.replaceChildren(html("tr", {}, ...head));
  table.tBodies[0].replaceChildren(...rows);
}

function cell(quantity, value, reach) {
  if (value === undefined) return html("td", {}, "–");
  const unsigned = FROM_ZERO.includes(quantity);
  const size = Math.min(1, Math.abs(value) / reach);
  const bar = html("i", { class: value < 0 ? "below" : "above" });
  bar.style.width = `${(unsigned ? 100 : 50) * size}%`;
  bar.style.left = unsigned ? "0" : `${50 - (value < 0 ? 50 * size : 0)}%`;
  return html("td", {}, decimal(value), html("span", { class: unsigned ? "bar" : "bar signed" }, bar));
}
