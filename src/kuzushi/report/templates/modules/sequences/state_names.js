/** Names beside points, none over another: what has no room is left out. */

import { svg } from "elements";

const MOST = 45;
const APART = 28; // pixels between two equal names
const LETTER = { width: 8.8, height: 14 }; // of a name, in pixels
const GAP = 3; // around a name
const LARGE = 1.5; // the letters of the name of the state now
const BORDER = 90; // pixels from the right, within which the name of the state now stands to the left of it
const SIDES = [
  [8, 4, "start"], [-8, 4, "end"], [0, -9, "middle"], [0, 19, "middle"], [8, -8, "start"], [-8, 16, "end"],
]; // of a point, where its name may stand

/**
 * Names for points.
 *
 * @param now {x, y, ring: its radius, name} which has its name whatever happens
 * @param points {x, y, name}[] in the order in which they are named
 * @param box {left, right, top, bottom} within which names stand
 * @returns {{now, others: []}} as elements
 */
export function namesBeside(now, points, box) {
  const side = now.x > box.right - BORDER ? "end" : "start";
  const at = [now.x + (side === "start" ? 14 : -14), now.y - 10];
  const { x, y, ring } = now;
  const taken = [
    { left: x - ring, right: x + ring, top: y - ring, bottom: y + ring },
    { ...now, ...room(...at, side, now.name, LARGE) },
  ];
  const others = [];
  for (const point of points) {
    if (others.length === MOST) break;
    if (taken.some(({ name, x, y }) => name === point.name && Math.hypot(x - point.x, y - point.y) < APART)) continue;
    const free = SIDES.map(([dx, dy, anchor]) => [point.x + dx, point.y + dy, anchor]).find((place) => {
      const space = room(...place, point.name);
      return within(space, box) && !taken.some((other) => overlap(space, other));
    });
    if (!free) continue;
    taken.push({ ...point, ...room(...free, point.name) });
    others.push(text(...free, point.name));
  }
  return { now: text(...at, side, now.name), others };
}

function text(x, y, anchor, name) {
  return svg("text", { class: "name", x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor }, name);
}

function room(x, y, anchor, name, large = 1) {
  const width = large * LETTER.width * name.length;
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { left: left - GAP, right: left + width + GAP, top: y - large * LETTER.height + 3, bottom: y + 3 };
}

const within = (a, b) => a.left > b.left && a.right < b.right && a.top > b.top && a.bottom < b.bottom;

const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
