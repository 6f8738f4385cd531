/** The whole reading of a string as a table: all that the bench draws, in numbers. */

import { html } from "elements";
import { decimal, percent } from "sequences/words";

/** Fill the table with a row for each symbol. */
export function drawNumbers(table, { symbols, kind, machine }, places) {
  const units = places[0].hidden.map((_, unit) => unit + 1);
  const header = [
    "symbol", "state", ...units.map((unit) => `hidden ${unit}`),
    ...(kind === "lstm" ? units.map((unit) => `cell ${unit}`) : []),
    ...symbols.map((symbol) => `p(${symbol})`), "may follow", "net", "machine", "net and machine",
  ];
  table.tHead.replaceChildren(html("tr", {}, ...header.map((name) => html("th", { scope: "col" }, name))));
  table.tBodies[0].replaceChildren(...places.slice(1).map((place) => {
    const cells = [
      place.position.state ?? "none", ...place.hidden.map((value) => decimal(value)),
      ...(place.cell ?? []).map((value) => decimal(value)), ...place.probabilities.map(percent),
      symbols.filter((_, symbol) => place.position.legal?.[symbol]).join(" "),
      place.right === null ? "not asked" : place.right ? "right" : "wrong",
      configurationText(machine, place.configuration),
      place.agrees === null ? "" : place.agrees ? "agreed" : "disagree",
    ];
    const first = html("th", { scope: "row" }, `${place.place} ${place.letter}`);
    return html("tr", {}, first, ...cells.map((text) => html("td", {}, text)));
  }));
}

function configurationText(machine, configuration) {
  if (!configuration) return "none";
  const counts = machine.counters.map((name, at) => `${name} = ${configuration.counts[at]}`);
  return [configuration.state, ...counts].join(", ");
}
