/** The lines of the hidden units over the plane, to drag and to turn, with mouse, pen, finger and keyboard. */

import { svg } from "elements";
import { pixelsOf } from "perceptron/plane_points";
import { equation, inFrame, inputAt, lineEnds, middleOf, movedTo, turnedBy, turnedTo } from "perceptron/unit_lines";

const STRIP = 11; // pixels, the shaded side of a line
const INSET = 17; // pixels from the border of the plane to a handle
const APART = 27; // pixels between two handles
const CLEAR = 21; // pixels from a handle to a point, if there are few
const FEW = 36;
const SHORTEST = 2 * INSET + APART; // of a line with a handle at each end
const STEP = 1 / 60; // of the plane, for a key
const TURN = Math.PI / 60; // 3 degrees, for a key
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const TURNS = { "[": 1, "]": -1, ArrowLeft: 1, ArrowUp: 1, ArrowRight: -1, ArrowDown: -1 };

/**
 * Lines with handles in an SVG element that covers the plane.
 *
 * @param surface the SVG element, with the groups "sides", "lines" and "handles"
 * @param on {now: () => {units, frame} as they are, drawn or not, change: (j, unit) while it lasts, settle: () at the
 *   end of an act, select: (j)}
 * @returns a function that draws: (units, frame, side of the plane in pixels, what each handle is to say, the points
 *   that handles keep clear of)
 */
export function lineHandles(surface, on) {
  const [sides, strokes, handles] = ["sides", "lines", "handles"].map((name) => surface.querySelector(`.${name}`));
  const lines = [];

  const draw = (units, frame, size, sayings, points) => {
    while (lines.length > units.length) Object.values(lines.pop()).forEach((element) => element.remove());
    while (lines.length < units.length) lines.push(newLine(lines.length));
    const shunned = points.length > FEW ? [] : points;
    const placed = shunned.map((point) => ({ at: pixelsOf(point, frame, size), apart: CLEAR }));
    units.forEach((unit, j) => drawUnit(lines[j], inFrame(unit, frame), size, placed));
    units.forEach((unit, j) => describe(lines[j].badge, unit, sayings[j]));
  };

  const newLine = (j) => {
    const line = {
      side: svg("polygon", { class: "side" }),
      stroke: svg("line", { class: "stroke" }),
      grip: svg("line", { class: "grip" }),
      knob: svg("g", { class: "knob" }, svg("circle", { r: 13, class: "reach" }), svg("circle", { r: 6.5 })),
      badge: svg("g", { class: "badge", tabindex: 0, role: "slider", "aria-valuemin": 0, "aria-valuemax": 359 },
        svg("circle", { r: 13 }), svg("text", { y: 4.5 }, `H${j + 1}`)),
    };
    line.badge.setAttribute("aria-label", `Line of H${j + 1}`);
    sides.append(line.side);
    strokes.append(line.stroke, line.grip);
    handles.append(line.knob, line.badge);
    for (const element of [line.grip, line.badge]) dragged(element, j, line.badge, moving);
    dragged(line.knob, j, line.badge, turning);
    line.badge.addEventListener("keydown", (event) => pressed(event, j));
    line.badge.addEventListener("keyup", on.settle);
    line.badge.addEventListener("focus", () => on.select(j));
    line.badge.addEventListener("blur", on.settle);
    return line;
  };

  const dragged = (element, j, badge, begin) => {
    let follow = null;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      badge.focus({ preventScroll: true });
      const { units, frame } = on.now();
      follow = begin(units[j], frame, placeOf(event));
      event.preventDefault();
    });
    element.addEventListener("pointermove", (event) => {
      if (follow !== null) on.change(j, follow(placeOf(event)));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      element.addEventListener(end, () => {
        follow = null;
        on.settle();
      });
    }
  };

  const placeOf = (event) => {
    const { left, top, width, height } = surface.getBoundingClientRect();
    return [(event.clientX - left) / width, 1 - (event.clientY - top) / height];
  };

  const pressed = (event, j) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { units, frame } = on.now();
    const centre = middleOf(inFrame(units[j], frame));
    const arrow = ARROWS[event.key];
    const turn = event.shiftKey || !arrow ? TURNS[event.key] : undefined;
    if (turn !== undefined) on.change(j, turnedBy(units[j], centre, turn * TURN, frame));
    else if (arrow) on.change(j, movedTo(units[j], within(centre.map((x, i) => x + STEP * arrow[i])), frame));
    else return;
    event.preventDefault();
  };

  return draw;
}

const within = (place) => place.map((x) => Math.min(1, Math.max(0, x)));

/** A line follows the pointer as far from it as it was when it was taken. */
function moving(unit, frame, place) {
  const { weight, bias } = inFrame(unit, frame);
  const norm = Math.hypot(...weight);
  const away = lineEnds({ weight, bias }) === null ? 0 : inputAt({ weight, bias }, place) / norm;
  return (to) => movedTo(unit, within(to.map((x, i) => x - (away * weight[i]) / norm)), frame);
}

/** A line turns about the middle of what is seen of it. */
function turning(unit, frame) {
  const centre = middleOf(inFrame(unit, frame));
  return (to) => turnedTo(unit, centre, to, frame);
}

/** Draw a unit that is given in the units of the frame. */
function drawUnit({ side, stroke, grip, knob, badge }, unit, size, placed) {
  const ends = lineEnds(unit);
  const lost = unit.weight.every((w) => w === 0);
  for (const element of [side, stroke, grip, knob]) element.style.display = ends === null ? "none" : "";
  badge.style.display = lost ? "none" : "";
  badge.classList.toggle("outside", ends === null);
  if (lost) return;
  if (ends === null) {
    moveTo(badge, free(placed, pixels(middleOf(unit), size), [0, 0], 0, 1));
    return;
  }
  const [start, end] = ends.map((place) => pixels(place, size));
  const length = Math.hypot(end[0] - start[0], end[1] - start[1]);
  const along = [(end[0] - start[0]) / length, (end[1] - start[1]) / length];
  const on = [-along[1] * STRIP, along[0] * STRIP]; // to the right of the way, on a screen whose y goes down
  const first = start.map((x, i) => x - STRIP * along[i]); // beyond the plane, whose border cuts it
  const last = end.map((x, i) => x + STRIP * along[i]);
  const strip = [first, last, last.map((x, i) => x + on[i]), first.map((x, i) => x + on[i])];
  side.setAttribute("points", strip.map((corner) => corner.map((x) => x.toFixed(1)).join()).join(" "));
  for (const element of [stroke, grip]) {
    Object.entries({ x1: start[0], y1: start[1], x2: end[0], y2: end[1] }).forEach(([key, x]) => {
      element.setAttribute(key, x.toFixed(1));
    });
  }
  const inset = length < SHORTEST ? (length - APART) / 2 : INSET;
  moveTo(badge, free(placed, start, along, inset, length));
  moveTo(knob, free(placed, end, along.map((x) => -x), inset, length));
}

const pixels = ([x, y], size) => [x * size, (1 - y) * size];

/** A place on the way from a place that keeps apart from those before, if there is one on its first half. */
function free(placed, from, along, inset, length) {
  let at = inset;
  const place = () => from.map((x, i) => x + at * along[i]);
  const taken = ([x, y]) => placed.some((other) => Math.hypot(other.at[0] - x, other.at[1] - y) < other.apart);
  while (taken(place()) && at + APART < length / 2) at += APART / 3;
  placed.push({ at: place(), apart: APART });
  return place();
}

function moveTo(element, [x, y]) {
  element.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
}

function describe(badge, unit, saying) {
  const angle = (Math.atan2(unit.weight[1], unit.weight[0]) * 180) / Math.PI;
  badge.setAttribute("aria-valuenow", Math.round(angle + 360) % 360);
  badge.setAttribute("aria-valuetext", `${equation(unit)}; ${saying}`);
}
