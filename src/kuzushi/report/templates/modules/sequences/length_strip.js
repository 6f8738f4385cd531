/** How far a net is right, before and after weights were changed, as two rows of bars. */

import { svg } from "elements";

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
  const x = (place) => NAME + place * step;
  const bars = rows.flatMap(({ name, found }, row) => {
    const each = found.map((right, place) => ({ right, outline: bar(x(place), row * ROW, step, right) }));
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

/** The same in words. */
export function lengthsInWords(kind, { rows, groups }) {
  const told = rows.map(({ name, found }) => {
    const wrong = found.indexOf(false);
    if (kind === "grammar") return `${name}, ${found.filter(Boolean).length} of ${found.length}`;
    if (wrong < 0) return `${name}, none ${found.length < groups ? "so far" : `up to ${groups}`}`;
    return `${name}, ${wrong + 1}`;
  });
  const what = { counting: "First n that fails", brackets: "First nesting that fails", grammar: "Strings right" }[kind];
  return `${what}: ${told.join("; ")}.`;
}

/** Right is a tall bar, wrong a short one. */
function bar(x, y, step, right) {
  const [top, height] = right ? [y + 2, ROW - 6] : [y + ROW - 10, 6];
  const width = Math.max(1, step - 1);
  return `M${x.toFixed(2)} ${top}h${width.toFixed(2)}v${height}h${(-width).toFixed(2)}Z`;
}
