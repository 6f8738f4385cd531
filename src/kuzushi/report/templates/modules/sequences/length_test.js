/** How far a net is right: on strings of growing length, or on strings of a grammar, each read alone. */

import { read, start } from "nets";
import { isRight, positionsAlong } from "sequences/string_reading";
import { inFrames } from "timing";

const LONGEST = 60;

/**
 * The strings on which a net is tried, in groups that are right or wrong together: of n = 1, 2, ..., 60; of nesting 1
 * to 60, narrow and wide; or those of the grammar, one by one.
 */
export function groupsOfStrings(net) {
  const numbers = Array.from({ length: LONGEST }, (_, place) => place + 1);
  const texts = {
    counting: () => numbers.map((n) => [counted(n, net.symbols, net.language.ratios)]),
    brackets: () => numbers.map((n) => [narrow(n, net.symbols), wide(n, net.symbols)]),
    grammar: () => net.tests.map((text) => [text]),
  };
  return texts[net.language.kind]().map((group) => group.map((text) => prepared(net, text)));
}

/** Whether a net is right on each group, one after the other. */
export function* tried(net, weights, groups) {
  for (const group of groups) yield group.every((text) => rightOn({ kind: net.kind, weights }, text));
}

/**
 * Work that is done for some milliseconds a frame.
 *
 * @param progressed is called when such a slice is over
 * @returns a function that takes what is to be done, {work: generator, found: what it has yielded}[], in place of what
 *   has been done so far
 */
export function slices(milliseconds, progressed) {
  let waiting = [];
  const slice = inFrames(() => {
    const end = performance.now() + milliseconds;
    while (waiting.length && performance.now() < end) {
      const { value, done } = waiting[0].work.next();
      if (done) waiting.shift();
      else waiting[0].found.push(value);
    }
    progressed();
    if (waiting.length) slice();
  });
  return (works) => {
    waiting = [...works];
    slice();
  };
}

function prepared(net, text) {
  const positions = positionsAlong(net, [...text]).slice(1);
  return [...text].map((letter, place) => ({ symbol: net.symbols.indexOf(letter), ...positions[place] }));
}

function rightOn(net, text) {
  let state = start(net);
  for (const { symbol, legal, asked } of text) {
    state = read(net, symbol, state);
    if (asked && !isRight(state.probabilities, legal)) return false;
  }
  return true;
}

/** The string of one n in a language that counts. */
export function counted(n, symbols, ratios) {
  return symbols.map((symbol, place) => symbol.repeat(ratios[place] * n)).join("");
}

/** So many brackets, one in another. */
export const narrow = (n, [open, close, end]) => open.repeat(n) + close.repeat(n) + end;

const wide = (n, [open, close, end]) => open.repeat(n - 1) + (open + close).repeat(n + 1) + close.repeat(n - 1) + end;
