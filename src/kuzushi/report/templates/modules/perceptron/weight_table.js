/** The table of weights: what is typed is at once what the net computes with. */

import { number } from "perceptron/unit_lines";

const COLUMNS = ["unit", "w1", "w2", "bias", "to output", ""];
const DIGITS = 5;
const FEW_DIGITS = 3; // of numbers below a tenth, which have zeros first

/**
 * Fields for every weight and bias in a table body.
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
      values.forEach((value, place) => show(fields[place], value));
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

/** A cell that names a row or a column. */
export function headCell(scope, text) {
  const cell = document.createElement(text ? "th" : "td");
  if (text) cell.scope = scope;
  cell.textContent = text;
  return cell;
}
