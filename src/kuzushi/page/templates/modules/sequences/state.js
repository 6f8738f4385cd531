/** What the sequence demo shows, as one value, and that value in the address. */

const MOST_TURN = 180;
const MOST_TILT = 90;

/** Return the state that the demo begins with, or that a net begins with. */
export function stateOf(nets, net, text = nets[net].beginning) {
  return {
    net, text, place: Math.ceil(text.length / 2), changes: [], weight: defaultWeight(nets[net]), view: "hidden",
    turn: -35, tilt: 20,
  };
}

/** Return a state for the address. */
export function written(nets, { net, text, place, changes, weight, view, turn, tilt }) {
  return { net: nets[net].key, text, place, changes, weight, view, turn, tilt };
}

/** Return the state in an address; null if it is invalid. */
export function stateFrom(nets, longest, shared) {
  if (typeof shared !== "object" || shared === null) return null;
  const net = nets.findIndex(({ key }) => key === shared.net);
  if (net < 0 || !isText(nets[net], longest, shared.text) || !isPlace(shared.place, shared.text)) return null;
  const weights = new Map(namedWeights(nets[net]).map((weight) => [weight.id, weight]));
  if (!weights.has(shared.weight) || !areChanges(weights, shared.changes)) return null;
  if (shared.view !== "hidden" && !(shared.view === "cell" && nets[net].kind === "lstm")) return null;
  if (!within(shared.turn, MOST_TURN) || !within(shared.tilt, MOST_TILT)) return null;
  const { text, place, changes, weight, view, turn, tilt } = shared;
  return { net, text, place, changes, weight, view, turn, tilt };
}

/** Return the symbols of the alphabet in a text, at most `longest`. */
export function lettersOf(net, longest, text) {
  const letters = [...text].map((letter) => (net.symbols.includes(letter) ? letter : otherCase(letter)));
  return letters.filter((letter) => net.symbols.includes(letter)).slice(0, longest).join("");
}

/** Return the changes with one more, or without it if the weight is back at its value. */
export function withChange(changes, { id, value: original }, value) {
  const others = changes.filter(([changed]) => changed !== id);
  return value === original ? others : [...others, [id, value]];
}

/** Return angles within their limits: all round, and from straight above to straight below. */
export function turned({ turn, tilt }, by) {
  const round = ((turn + by.turn + 3 * MOST_TURN) % (2 * MOST_TURN)) - MOST_TURN;
  return { turn: round, tilt: Math.max(-MOST_TILT, Math.min(MOST_TILT, tilt + by.tilt)) };
}

/** Return the id of the bias of the first forget gate; for an SRN, of the weight from its first unit to itself. */
function defaultWeight({ kind, weights }) {
  return kind === "lstm" ? `bias.${weights.weight_hh[0].length}` : "weight_hh.0.0";
}

function otherCase(letter) {
  return letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
}

function isText(net, longest, text) {
  return typeof text === "string" && text.length <= longest && lettersOf(net, longest, text) === text;
}

const isPlace = (place, text) => Number.isInteger(place) && place >= 0 && place <= text.length;

const within = (value, most) => Number.isFinite(value) && Math.abs(value) <= most;

function areChanges(weights, changes) {
  if (!Array.isArray(changes) || changes.length > weights.size) return false;
  if (!changes.every((change) => Array.isArray(change) && change.length === 2)) return false;
  if (new Set(changes.map(([id]) => id)).size < changes.length) return false;
  return changes.every(([id, value]) => {
    if (!weights.has(id) || !Number.isFinite(value)) return false;
    const [low, high] = weights.get(id).range;
    return value >= low && value <= high;
  });
}

/* ---- weight names ---- */

const GATES = ["input gate", "forget gate", "candidate", "output gate"]; // in the order of the rows

/**
 * Return every weight of a net, its initial state among them.
 *
 * @returns {{id, group, name, value, range: [low, high]}[]} where an id is such as "weight_hh.3.1"
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
  return [...rows, ...read, ...initialState(net)];
}

function initialState({ kind, weights }) {
  const parts = kind === "lstm" ? { h_0: "state", c_0: "cell" } : { h_0: "state" };
  return Object.entries(parts).flatMap(([part, name]) => weights[part].map((_, unit) => {
    return weight(weights, part, [unit], "Initial state", `initial ${name} of unit ${unit + 1}`);
  }));
}

/** Return weights with some of them changed: [[id, value], ...]. */
export function changedWeights(weights, changes) {
  const copy = structuredClone(weights);
  for (const [id, value] of changes) {
    const [matrix, row, column] = id.split(".");
    if (column === undefined) copy[matrix][row] = value;
    else copy[matrix][row][column] = value;
  }
  return copy;
}

/**
 * Return the range of a weight: at least 3 to either side, or twice its size. A hidden state is one of tanh, and stays
 * between -1 and 1.
 */
function rangeOf(matrix, value) {
  if (matrix === "h_0") return [Math.min(-1, value), Math.max(1, value)];
  const reach = Math.max(3, 2 * Math.abs(value));
  return [value - reach, value + reach];
}

function weight(weights, matrix, place, group, name) {
  const value = place.reduce((values, index) => values[index], weights[matrix]);
  return { id: [matrix, ...place].join("."), group, name, value, range: rangeOf(matrix, value) };
}
