/** What the sequence bench shows, as one value, and that value in the address. */

import { namedWeights, rangeOf } from "sequences/weight_names";

const MOST_TURN = 180;
const MOST_TILT = 90;

/** The state that the bench begins with, or that a net begins with. */
export function stateOf(nets, net, text = nets[net].beginning) {
  return {
    net, text, place: Math.ceil(text.length / 2), changes: [], weight: defaultWeight(nets[net]), view: "hidden",
    turn: -35, tilt: 20,
  };
}

/** What an address holds of a state. */
export function written(nets, { net, text, place, changes, weight, view, turn, tilt }) {
  return { net: nets[net].key, text, place, changes, weight, view, turn, tilt };
}

/** The state that an address holds; null where it holds none of this bench. */
export function stateFrom(nets, longest, given) {
  if (typeof given !== "object" || given === null) return null;
  const net = nets.findIndex(({ key }) => key === given.net);
  if (net < 0 || !isText(nets[net], longest, given.text) || !isPlace(given.place, given.text)) return null;
  const weights = new Map(namedWeights(nets[net]).map((weight) => [weight.id, weight]));
  if (!weights.has(given.weight) || !areChanges(weights, given.changes)) return null;
  if (given.view !== "hidden" && !(given.view === "cell" && nets[net].kind === "lstm")) return null;
  if (!within(given.turn, MOST_TURN) || !within(given.tilt, MOST_TILT)) return null;
  const { text, place, changes, weight, view, turn, tilt } = given;
  return { net, text, place, changes, weight, view, turn, tilt };
}

/** What is left of a text when only symbols of the alphabet are taken. */
export function taken(net, longest, text) {
  const letters = [...text].map((letter) => (net.symbols.includes(letter) ? letter : otherCase(letter)));
  return letters.filter((letter) => net.symbols.includes(letter)).slice(0, longest).join("");
}

/** The changes with one more, or without it where a weight is back at its value. */
export function withChange(changes, { id, value: original }, value) {
  const others = changes.filter(([changed]) => changed !== id);
  return value === original ? others : [...others, [id, value]];
}

/** Angles within their limits: all round, and from straight above to straight below. */
export function turned({ turn, tilt }, by) {
  const round = ((turn + by.turn + 3 * MOST_TURN) % (2 * MOST_TURN)) - MOST_TURN;
  return { turn: round, tilt: Math.max(-MOST_TILT, Math.min(MOST_TILT, tilt + by.tilt)) };
}

/** The bias of the first forget gate; of an SRN, what its first unit has of itself. */
function defaultWeight({ kind, weights }) {
  return kind === "lstm" ? `bias.${weights.weight_hh[0].length}` : "weight_hh.0.0";
}

function otherCase(letter) {
  return letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
}

function isText(net, longest, text) {
  return typeof text === "string" && text.length <= longest && taken(net, longest, text) === text;
}

const isPlace = (place, text) => Number.isInteger(place) && place >= 0 && place <= text.length;

const within = (value, most) => Number.isFinite(value) && Math.abs(value) <= most;

function areChanges(weights, changes) {
  if (!Array.isArray(changes) || changes.length > weights.size) return false;
  if (!changes.every((change) => Array.isArray(change) && change.length === 2)) return false;
  if (new Set(changes.map(([id]) => id)).size < changes.length) return false;
  return changes.every(([id, value]) => {
    if (!weights.has(id) || !Number.isFinite(value)) return false;
    const [low, high] = rangeOf(weights.get(id).value);
    return value >= low && value <= high;
  });
}
