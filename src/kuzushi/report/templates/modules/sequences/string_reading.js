/** A net, its language and its machine read the same string: what each makes of every place in it. */

import { read, start } from "nets";
import { advanced, beginning } from "sequences/language";
import { allowed, run } from "sequences/machine";

/**
 * Everything at every place of a string, the first before its first symbol.
 *
 * @param net {kind, symbols, language, machine, walk}
 * @param weights the net's own, or changed ones
 * @returns {{place, letter, hidden, cell, probabilities, position, configuration, said, right, allowed, cut, agrees}[]}
 *   where `right` is null if nothing is asked, and `agrees` if the machine cannot tell
 */
export function reading(net, weights, text) {
  const letters = [...text];
  const positions = positionsAlong(net, letters);
  const configurations = run(net.machine, letters, positions);
  let state = start({ kind: net.kind, weights });
  const places = [{ ...state, letter: null, probabilities: null, said: null, right: null, agrees: null }];
  for (const letter of letters) {
    state = read({ kind: net.kind, weights }, net.symbols.indexOf(letter), state);
    places.push({ ...state, letter, said: mostProbable(state.probabilities) });
  }
  return places.map((place, at) => {
    const [position, configuration] = [positions[at], configurations[at]];
    const open = configuration && allowed(net.machine, configuration);
    const told = place.said !== null;
    const cut = isCut(net, position, open);
    return {
      ...place,
      place: at,
      position,
      configuration,
      allowed: open,
      cut,
      right: told && position.asked ? isRight(place.probabilities, position.legal) : null,
      agrees: told && open && !cut ? open.includes(net.symbols[place.said]) : null,
    };
  });
}

/** Whether a finite machine ends where the language goes on, since its strings have an end. */
function isCut({ machine, symbols }, { legal }, open) {
  return Boolean(machine.longest && open && legal?.some((may, symbol) => may && !open.includes(symbols[symbol])));
}

/** Whether every symbol that may come next is more probable than every other. */
export function isRight(probabilities, legal) {
  let [least, other] = [Infinity, -Infinity];
  probabilities.forEach((p, symbol) => {
    if (legal[symbol]) least = Math.min(least, p);
    else other = Math.max(other, p);
  });
  return least > other;
}

/** The positions in the language along a string, the first before it. */
export function positionsAlong(net, letters) {
  const positions = [beginning(net.language, net.symbols)];
  for (const letter of letters) {
    positions.push(advanced(net.language, net.symbols, positions.at(-1), net.symbols.indexOf(letter)));
  }
  return positions;
}

/** The states of the test strings, each from the initial state: what the path of a string is drawn on. */
export function backdrop(net) {
  return net.walk.flatMap((text) => reading(net, net.weights, text).slice(1));
}

function mostProbable(probabilities) {
  return probabilities.indexOf(Math.max(...probabilities));
}
