/**
 * Where in a language a string is, and what may follow: for strings of any length.
 *
 * A language is {kind: "counting", ratios}, {kind: "brackets"} or {kind: "grammar", machine}. Symbols are places in its
 * alphabet. A position is {state, group, legal, asked} and what its kind needs to go on; a string that is none of the
 * language stands at `OFF` from there on.
 */

/** A string that no longer is one of the language. */
const OFF = { state: null, group: null, legal: null, asked: false };

const OPEN = 0;
const CLOSE = 1;

/** The position before the first symbol. */
export function beginning(language, symbols) {
  return KINDS[language.kind].beginning(language, symbols);
}

/** The position after one more symbol. */
export function advanced(language, symbols, position, symbol) {
  if (position === OFF || !position.legal[symbol]) return OFF;
  return KINDS[language.kind].advanced(language, symbols, position, symbol);
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

/** Of a language that counts: `read` of the symbols of a phase; n is known once the first phase is over. */
function counted({ ratios }, symbols, phase, read, n) {
  const legal = symbols.map(() => false);
  if (phase === 0) {
    legal[0] = true;
    legal[1] = read % ratios[0] === 0;
    return { phase, read, n, state: `${symbols[0]}${read}`, group: 0, legal, asked: !legal[1] };
  }
  const left = ratios.map((ratio, place) => (place < phase ? 0 : ratio * n - (place === phase ? read : 0)));
  const group = left.findIndex((count) => count > 0);
  const toCome = left.flatMap((count, place) => (count > 0 ? [`${count}${symbols[place]}`] : []));
  legal[Math.max(group, 0)] = true;
  return { phase, read, n, state: toCome.join(" ") || "end", group, legal, asked: true };
}

/** Of brackets: so many are open; null between strings. */
function nested(depth) {
  if (depth === null) return { depth, state: "end", group: -1, legal: [true, false, false], asked: true };
  return { depth, state: `${depth})`, group: depth, legal: [true, depth > 0, depth === 0], asked: true };
}

/** Of a grammar: at a node. */
function at(machine, symbols, state) {
  const next = machine.transitions.filter((arrow) => arrow.source === state).map((arrow) => arrow.symbol);
  const group = state === "end" ? -1 : machine.states.indexOf(state);
  return { state, group, legal: symbols.map((symbol) => next.includes(symbol)), asked: true };
}
