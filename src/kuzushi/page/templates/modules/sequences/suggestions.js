/** What to try with a net: sentences, each with the state of the demo that it speaks of. */

import { counted, groupsOfStrings, narrow, tried } from "sequences/lengths";
import { backdrop, positionsAlong } from "sequences/reading";
import { changedWeights, namedWeights, stateOf } from "sequences/state";
import { decimal } from "sequences/words";

const LONG = 20;
const SOME = 30; // of the groups of strings, on which changed weights are tried

/**
 * Return up to four things to try with a net.
 *
 * @returns {{text: string, state}[]} where a state is whole
 */
export function suggestions(nets, at) {
  const net = nets[at];
  const groups = groupsOfStrings(net);
  const before = [...tried(net, net.weights, groups)];
  const found = [counting(net, before), stream(net), outside(net), breaking(net, groups, before)];
  return found.filter(Boolean).map(({ text, ...suggestion }) => {
    return { text, state: { ...stateOf(nets, at, suggestion.string), ...suggestion.state } };
  });
}

/** Suggest a string longer than those trained on; for a grammar, the longest test string. */
function counting(net, before) {
  const state = { place: 1 };
  if (net.language.kind === "grammar") {
    const string = net.walk.reduce((a, b) => (b.length > a.length ? b : a));
    const text = `Step through ${string}. Do the points of one name lie close together, whatever was read before?`;
    return { string, state, text };
  }
  const failing = before.indexOf(false) + 1;
  const n = failing || Math.max(LONG, net.trained + 1);
  const which = net.language.kind === "brackets" ? `${n} brackets, one in another` : `n = ${n}`;
  const text = failing
    ? `Read ${which}, the first that fails alone, and play to the first ✗. Does the net want the next symbol ` +
      "too early, or too late?"
    : `Read ${which}, where it was trained up to ${net.trained} only. Is it still right after the last symbol? ` +
      "How far do its states go from those that have a name?";
  return { string: ofLength(net, n), state, text };
}

/** Suggest several strings without a reset; null if the net is reset after each. */
function stream(net) {
  if (net.language.reset) return null;
  const string = net.strings.at(-1).text;
  const text = `Read strings one after the other without a reset, ${shortened(string)}. Does the state come ` +
    "back to where it was when the string before was over?";
  return { string, state: { place: 1 }, text };
}

/** Suggest a string that leaves the language at its last symbol; null if every symbol may follow. */
function outside(net) {
  const inside = net.language.kind === "counting" ? ofLength(net, 1) : net.beginning.slice(0, 3);
  const { legal } = positionsAlong(net, [...inside]).at(-1);
  const wrong = net.symbols.filter((_, symbol) => !legal[symbol]).at(-1);
  if (wrong === undefined) return null;
  const string = inside + wrong;
  const text = `Read ${string}, which is not in the language. It is no longer scored, but the net still ` +
    "predicts something. What, and how surely?";
  return { string, state: { place: string.length }, text };
}

/** Suggest a change of one weight that makes fewer strings right. */
function breaking(net, groups, before) {
  const some = groups.slice(0, SOME);
  const right = before.slice(0, SOME).filter(Boolean).length;
  const failing = ({ id, to }) => {
    const found = [...tried(net, changedWeights(net.weights, [[id, to]]), some)];
    return found.filter(Boolean).length < right ? found.indexOf(false) : null;
  };
  const weight = net.exact ? latest(candidates(net), failing) : candidates(net).find((each) => failing(each) !== null);
  if (!weight) return null;
  const { id, name, to } = weight;
  const moved = `“${name}” to ${decimal(to)}`;
  const text = {
    srn: `Cut one link: ${moved}. Which strings are still right, and where does the path go now?`,
    lstm: `Let a cell leak: ${moved}. What fails now, and where do net and machine part (≠)?`,
    exact: `Make one step a tenth too short: ${moved}. The error adds up with n. From which n on is it seen?`,
  }[net.exact ? "exact" : net.kind];
  return { state: { changes: [[id, to]], weight: id }, text };
}

/** Return the weight with which the first failing string is the longest; undefined if none fails. */
function latest(weights, failing) {
  const found = weights.map((weight) => ({ weight, at: failing(weight) })).filter(({ at }) => at !== null);
  return found.sort((a, b) => b.at - a.at)[0]?.weight;
}

/**
 * Of an exact net what its cells take in at a symbol, a tenth smaller; of another LSTM the biases of its forget gates,
 * that of the cell that moves most first; of an SRN the recurrent weights, cut.
 */
function candidates(net) {
  const weights = namedWeights(net);
  const hid = net.weights.weight_hh[0].length;
  if (net.kind === "srn") {
    return weights.filter(({ id }) => id.startsWith("weight_hh")).map((each) => ({ ...each, to: 0 }));
  }
  if (net.exact) {
    const rows = Array.from({ length: hid }, (_, unit) => `weight_ih.${2 * hid + unit}.`);
    const steps = weights.filter(({ id }) => rows.some((row) => id.startsWith(row)));
    return steps.map((each) => ({ ...each, to: Number((0.9 * each.value).toFixed(4)) }));
  }
  const points = backdrop(net);
  const span = (unit) => {
    const cells = points.map(({ cell }) => cell[unit]);
    return Math.max(...cells) - Math.min(...cells);
  };
  const units = Array.from({ length: hid }, (_, unit) => unit).sort((a, b) => span(b) - span(a));
  return units.map((unit) => weights.find(({ id }) => id === `bias.${hid + unit}`)).map((each) => {
    return { ...each, to: each.range[0] };
  });
}

function ofLength(net, n) {
  return net.language.kind === "brackets" ? narrow(n, net.symbols) : counted(n, net.symbols, net.language.ratios);
}

const shortened = (text) => (text.length > 24 ? `${text.slice(0, 22)}…` : text);
