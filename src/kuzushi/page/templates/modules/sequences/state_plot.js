/** The states of a net as a picture: those of the test strings, and the path of the string. */

import { svg } from "elements";

const GROUPS = 6; // colours
const ARROWS = 40; // the last steps, which have arrowheads
const SHORT = 14; // pixels, below which a step has none
const RADIUS = 4;
const RING = 10;

/**
 * Draw the states.
 *
 * @param drawing the svg element, as many pixels wide and high as `side`
 * @param scene {view, backdrop, named, places, at, turn, tilt}
 */
export function drawStates(drawing, side, scene) {
  const { view, backdrop, named, places, at } = scene;
  const { frame, project, box, axes } = view.dimensions === 3 ? cubeFrame(view, side, scene) : planeFrame(view, side);
  const point = (place) => project(view.at(place));
  const path = places.slice(0, at + 1).map(point);
  const now = { ...path.at(-1), ring: RING, name: places[at].position.state ?? "?" };
  const onPath = new Set(places.map(({ position }) => position.state));
  const order = [...named].sort((a, b) => onPath.has(b.position.state) - onPath.has(a.position.state));
  const names = namesBeside(now, order.map((place) => ({ ...point(place), name: place.position.state })), box, axes);
  drawing.setAttribute("viewBox", `0 0 ${side} ${side}`);
  drawing.replaceChildren(
    frame,
    svg("g", { class: "backdrop" }, ...marks(backdrop, point)),
    svg("g", { class: "path" }, ...steps(path)),
    ...names.others,
    svg("g", { class: "now" }, svg("circle", { cx: now.x, cy: now.y, r: RING }),
      svg("circle", { cx: now.x, cy: now.y, r: 3.5, class: "centre" }), names.now),
  );
}

/**
 * Return a mark at every point: colour and shape say which symbol comes or which state it is. One outline for each
 * kind.
 */
function marks(backdrop, point) {
  const outlines = new Map();
  for (const place of backdrop) {
    const { group } = place.position;
    const kind = group < 0 ? "end" : group % GROUPS;
    const { x, y, depth } = point(place);
    const outline = SHAPES[kind === "end" ? STAR : kind % STAR](RADIUS * (1 - 0.18 * depth));
    outlines.set(kind, (outlines.get(kind) ?? "") + polygon(outline.map(([dx, dy]) => [x + dx, y + dy])));
  }
  return [...outlines].map(([kind, d]) => svg("path", { class: `mark group-${kind}`, d }));
}

const around = (corners, reach) => Array.from({ length: corners }, (_, corner) => {
  const [angle, r] = [(2 * Math.PI * corner) / corners, reach(corner)];
  return [r * Math.sin(angle), -r * Math.cos(angle)];
});

const STAR = 4;
const SHAPES = [
  (r) => around(12, () => 1.05 * r),
  (r) => [[-r, -r], [r, -r], [r, r], [-r, r]],
  (r) => [[0, -1.3 * r], [1.2 * r, r], [-1.2 * r, r]],
  (r) => around(4, () => 1.4 * r),
  (r) => around(10, (corner) => (corner % 2 ? 0.7 : 1.7) * r),
];

/** Return the start, and the steps from there, the later ones with arrowheads. */
function steps(path) {
  const [{ x, y }] = path;
  const first = Math.max(0, path.length - 1 - ARROWS);
  const late = path.slice(first);
  return [
    svg("path", { class: "origin", d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10` }),
    svg("path", { class: "early", d: line(path.slice(0, first + 1)) }),
    svg("path", { class: "late", d: line(late) }),
    svg("path", { class: "heads", d: late.slice(1).map((end, step) => head(late[step], end)).join("") }),
  ];
}

/** Return an arrowhead a little beyond the middle of a step. */
function head(start, end) {
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const length = Math.hypot(dx, dy);
  if (length < SHORT) return "";
  const [ux, uy] = [dx / length, dy / length];
  const [x, y] = [start.x + 0.55 * dx, start.y + 0.55 * dy];
  return polygon([[5, 0], [-4, 4], [-4, -4]].map(([along, aside]) => [
    x + along * ux - aside * uy, y + along * uy + aside * ux,
  ]));
}

const line = (points) => points.map(({ x, y }, at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function polygon(points) {
  return `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`;
}

/* ---- plane frame ---- */

const RADIANS = Math.PI / 180;
const AXIS_LETTER = 6.5; // the width of a letter of the name of an axis, in pixels
const CUBE = 0.285; // half an edge, of the side of the drawing, so that every corner stays within it

/** Return the frame of a plane, and the function that projects points into it. */
function planeFrame(view, side) {
  const [left, right, top, bottom] = [46, side - 14, 14, side - 44];
  const [x, y] = [scale(view.limits[0], left, right), scale(view.limits[1], bottom, top)];
  const rectangle = svg("rect", { x: left, y: top, width: right - left, height: bottom - top });
  const frame = svg("g", { class: "frame" }, rectangle);
  for (const tick of ticks(view.limits[0])) {
    frame.append(svg("line", { x1: x(tick), x2: x(tick), y1: top, y2: bottom }));
    frame.append(svg("text", { x: x(tick), y: bottom + 17, "text-anchor": "middle" }, label(tick)));
  }
  for (const tick of ticks(view.limits[1])) {
    frame.append(svg("line", { x1: left, x2: right, y1: y(tick), y2: y(tick) }));
    frame.append(svg("text", { x: left - 7, y: y(tick) + 4, "text-anchor": "end" }, label(tick)));
  }
  frame.append(
    nameOfAxis(view.axes[0], `translate(${(left + right) / 2} ${bottom + 37})`),
    nameOfAxis(view.axes[1], `translate(12 ${(top + bottom) / 2}) rotate(-90)`),
  );
  return { frame, project: ([a, b]) => ({ x: x(a), y: y(b), depth: 0 }), box: { left, right, top, bottom }, axes: [] };
}

/** Return the edges of a cube, turned and tilted, and the function that projects points into it. */
function cubeFrame(view, side, { turn, tilt }) {
  const [cosTurn, sinTurn, cosTilt, sinTilt] = [turn, turn, tilt, tilt].map((angle, place) => {
    return (place % 2 ? Math.sin : Math.cos)(angle * RADIANS);
  });
  const scales = view.limits.map((limits) => scale(limits, -1, 1));
  const turnedPoint = ([a, b, c]) => {
    const [across, away] = [a * cosTurn + b * sinTurn, b * cosTurn - a * sinTurn];
    return {
      x: side / 2 + CUBE * side * across,
      y: side / 2 - CUBE * side * (c * cosTilt + away * sinTilt),
      depth: away * cosTilt - c * sinTilt,
    };
  };
  const frame = svg("g", { class: "frame" });
  for (const [from, to] of edges()) {
    const [a, b] = [turnedPoint(from), turnedPoint(to)];
    frame.append(svg("line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y }));
  }
  const axes = view.axes.map((axis, place) => nameOfEdge(axis, view.limits[place], place, turnedPoint, side));
  frame.append(...axes.map(({ element }) => element));
  const project = (point) => turnedPoint(point.map((value, axis) => scales[axis](value)));
  return { frame, project, box: { left: 0, right: side, top: 0, bottom: side }, axes };
}

/** Return the name of an axis and its room, at one of its four edges: at the left, or below and far from the middle. */
function nameOfEdge(axis, limits, place, turnedPoint, side) {
  const signs = [[-1, -1], [-1, 1], [1, -1], [1, 1]];
  const middles = signs.map((sign) => turnedPoint([...sign.slice(0, place), 0, ...sign.slice(place)]));
  const outward = place === 2 ? ({ x }) => -x : ({ x, y }) => Math.abs(x - side / 2) + y;
  const { x, y } = middles.reduce((best, each) => (outward(each) > outward(best) ? each : best));
  const words = `${axis}, ${limits.map(label).join(" to ")}`;
  const long = (words.length * AXIS_LETTER) / 2;
  if (place === 2) {
    const element = nameOfAxis(words, `translate(${x - 8} ${y}) rotate(-90)`);
    return { element, left: x - 20, right: x - 4, top: y - long, bottom: y + long };
  }
  const element = nameOfAxis(words, `translate(${x} ${y + 22})`);
  return { element, left: x - long, right: x + long, top: y + 10, bottom: y + 26 };
}

function nameOfAxis(name, transform) {
  return svg("text", { class: "axis", "text-anchor": "middle", transform }, name);
}

const scale = ([low, high], from, to) => (value) => from + ((value - low) / (high - low)) * (to - from);

/** Return four to nine round numbers within limits. */
function ticks([low, high]) {
  const power = 10 ** Math.floor(Math.log10((high - low) / 2));
  const step = [power / 2, power, 2 * power, 5 * power].find((each) => (high - low) / each < 9);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, place) => (first + place) * step);
}

function label(value) {
  return String(Number(value.toPrecision(2))).replace("-", "−");
}

function edges() {
  const corners = [-1, 1].flatMap((a) => [-1, 1].flatMap((b) => [-1, 1].map((c) => [a, b, c])));
  return corners.flatMap((corner) => {
    const raised = [0, 1, 2].filter((axis) => corner[axis] < 0);
    return raised.map((axis) => [corner, corner.map((value, each) => (each === axis ? 1 : value))]);
  });
}

/* ---- state names ---- */

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
 * Return names for points, none over another.
 *
 * @param now {x, y, ring: its radius, name} which has its name whatever happens
 * @param points {x, y, name}[] in the order in which they are named
 * @param box {left, right, top, bottom} within which names stand
 * @param axes {left, right, top, bottom}[] where names of axes stand
 * @returns {{now, others: []}} as elements
 */
function namesBeside(now, points, box, axes) {
  const side = now.x > box.right - BORDER ? "end" : "start";
  const at = [now.x + (side === "start" ? 14 : -14), now.y - 10];
  const { x, y, ring } = now;
  const occupied = [
    { left: x - ring, right: x + ring, top: y - ring, bottom: y + ring },
    { ...now, ...room(...at, side, now.name, LARGE) },
    ...axes,
  ];
  const others = [];
  for (const point of points) {
    if (others.length === MOST) break;
    const isNear = ({ name, x, y }) => name === point.name && Math.hypot(x - point.x, y - point.y) < APART;
    if (occupied.some(isNear)) continue;
    const free = SIDES.map(([dx, dy, anchor]) => [point.x + dx, point.y + dy, anchor]).find((place) => {
      const space = room(...place, point.name);
      return within(space, box) && !occupied.some((other) => overlap(space, other));
    });
    if (!free) continue;
    occupied.push({ ...point, ...room(...free, point.name) });
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
