/** What a net expects next: a bar for each symbol, with those marked that may follow. */

import { html } from "elements";
import { percent } from "sequences/words";

/** Fill the table of next symbols at a place of a reading. */
export function drawNext(table, symbols, { probabilities, position, said }) {
  table.tBodies[0].replaceChildren(...symbols.map((symbol, at) => {
    const p = probabilities?.[at];
    const bar = html("i");
    bar.style.width = `${100 * (p ?? 0)}%`;
    const legal = position.legal?.[at];
    return html("tr", { class: [legal ? "legal" : "", said === at ? "said" : ""].join(" ").trim() },
      html("th", { scope: "row" }, symbol),
      html("td", { class: "mark" }, legal ? "may follow" : ""),
      html("td", { class: "wide-bar" }, html("span", { class: "bar" }, bar)),
      html("td", {}, p === undefined ? "–" : percent(p)));
  }));
}
