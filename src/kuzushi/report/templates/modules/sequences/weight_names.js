/** The weights of a recurrent net by name, and a net with some of them changed. */

const GATES = ["input gate", "forget gate", "candidate", "output gate"]; // in the order of the rows

/**
 * Every weight of a net.
 *
 * @returns {{id, group, name, value}[]} where an id is such as "weight_hh.3.1"
 */
export function namedWeights(net) {
  const { weights, symbols } = net;
  const hid = weights.weight_hh[0].length;
  const parts = net.kind === "lstm" ? GATES : [null];
  const rows = parts.flatMap((gate, part) => {
    const unit = (row) => `${gate ? `${gate} of ` : ""}unit ${row - part * hid + 1}`;
    const group = gate ? gate[0].toUpperCase() + gate.slice(1) : "Hidden units";
    const own = Array.from({ length: hid }, (_, row) => part * hid + row);
    return [
      ...own.flatMap((row) => symbols.map((symbol, column) => {
        const name = `${unit(row)}, from symbol ${symbol}`;
        return weight(weights, "weight_ih", [row, column], `${group}, from symbols`, name);
      })),
      ...own.flatMap((row) => weights.weight_hh[row].map((_, column) => {
        const source = row - part * hid === column ? "itself" : `unit ${column + 1}`;
        return weight(weights, "weight_hh", [row, column], `${group}, recurrent`, `${unit(row)}, from ${source}`);
      })),
      ...own.map((row) => weight(weights, "bias", [row], `${group}, biases`, `${unit(row)}, bias`)),
    ];
  });
  const read = symbols.flatMap((symbol, row) => [
    ...weights.weight_out[row].map((_, column) => {
      return weight(weights, "weight_out", [row, column], "Output", `output of ${symbol}, from unit ${column + 1}`);
    }),
    weight(weights, "bias_out", [row], "Output", `output of ${symbol}, bias`),
  ]);
  return [...rows, ...read];
}

/** Weights with some of them changed: [[id, value], ...]. */
export function changedWeights(weights, changes) {
  const copy = structuredClone(weights);
  for (const [id, value] of changes) {
    const [matrix, row, column] = id.split(".");
    if (column === undefined) copy[matrix][row] = value;
    else copy[matrix][row][column] = value;
  }
  return copy;
}

/** How far a weight can be moved: as far as 3 to either side, or twice its size. */
export function rangeOf(value) {
  const reach = Math.max(3, 2 * Math.abs(value));
  return [value - reach, value + reach];
}

function weight(weights, matrix, place, group, name) {
  const value = place.reduce((values, index) => values[index], weights[matrix]);
  return { id: [matrix, ...place].join("."), group, name, value };
}
