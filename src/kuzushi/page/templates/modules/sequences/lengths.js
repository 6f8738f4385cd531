/** How far a net is right: strings of growing length, or of a grammar, each read alone, as two rows of bars. */

import { svg } from "elements";
import { read, start } from "nets";
import { isRight, positionsAlong } from "sequences/reading";
import { inFrames } from "timing";

const LONGEST = 60;

/**
 * Return the strings on which a net is tried, in groups that are right or wrong together: of n = 1, 2, ..., 60; of
 * nesting 1 to 60, narrow and wide; or those of the grammar, one by one.
 */
export function groupsOfStrings(net) {
  const numbers = Array.from({ length: LONGEST }, (_, index) => index + 1);
  const texts = {
    counting: () => numbers.map((n) => [counted(n, net.symbols, net.language.ratios)]),
    brackets: () => numbers.map((n) => [narrow(n, net.symbols), wide(n, net.symbols)]),
    grammar: () => net.tests.map((text) => [text]),
  };
  return texts[net.language.kind]().map((group) => group.map((text) => prepared(net, text)));
}

/** Yield whether a net is right on each group, one after the other. */
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
  return [...text].map((letter, index) => ({ symbol: net.symbols.indexOf(letter), ...positions[index] }));
}

function rightOn(net, text) {
  let state = start(net);
  for (const { symbol, legal, scored, reset } of text) {
    state = reset ? start(net) : read(net, symbol, state);
    if (scored && !isRight(state.probabilities, legal)) return false;
  }
  return true;
}

/** Return the string of one n in a counting language. */
export function counted(n, symbols, ratios) {
  return symbols.map((symbol, index) => symbol.repeat(ratios[index] * n)).join("");
}

/** Return so many nested brackets. */
export const narrow = (n, [open, close, end]) => open.repeat(n) + close.repeat(n) + end;

const wide = (n, [open, close, end]) => open.repeat(n - 1) + (open + close).repeat(n + 1) + close.repeat(n - 1) + end;

/* ---- length strip ---- */

const ROW = 26;
const NAME = 66; // pixels for the name of a row

/**
 * Draw the rows.
 *
 * @param rows {name: string, found: boolean[]}[] where `found` grows up to `groups`
 * @param trained where the strings trained on end; null for a grammar
 */
export function drawLengths(drawing, width, { rows, groups, trained }) {
  const step = (width - NAME - 12) / groups;
  const x = (index) => NAME + index * step;
  const bars = rows.flatMap(({ name, found }, row) => {
    const each = found.map((right, index) => ({ right, outline: bar(x(index), row * ROW, step, right) }));
    const d = (kind) => each.filter(({ right }) => right === kind).map(({ outline }) => outline).join("");
    return [
      svg("text", { x: 0, y: row * ROW + 17 }, name),
      svg("path", { class: "right", d: d(true) }), svg("path", { class: "wrong", d: d(false) }),
    ];
  });
  const bottom = rows.length * ROW;
  const scale = [1, ...[10, 20, 30, 40, 50, 60, 80, 100].filter((n) => n <= groups)].map((n) => {
    return svg("text", { x: x(n - 0.5), y: bottom + 16, "text-anchor": "middle" }, String(n));
  });
  const border = trained && trained < groups
    ? [svg("line", { x1: x(trained), x2: x(trained), y1: 0, y2: bottom + 4, class: "trained" })]
    : [];
  drawing.setAttribute("viewBox", `0 0 ${width} ${bottom + 22}`);
  drawing.setAttribute("height", bottom + 22);
  drawing.replaceChildren(...bars, ...border, ...scale);
}

/** Return the rows in words. */
export function lengthsInWords(kind, { rows, groups }) {
  const rowTexts = rows.map(({ name, found }) => {
    const wrong = found.indexOf(false);
    if (kind === "grammar") return `${name}, ${found.filter(Boolean).length} of ${found.length}`;
    if (wrong < 0) return `${name}, none ${found.length < groups ? "so far" : `up to ${groups}`}`;
    return `${name}, ${wrong + 1}`;
  });
  const what = { counting: "First n that fails", brackets: "First nesting that fails", grammar: "Strings right" }[kind];
  return `${what}: ${rowTexts.join("; ")}.`;
}

/** Return the outline of a bar: tall for right, short for wrong. */
function bar(x, y, step, right) {
  const [top, height] = right ? [y + 2, ROW - 6] : [y + ROW - 10, 6];
  const width = Math.max(1, step - 1);
  return `M${x.toFixed(2)} ${top}h${width.toFixed(2)}v${height}h${(-width).toFixed(2)}Z`;
}
