/** The frames that states are drawn in: a plane with ticks, and a cube that turns. */

import { svg } from "elements";

const RADIANS = Math.PI / 180;
const CUBE = 0.285; // half an edge, of the side of the drawing, so that every corner stays within it

/** A plane: where its points are drawn, and its frame. */
export function planeFrame(view, side) {
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
  return { frame, project: ([a, b]) => ({ x: x(a), y: y(b), depth: 0 }), box: { left, right, top, bottom } };
}

/** A cube, turned about the vertical and tilted towards the reader: where its points are drawn, and its edges. */
export function cubeFrame(view, side, { turn, tilt }) {
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
  view.axes.forEach((axis, place) => frame.append(nameOfEdge(axis, view.limits[place], place, turnedPoint, side)));
  const project = (point) => turnedPoint(point.map((value, axis) => scales[axis](value)));
  return { frame, project, box: { left: 0, right: side, top: 0, bottom: side } };
}

/** The name of an axis at one of its four edges: at the left, or below and far from the middle. */
function nameOfEdge(axis, limits, place, turnedPoint, side) {
  const signs = [[-1, -1], [-1, 1], [1, -1], [1, 1]];
  const middles = signs.map((sign) => turnedPoint([...sign.slice(0, place), 0, ...sign.slice(place)]));
  const outward = place === 2 ? ({ x }) => -x : ({ x, y }) => Math.abs(x - side / 2) + y;
  const { x, y } = middles.reduce((best, each) => (outward(each) > outward(best) ? each : best));
  const name = `${axis}, ${limits.map(label).join(" to ")}`;
  return nameOfAxis(name, place === 2 ? `translate(${x - 8} ${y}) rotate(-90)` : `translate(${x} ${y + 22})`);
}

function nameOfAxis(name, transform) {
  return svg("text", { class: "axis", "text-anchor": "middle", transform }, name);
}

const scale = ([low, high], from, to) => (value) => from + ((value - low) / (high - low)) * (to - from);

/** Four to nine round numbers within limits. */
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
