/** The lines of the hidden units over the plane, to drag and to turn, with mouse, pen, finger and keyboard. */

import { svg } from "elements";
import { number, rounded } from "numbers";
import { pixelsOf } from "perceptrons/points";

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
 * Draw lines with handles in an SVG element that covers the plane.
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

  const draw = (units, frame, size, descriptions, points) => {
    while (lines.length > units.length) Object.values(lines.pop()).forEach((element) => element.remove());
    while (lines.length < units.length) lines.push(newLine(lines.length));
    const shunned = points.length > FEW ? [] : points;
    const placed = shunned.map((point) => ({ at: pixelsOf(point, frame, size), apart: CLEAR }));
    units.forEach((unit, j) => drawUnit(lines[j], inFrame(unit, frame), size, placed));
    units.forEach((unit, j) => describe(lines[j].badge, unit, descriptions[j]));
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

/** Return the function that moves a line with the pointer, at the distance at which it was grasped. */
function moving(unit, frame, place) {
  const { weight, bias } = inFrame(unit, frame);
  const norm = Math.hypot(...weight);
  const away = lineEnds({ weight, bias }) === null ? 0 : inputAt({ weight, bias }, place) / norm;
  return (to) => movedTo(unit, within(to.map((x, i) => x - (away * weight[i]) / norm)), frame);
}

/** Return the function that turns a line about the middle of its visible part. */
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

/** Return the first free place on the way from a place, if there is one on its first half. */
function free(placed, from, along, inset, length) {
  let at = inset;
  const place = () => from.map((x, i) => x + at * along[i]);
  const isOccupied = ([x, y]) => placed.some((other) => Math.hypot(other.at[0] - x, other.at[1] - y) < other.apart);
  while (isOccupied(place()) && at + APART < length / 2) at += APART / 3;
  placed.push({ at: place(), apart: APART });
  return place();
}

function moveTo(element, [x, y]) {
  element.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
}

function describe(badge, unit, description) {
  const angle = (Math.atan2(unit.weight[1], unit.weight[0]) * 180) / Math.PI;
  badge.setAttribute("aria-valuenow", Math.round(angle + 360) % 360);
  badge.setAttribute("aria-valuetext", `${equation(unit)}; ${description}`);
}

/* ---- unit lines ---- */

/** Return a unit in the units of the frame. */
export function inFrame({ weight, bias }, [low1, high1, low2, high2]) {
  return {
    weight: [weight[0] * (high1 - low1), weight[1] * (high2 - low2)],
    bias: bias + weight[0] * low1 + weight[1] * low2,
  };
}

/** Return a unit in the units of the points, given its weights in the frame and a place on its line. */
function outOfFrame(weight, place, frame) {
  const [low1, high1, low2, high2] = frame;
  const finest = Math.hypot(...weight) / 1000;
  const raw = [high1 - low1, high2 - low2].map((range, i) => rounded(weight[i] / range, finest / range));
  return movedTo({ weight: raw }, place, frame);
}

/** Return the input of the unit at a place: at least 0 where it is on. */
const inputAt = ({ weight, bias }, place) => weight[0] * place[0] + weight[1] * place[1] + bias;

/**
 * Return where the line of a unit, given in the units of the frame, enters and leaves it: the unit is on to the right
 * of the way. Null where the line does not cross the frame.
 */
export function lineEnds({ weight, bias }) {
  const norm = Math.hypot(...weight);
  if (norm === 0) return null;
  const normal = [weight[0] / norm, weight[1] / norm];
  const along = [-normal[1], normal[0]];
  const nearest = normal.map((n) => 0.5 - (n * inputAt({ weight, bias }, [0.5, 0.5])) / norm);
  let [first, last] = [-Infinity, Infinity];
  for (const i of [0, 1]) {
    if (along[i] === 0) {
      if (nearest[i] < 0 || nearest[i] > 1) return null;
      continue;
    }
    const times = [(0 - nearest[i]) / along[i], (1 - nearest[i]) / along[i]];
    first = Math.max(first, Math.min(...times));
    last = Math.min(last, Math.max(...times));
  }
  if (!(first < last)) return null;
  return [first, last].map((time) => nearest.map((x, i) => x + time * along[i]));
}

/** Return the unit with its line through a place of the frame; its direction stays. */
function movedTo({ weight }, place, frame) {
  const [low1, high1, low2, high2] = frame;
  const [x1, x2] = [low1 + place[0] * (high1 - low1), low2 + place[1] * (high2 - low2)];
  const norm = Math.hypot(...inFrame({ weight, bias: 0 }, frame).weight);
  return { weight, bias: rounded(-(weight[0] * x1 + weight[1] * x2), norm / 1000) };
}

/** Return the unit with its line through `centre`, such that the line's end points to `target`; its steepness stays. */
function turnedTo(unit, centre, target, frame) {
  const along = [target[0] - centre[0], target[1] - centre[1]];
  const length = Math.hypot(...along);
  if (length === 0) return unit;
  const norm = Math.hypot(...inFrame(unit, frame).weight);
  return outOfFrame([(along[1] / length) * norm, (-along[0] / length) * norm], centre, frame);
}

/** Return the unit turned about `centre` by an angle, counter-clockwise. */
function turnedBy(unit, centre, angle, frame) {
  const [w1, w2] = inFrame(unit, frame).weight;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return outOfFrame([w1 * cos - w2 * sin, w1 * sin + w2 * cos], centre, frame);
}

/**
 * Return the middle of the visible part of the line, in the units of the frame; for a line outside, the nearest place
 * at the border.
 */
function middleOf(unit) {
  const ends = lineEnds(unit);
  if (ends !== null) return [0, 1].map((i) => (ends[0][i] + ends[1][i]) / 2);
  const square = unit.weight[0] ** 2 + unit.weight[1] ** 2;
  const reach = inputAt(unit, [0.5, 0.5]) / square;
  return unit.weight.map((w) => Math.min(1, Math.max(0, 0.5 - w * reach)));
}

/** Return the line of a unit as an equation, such as "x1 + x2 - 2.5 = 0". */
export function equation({ weight, bias }, digits = 4) {
  if (weight.every((w) => w === 0)) return "no line: both weights are 0";
  const terms = [[weight[0], "x1"], [weight[1], "x2"], [bias, ""]].filter(([value]) => value !== 0);
  const text = terms.map(([value, name], index) => {
    const size = number(Math.abs(value), digits);
    const sign = value < 0 ? "\u2212" : "+";
    const lead = index > 0 ? ` ${sign} ` : sign === "+" ? "" : sign;
    return lead + (name && size === "1" ? name : `${size} ${name}`.trim());
  });
  return `${text.join("")} = 0`;
}
