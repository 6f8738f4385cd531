/** What lies over a plane: its axes, and the points by target with a ring around those that are wrong. */

import { svg } from "elements";
import { number } from "perceptron/unit_lines";

const ROUND = [1, 2, 5, 10]; // steps between the ticks of an axis
const MOST_TICKS = 5;
const RADIUS = 7;

/**
 * Draws axes and points into a group: a function of (points, targets, which are right, the frame, the side in pixels).
 *
 * It draws anew only what has changed, since points stand still while lines are dragged.
 */
export function pointsOver(group) {
  let drawn = "";
  return ({ points, targets, right, frame, size }) => {
    const asked = JSON.stringify([points, targets, right, frame, size]);
    if (asked === drawn) return;
    drawn = asked;
    group.replaceChildren(...axes(frame, size));
    points.forEach((point, n) => {
      const [x, y] = pixelsOf(point, frame, size);
      if (!right[n]) group.append(svg("circle", { cx: x, cy: y, r: RADIUS + 6, class: "ring" }));
      group.append(
        targets[n]
          ? svg("rect", { x: x - RADIUS, y: y - RADIUS, width: 2 * RADIUS, height: 2 * RADIUS, class: "one" })
          : svg("circle", { cx: x, cy: y, r: RADIUS, class: "zero" }),
      );
    });
  };
}

/** Where a point stands in a square of so many pixels. */
export function pixelsOf(point, [low1, high1, low2, high2], size) {
  return [((point[0] - low1) / (high1 - low1)) * size, ((high2 - point[1]) / (high2 - low2)) * size];
}

function axes(frame, size) {
  const [low1, high1, low2, high2] = frame;
  const made = [];
  for (const value of ticks(low1, high1)) {
    const [x] = pixelsOf([value, low2], frame, size);
    made.push(svg("line", { x1: x, y1: size, x2: x, y2: size + 5, class: "tick" }));
    made.push(svg("text", { x, y: size + 19, class: "tick-label" }, number(value)));
  }
  for (const value of ticks(low2, high2)) {
    const [, y] = pixelsOf([low1, value], frame, size);
    made.push(svg("line", { x1: -5, y1: y, x2: 0, y2: y, class: "tick" }));
    made.push(svg("text", { x: -9, y: y + 4, class: "tick-label upright" }, number(value)));
  }
  made.push(svg("text", { x: size, y: size + 19, class: "axis" }, "x1"));
  made.push(svg("text", { x: -9, y: 10, class: "axis" }, "x2"));
  return made;
}

/** Round numbers between two, few enough to be read. */
export function ticks(low, high) {
  const least = (high - low) / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ROUND.find((factor) => factor * power >= least * (1 - 1e-9));
  const first = Math.ceil(low / step + 0.2);
  const found = [];
  for (let n = first; n * step <= high - 0.2 * step; n++) found.push(n * step);
  return found;
}
