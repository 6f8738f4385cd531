/** One step of a reading: next symbols, units, and the machine; and all steps as a table. */

import { html, svg } from "elements";
import { transitionText } from "sequences/reading";
import { decimal, percent } from "sequences/words";

/** Fill the table of next symbols at a place of a reading. */
export function drawNext(table, symbols, { probabilities, position, predicted }) {
  table.tBodies[0].replaceChildren(...symbols.map((symbol, at) => {
    const p = probabilities?.[at];
    const bar = html("i");
    bar.style.width = `${100 * (p ?? 0)}%`;
    const legal = position.legal?.[at];
    return html("tr", { class: [legal ? "legal" : "", predicted === at ? "predicted" : ""].join(" ").trim() },
      html("th", { scope: "row" }, symbol),
      html("td", { class: "mark" }, legal ? "may follow" : ""),
      html("td", { class: "wide-bar" }, html("span", { class: "bar" }, bar)),
      html("td", {}, p === undefined ? "–" : percent(p)));
  }));
}

/* ---- gate bars ---- */

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

/* ---- machine picture ---- */

const MOST_BEADS = 40;
const RADIUS = 0.36; // of a state, in units of the layout, in which neighbours are 1 apart

/** Draw a machine at a place of a reading, whose place before is `before`. */
export function drawMachine(figure, machine, place, before) {
  const { configuration } = place;
  if (machine.counters.length) {
    figure.replaceChildren(row(machine, configuration), ...counters(machine, place), arrows(machine, configuration));
  } else if (Object.keys(machine.places).length) {
    figure.replaceChildren(graph(machine, configuration));
  } else {
    figure.replaceChildren(nearby(machine, configuration, before));
  }
}

/* ---- with counters ---- */

function row(machine, configuration) {
  const states = machine.states.map((state) => pill(state, state === configuration?.state));
  return html("p", { class: "states" }, "state ", ...states);
}

function counters(machine, { configuration, cell }) {
  return machine.counters.map((name, place) => {
    const count = configuration?.counts[place];
    const value = machine.in_cell[place].reduce((sum, weight, unit) => sum + weight * cell[unit], 0);
    const beads = html("span", { class: "beads", "aria-hidden": "true" }, "●".repeat(Math.min(count ?? 0, MOST_BEADS)));
    if (count > MOST_BEADS) beads.append("…");
    const inCell = html("small", {}, `in the net's cell: ${decimal(value)}`);
    return html("p", { class: "counter" }, `${name} = `, html("b", {}, String(count ?? "?")), " ", inCell, beads);
  });
}

function arrows(machine, configuration) {
  return html("ul", { class: "arrows" }, ...machine.transitions.map((arrow, place) => {
    const taken = configuration?.arrow === place;
    const text = `in ${arrow.source}, at ${transitionText(arrow)}`;
    return html("li", taken ? { class: "taken", "aria-current": "step" } : {}, text);
  }));
}

/* ---- without: a few states as a graph, or many by what lies around the state ---- */

function nearby(machine, configuration, before) {
  if (!configuration) return html("p", { class: "states" }, pill("?", true));
  const came = configuration.arrow === null ? [] : [pill(before.configuration?.state ?? machine.start, false), ` ${
    machine.transitions[configuration.arrow].symbol} → `];
  const next = machine.transitions.filter(({ source }) => source === configuration.state);
  const goes = next.flatMap(({ symbol, target }, at) => [at ? " or " : " ", `${symbol} → `, pill(target, false)]);
  return html("p", { class: "states" }, ...came, pill(configuration.state, true), ...goes);
}

function pill(name, current) {
  return html("span", current ? { class: "pill current", "aria-current": "true" } : { class: "pill" }, name);
}

function graph(machine, configuration) {
  const places = Object.entries(machine.places);
  const [xs, ys] = [places.map(([, [x]]) => x), places.map(([, [, y]]) => y)];
  const lowest = Math.min(...ys);
  const below = machine.longest === null ? 1.8 : 0.7;
  const [left, top] = [Math.min(...xs) - 0.6, -Math.max(...ys) - 1.2];
  const [width, height] = [Math.max(...xs) - left + 0.6, -lowest + below - top];
  const edges = edgesOf(machine, configuration?.arrow).map((arrow) => edge(machine, arrow, lowest));
  const nodes = places.map(([state, [x, y]]) => {
    const current = state === configuration?.state;
    return svg("g", { class: current ? "node current" : "node", transform: `translate(${x} ${-y})` },
      svg("circle", { r: RADIUS }), ...(state === machine.start ? [svg("circle", { r: 0.84 * RADIUS })] : []),
      svg("text", { y: 0.1, "text-anchor": "middle" }, state));
  });
  const where = `The machine is in ${configuration ? `state ${configuration.state}` : "none of its states"}.`;
  const arrows = machine.transitions.map(({ source, symbol, target }) => `${source} ${symbol} ${target}`);
  const label = `${where} Its arrows: ${arrows.join("; ")}.`;
  return svg("svg", { class: "graph", viewBox: `${left} ${top} ${width} ${height}`, role: "img", "aria-label": label },
    ...edges, ...nodes);
}

/** Return the arrows to draw: one from a state to another, with all symbols that lead there. */
function edgesOf({ transitions }, now) {
  const edges = new Map();
  transitions.forEach(({ source, symbol, target }, at) => {
    const key = JSON.stringify([source, target]);
    const { symbols, taken } = edges.get(key) ?? { symbols: [], taken: false };
    edges.set(key, { source, target, symbols: [...symbols, symbol], taken: taken || at === now });
  });
  return [...edges.values()];
}

function edge(machine, { source, symbols, target, taken }, lowest) {
  const [[x0, y0], [x1, y1]] = [machine.places[source], machine.places[target]].map(([x, y]) => [x, -y]);
  const [kind, symbol] = [taken ? "edge taken" : "edge", symbols.join(", ")];
  if (source === target) {
    const loop = `M${x0 - 0.2} ${y0 - RADIUS}C${x0 - 0.5} ${y0 - 1} ${x0 + 0.5} ${y0 - 1} ${x0 + 0.2} ${y0 - RADIUS}`;
    return labelled(kind, loop, [x0 + 0.2, y0 - RADIUS], 1.9, [x0, y0 - 0.86], symbol);
  }
  const length = Math.hypot(x1 - x0, y1 - y0);
  const returns = machine.transitions.some((other) => other.source === target && other.target === source);
  const around = machine.longest === null && y0 === y1 && x0 - x1 > 3.4;
  const bend = around ? 2 * (-lowest - y0 + 1.1) : returns ? 0.35 : 0;
  const aside = [(-(y1 - y0) / length) * bend, ((x1 - x0) / length) * bend];
  const control = [(x0 + x1) / 2 + (around ? 0 : aside[0]), (y0 + y1) / 2 + (around ? bend : aside[1])];
  const start = towards([x0, y0], control);
  const end = towards([x1, y1], control);
  const angle = Math.atan2(y1 - control[1], x1 - control[0]);
  const middle = [0, 1].map((i) => 0.25 * start[i] + 0.5 * control[i] + 0.25 * end[i]);
  const off = [(y1 - y0) / length, -(x1 - x0) / length].map((part) => 0.24 * part * (bend ? -1 : 1));
  const text = around ? [middle[0], middle[1] + 0.28] : [middle[0] + off[0], middle[1] + off[1] + 0.08];
  return labelled(kind, `M${start}Q${control} ${end}`, end, angle, text, symbol);
}

function labelled(kind, path, [x, y], angle, [textX, textY], symbol) {
  const head = `translate(${x} ${y}) rotate(${(angle * 180) / Math.PI})`;
  return svg("g", { class: kind }, svg("path", { d: path }),
    svg("path", { class: "head", d: "M0 0L-0.2 0.09L-0.2 -0.09Z", transform: head }),
    svg("text", { x: textX, y: textY, "text-anchor": "middle" }, symbol));
}

function towards([x, y], [toX, toY]) {
  const length = Math.hypot(toX - x, toY - y);
  return [x + (RADIUS * (toX - x)) / length, y + (RADIUS * (toY - y)) / length];
}

/* ---- numbers ---- */

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
      ...(place.cell ?? []).map((value) => decimal(value)),
      ...symbols.map((_, symbol) => (place.probabilities ? percent(place.probabilities[symbol]) : "–")),
      symbols.filter((_, symbol) => place.position.legal?.[symbol]).join(" "),
      place.right === null ? "not scored" : place.right ? "right" : "wrong",
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
