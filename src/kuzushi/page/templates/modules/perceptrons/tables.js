/** The tables of weights, which can be typed in, and of activations. */

import { number } from "numbers";
import { MIDDLE } from "nets";

const COLUMNS = ["unit", "w1", "w2", "bias", "to output", ""];
const DIGITS = 5;
const FEW_DIGITS = 3; // of numbers below a tenth, which have zeros first

/**
 * Build a table with a field for every weight and bias.
 *
 * @param on {change: (part, j, value) while typing, settle: (), remove: (j), select: (j)}; part is "w1", "w2", "bias",
 *   "output weight" or "output bias"
 * @returns a function that draws: (weights, the unit that is selected)
 */
export function weightTable(table, on) {
  const head = table.createTHead().insertRow();
  head.replaceChildren(...COLUMNS.map((text) => headCell("col", text)));
  const body = table.createTBody();
  let rows = [];
  let bias = null;

  const build = (units) => {
    rows = Array.from({ length: units }, (_, j) => {
      const fields = ["w1", "w2", "bias", "output weight"].map((part) => field(part, j, `${part} of H${j + 1}`, on));
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "remove";
      remove.textContent = "\u00d7";
      remove.setAttribute("aria-label", `remove H${j + 1}`);
      remove.disabled = units === 1;
      remove.addEventListener("click", () => on.remove(j));
      return { row: tableRow(`H${j + 1}`, ...fields, remove), fields };
    });
    bias = field("output bias", 0, "bias of the output", on);
    body.replaceChildren(...rows.map(({ row }) => row), tableRow("output", "", "", bias, "", ""));
  };

  return (weights, selected) => {
    if (rows.length !== weights.hidden_bias.length) build(weights.hidden_bias.length);
    rows.forEach(({ row, fields }, j) => {
      const values = [...weights.hidden_weight[j], weights.hidden_bias[j], weights.output_weight[0][j]];
      values.forEach((value, index) => show(fields[index], value));
      row.classList.toggle("selected", j === selected);
    });
    show(bias, weights.output_bias[0]);
  };
}

function field(part, j, label, on) {
  const input = document.createElement("input");
  Object.assign(input, { type: "number", step: "any" });
  input.setAttribute("aria-label", label);
  input.addEventListener("input", () => {
    input.dataset.typed = "";
    if (Number.isFinite(input.valueAsNumber)) on.change(part, j, input.valueAsNumber);
  });
  const finish = () => {
    delete input.dataset.typed;
    on.settle();
  };
  input.addEventListener("change", finish);
  input.addEventListener("blur", finish);
  if (part !== "output bias") input.addEventListener("focus", () => on.select(j));
  return input;
}

/** Show a value, unless it is just being typed. */
function show(input, value) {
  const text = number(value, Math.abs(value) < 0.1 ? FEW_DIGITS : DIGITS).replaceAll("\u2212", "-");
  if (!("typed" in input.dataset) && input.value !== text) input.value = text;
}

function tableRow(name, ...cells) {
  const row = document.createElement("tr");
  row.append(headCell("row", name));
  for (const cell of cells) {
    const made = cell instanceof HTMLTableCellElement ? cell : document.createElement("td");
    if (made !== cell) made.append(cell);
    row.append(made);
  }
  return row;
}

/** Return a cell that names a row or a column. */
function headCell(scope, text) {
  const cell = document.createElement(text ? "th" : "td");
  if (text) cell.scope = scope;
  cell.textContent = text;
  return cell;
}

/* ---- activation table ---- */

/**
 * Build a table with a row for every point.
 *
 * @returns a function that draws: (points, targets, responses as `perceptron` of nets.js gives them, which are right,
 *   the kind of the units)
 */
export function activationTable(table) {
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  let shape = "";

  const build = (points, units) => {
    const names = Array.from({ length: units }, (_, j) => `H${j + 1}`);
    head.replaceChildren(...["x1", "x2", "target", ...names, "output", "verdict"].map((text) => headCell("col", text)));
    body.replaceChildren(
      ...points.map(() => {
        const row = document.createElement("tr");
        for (let cell = 0; cell < units + 5; cell++) row.append(cell === 0 ? headCell("row", "x") : newCell());
        return row;
      }),
    );
  };

  return (points, targets, responses, right, act) => {
    const units = responses[0].hidden.length;
    if (shape !== `${points.length} ${units}`) build(points, units);
    shape = `${points.length} ${units}`;
    points.forEach((point, n) => {
      const { cells } = body.rows[n];
      write(cells[0], number(point[0]));
      write(cells[1], number(point[1]));
      write(cells[2], String(targets[n]));
      responses[n].hidden.forEach((value, j) => writeValue(cells[3 + j], value, act, MIDDLE[act]));
      writeValue(cells[3 + units], responses[n].output, act, 0.5);
      write(cells[4 + units], right[n] ? "right" : "wrong");
      body.rows[n].classList.toggle("wrong", !right[n]);
    });
  };
}

function newCell() {
  const cell = document.createElement("td");
  cell.append(document.createElement("data"));
  return cell;
}

function write(cell, text) {
  const target = cell.firstElementChild ?? cell;
  if (target.textContent !== text) target.textContent = text;
}

/** Write a value in few digits; the whole number stands in the element's value. */
function writeValue(cell, value, act, middle) {
  const shown = cell.firstElementChild;
  if (shown.value === String(value)) return;
  shown.value = String(value);
  shown.textContent = act === "step" ? String(value) : value.toFixed(3).replace("-", "\u2212");
  cell.classList.toggle("on", value >= middle);
}
