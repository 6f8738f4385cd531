/** The table of activations: what every hidden unit and the net say at every point. */

import { MIDDLE } from "nets";
import { number } from "perceptron/unit_lines";
import { headCell } from "perceptron/weight_table";

/**
 * Rows for all points.
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
  const place = cell.firstElementChild ?? cell;
  if (place.textContent !== text) place.textContent = text;
}

/** Write a value in few digits; the whole number stands in the element's value. */
function writeValue(cell, value, act, middle) {
  const shown = cell.firstElementChild;
  if (shown.value === String(value)) return;
  shown.value = String(value);
  shown.textContent = act === "step" ? String(value) : value.toFixed(3).replace("-", "\u2212");
  cell.classList.toggle("on", value >= middle);
}
