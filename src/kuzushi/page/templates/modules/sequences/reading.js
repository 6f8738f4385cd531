/** A net, its language and its machine read the same string: what each makes of every place in it. */

import { read, start } from "nets";

/**
 * Return everything at every place of a string, the first before its first symbol.
 *
 * @param net {kind, symbols, language, machine, walk}
 * @param weights the net's own, or changed ones
 * @returns {{place, letter, hidden, cell, probabilities, position, configuration, predicted, right, allowed, cut,
 *   agrees}[]} where `right` is null where the net is not scored, and `agrees` if the machine cannot tell; at a reset
 *   the state is the initial one, and nothing is predicted
 */
export function reading(net, weights, text) {
  const letters = [...text];
  const positions = positionsAlong(net, letters);
  const configurations = run(net.machine, letters, positions);
  return statesAlong({ kind: net.kind, weights }, net.symbols, letters, positions).map((place, at) => {
    const [position, configuration] = [positions[at], configurations[at]];
    const open = configuration && allowed(net.machine, configuration);
    const hasRead = place.predicted !== null;
    const cut = isCut(net, position, open);
    return {
      ...place,
      place: at,
      position,
      configuration,
      allowed: open,
      cut,
      right: hasRead && position.scored ? isRight(place.probabilities, position.legal) : null,
      agrees: hasRead && open && !cut ? open.includes(net.symbols[place.predicted]) : null,
    };
  });
}

/** Return the states of a net along a string with what it predicts, the first before it. */
function statesAlong(net, symbols, letters, positions) {
  const initial = { ...start(net), probabilities: null };
  const places = [{ ...initial, letter: null }];
  letters.forEach((letter, index) => {
    const after = positions[index + 1].reset ? initial : read(net, symbols.indexOf(letter), places.at(-1));
    places.push({ ...after, letter });
  });
  return places.map((place) => ({ ...place, predicted: place.probabilities && mostProbable(place.probabilities) }));
}

/** Return whether a finite machine ends where the language goes on, since its strings have an end. */
function isCut({ machine, symbols }, { legal }, open) {
  return Boolean(machine.longest && open && legal?.some((may, symbol) => may && !open.includes(symbols[symbol])));
}

/** Return whether every symbol that may come next is more probable than every other. */
export function isRight(probabilities, legal) {
  let [least, other] = [Infinity, -Infinity];
  probabilities.forEach((p, symbol) => {
    if (legal[symbol]) least = Math.min(least, p);
    else other = Math.max(other, p);
  });
  return least > other;
}

/** Return the positions in the language along a string, the first before it; `reset` where the net is put back. */
export function positionsAlong(net, letters) {
  const positions = [beginning(net.language, net.symbols)];
  for (const letter of letters) {
    positions.push(advanced(net.language, net.symbols, positions.at(-1), net.symbols.indexOf(letter)));
  }
  return positions;
}

/** Return the states of the test strings, each from the initial state: what the path of a string is drawn on. */
export function backdrop(net) {
  return net.walk.flatMap((text) => reading(net, net.weights, text).slice(1));
}

function mostProbable(probabilities) {
  return probabilities.indexOf(Math.max(...probabilities));
}

/* ---- language ---- */

/** A string that no longer is one of the language. */
const OFF = { state: null, group: null, legal: null, scored: false };

const OPEN = 0;
const CLOSE = 1;

/** Return the position before the first symbol. */
function beginning(language, symbols) {
  return KINDS[language.kind].beginning(language, symbols);
}

/** Return the position after one more symbol; after the end of a string, with a reset, that before the first. */
function advanced(language, symbols, position, symbol) {
  if (position === OFF || !position.legal[symbol]) return OFF;
  const after = KINDS[language.kind].advanced(language, symbols, position, symbol);
  if (!language.reset || after.state !== "end") return after;
  return { ...beginning(language, symbols), scored: false, reset: true };
}

const KINDS = {
  counting: {
    beginning: (language, symbols) => counted(language, symbols, symbols.length - 1, language.ratios.at(-1), 1),
    advanced(language, symbols, { phase, read, n }, symbol) {
      if (symbol === phase) return counted(language, symbols, phase, read + 1, n);
      return counted(language, symbols, symbol, 1, symbol === 1 ? read / language.ratios[0] : n);
    },
  },
  brackets: {
    beginning: () => nested(null),
    advanced(language, symbols, { depth }, symbol) {
      if (symbol === OPEN) return nested((depth ?? 0) + 1);
      return nested(symbol === CLOSE ? depth - 1 : null);
    },
  },
  grammar: {
    beginning: (language, symbols) => at(language.machine, symbols, language.machine.start),
    advanced({ machine }, symbols, { state }, symbol) {
      const arrow = machine.transitions.find((each) => each.source === state && each.symbol === symbols[symbol]);
      return at(machine, symbols, arrow.target);
    },
  },
};

/** Return a position in a counting language: `read` symbols of a phase; n is known after the first phase. */
function counted({ ratios }, symbols, phase, read, n) {
  const legal = symbols.map(() => false);
  if (phase === 0) {
    legal[0] = true;
    legal[1] = read % ratios[0] === 0;
    return { phase, read, n, state: `${symbols[0]}${read}`, group: 0, legal, scored: !legal[1] };
  }
  const left = ratios.map((ratio, place) => (place < phase ? 0 : ratio * n - (place === phase ? read : 0)));
  const group = left.findIndex((count) => count > 0);
  const toCome = left.flatMap((count, place) => (count > 0 ? [`${count}${symbols[place]}`] : []));
  legal[Math.max(group, 0)] = true;
  return { phase, read, n, state: toCome.join(" ") || "end", group, legal, scored: true };
}

/** Return a position in brackets: so many are open; null between strings. */
function nested(depth) {
  if (depth === null) return { depth, state: "end", group: -1, legal: [true, false, false], scored: true };
  return { depth, state: `${depth})`, group: depth, legal: [true, depth > 0, depth === 0], scored: true };
}

/** Return a position in a grammar: at a node. */
function at(machine, symbols, state) {
  const next = machine.transitions.filter((arrow) => arrow.source === state).map((arrow) => arrow.symbol);
  const group = state === "end" ? -1 : machine.states.indexOf(state);
  return { state, group, legal: symbols.map((symbol) => next.includes(symbol)), scored: true };
}

/* ---- machine ---- */

/** Return the configuration at the start: every counter is 0. */
function atStart(machine) {
  return { state: machine.start, counts: machine.counters.map(() => 0), arrow: null };
}

/** Return the configuration after one more symbol; null if there is no transition. */
function configurationAfter(machine, configuration, symbol) {
  for (const [arrow, transition] of machine.transitions.entries()) {
    if (transition.symbol !== symbol) continue;
    const counts = countsAfter(machine, configuration, transition);
    if (counts) return { state: transition.target, counts, arrow };
  }
  return null;
}

/** Return the symbols that the machine allows next. */
export function allowed(machine, configuration) {
  const open = machine.transitions.filter((transition) => countsAfter(machine, configuration, transition));
  return [...new Set(open.map((transition) => transition.symbol))];
}

/**
 * Return the configurations along a string, the first before it; null where the machine cannot read so far.
 *
 * A finite machine of a language that counts follows it up to `longest` only. It waits at a longer string, and goes on
 * with the next one: where the position is between strings again. Where the net is reset, the machine is too.
 */
export function run(machine, letters, positions) {
  const configurations = [atStart(machine)];
  letters.forEach((letter, place) => {
    const before = configurations.at(-1);
    const waited = before === null && machine.longest && positions[place].state === "end";
    const from = waited ? atStart(machine) : before;
    const after = from && configurationAfter(machine, from, letter);
    configurations.push(positions[place + 1]?.reset ? { ...atStart(machine), arrow: after?.arrow ?? null } : after);
  });
  return configurations;
}

/** Return a transition as text, such as "b, B > 0: B − 1". */
export function transitionText({ symbol, guards, changes }) {
  const tests = guards.map((guard) => `${guard.counter} ${guard.positive ? "> 0" : "= 0"}`);
  const done = changes.map(({ counter, by, sets }) => {
    return `${counter} ${sets ? `:= ${by}` : by < 0 ? `− ${-by}` : `+ ${by}`}`;
  });
  return [symbol, ...tests].join(", ") + (done.length ? `: ${done.join(", ")}` : "");
}

/** Return the counters after a transition; null if it is not possible. */
function countsAfter(machine, { state, counts }, { source, guards, changes }) {
  if (source !== state) return null;
  const count = (name) => counts[machine.counters.indexOf(name)];
  if (guards.some(({ counter, positive }) => count(counter) > 0 !== positive)) return null;
  const after = machine.counters.map((name, place) => {
    const change = changes.find(({ counter }) => counter === name);
    return change ? change.by + (change.sets ? 0 : counts[place]) : counts[place];
  });
  return after.every((value) => value >= 0) ? after : null;
}
