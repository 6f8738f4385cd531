/** The states of a net as a picture: those of the test strings, the path of the string read, and where it is now. */

import { svg } from "elements";
import { cubeFrame, planeFrame } from "sequences/plane_frame";
import { namesBeside } from "sequences/state_names";

const GROUPS = 6; // colours
const ARROWS = 40; // the steps last taken, which have arrowheads
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
  const { frame, project, box } = view.dimensions === 3 ? cubeFrame(view, side, scene) : planeFrame(view, side);
  const point = (place) => project(view.at(place));
  const path = places.slice(0, at + 1).map(point);
  const now = { ...path.at(-1), ring: RING, name: places[at].position.state ?? "?" };
  const onPath = new Set(places.map(({ position }) => position.state));
  const order = [...named].sort((a, b) => onPath.has(b.position.state) - onPath.has(a.position.state));
  const names = namesBeside(now, order.map((place) => ({ ...point(place), name: place.position.state })), box);
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

/** A mark at every point: colour and shape say which symbol comes or which state it is. One outline for each kind. */
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

/** Where every string begins, and the steps from there, the later ones with arrowheads. */
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

/** An arrowhead a little beyond the middle of a step. */
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
