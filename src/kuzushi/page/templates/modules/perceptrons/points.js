/** The points of the plane with its axes, and the tools that add and remove points. */

import { svg } from "elements";
import { number, rounded } from "numbers";
import { frameOf, isPoint, MOST_POINTS } from "perceptrons/state";

const ROUND = [1, 2, 5, 10]; // steps between the ticks of an axis
const MOST_TICKS = 5;
const RADIUS = 7;

/**
 * Return a function that draws axes and points into a group: (points, targets, which are right, the frame, the side in
 * pixels).
 *
 * It draws anew only what has changed, since points stand still while lines are dragged.
 */
export function pointsOver(group) {
  let drawn = "";
  return ({ points, targets, right, frame, size }) => {
    const now = JSON.stringify([points, targets, right, frame, size]);
    if (now === drawn) return;
    drawn = now;
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

/** Return the place of a point in a square of so many pixels. */
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

/* ---- own points ---- */

const NEAR = 1 / 30; // of the plane: as far off a point may be clicked

/**
 * Connect the tools, the form and the buttons for points, found by their `data-part`.
 *
 * @param surface what is clicked on
 * @param usual the points of the board
 */
export function ownPoints(part, surface, acts, usual, say) {
  const tools = [...part("tools").querySelectorAll("input")];
  const tool = () => tools.find((input) => input.checked).value;
  const put = (change) => {
    const next = change(acts.state);
    if (typeof next === "string") say(next);
    else acts.act({ ...next, run: null });
  };
  part("tools").addEventListener("change", () => surface.classList.toggle("adding", tool() !== "move"));
  surface.addEventListener("click", (event) => {
    if (tool() === "move") return;
    const { left, top, width, height } = surface.getBoundingClientRect();
    const [low1, high1, low2, high2] = acts.state.frame;
    const at1 = low1 + ((event.clientX - left) / width) * (high1 - low1);
    const at2 = high2 - ((event.clientY - top) / height) * (high2 - low2);
    const point = [rounded(at1, (high1 - low1) / 200), rounded(at2, (high2 - low2) / 200)];
    put((state) => (tool() === "remove" ? without(state, point) : withPoint(state, point, Number(tool()))));
  });
  const typed = () => ["point-1", "point-2"].map((name) => part(name).valueAsNumber);
  for (const target of [0, 1]) {
    part(`add-${target}`).addEventListener("click", () => put((state) => withPoint(state, typed(), target)));
  }
  part("remove-point").addEventListener("click", () => put((state) => without(state, typed())));
  part("usual-points").addEventListener("click", () => {
    put((state) => ({ ...state, points: usual.points, targets: usual.targets, frame: frameOf(usual.points) }));
  });
}

/**
 * Return the state with one more point, or another target for a point already there; a text if that is impossible.
 */
function withPoint(state, point, target) {
  if (!isPoint(point)) return "Give x1 and x2 of the point, each a number between \u22121e9 and 1e9.";
  const place = state.points.findIndex((other) => other[0] === point[0] && other[1] === point[1]);
  if (place >= 0) return { ...state, targets: state.targets.map((old, n) => (n === place ? target : old)) };
  if (state.points.length === MOST_POINTS) return `There are ${MOST_POINTS} points; remove one first.`;
  const points = [...state.points, point];
  const [low1, high1, low2, high2] = state.frame;
  const inside = point[0] >= low1 && point[0] <= high1 && point[1] >= low2 && point[1] <= high2;
  const wider = frameOf(points).map((edge, n) => (n % 2 ? Math.max : Math.min)(edge, state.frame[n]));
  return { ...state, points, targets: [...state.targets, target], frame: inside ? state.frame : wider };
}

/** Return the state without the point nearest to a place; a text if none is near. */
function without(state, place) {
  if (!isPoint(place)) return "Give x1 and x2 of the point to remove.";
  if (state.points.length === 1) return "This is the last point; add another first.";
  const [low1, high1, low2, high2] = state.frame;
  const far = state.points.map(([x1, x2]) => {
    return Math.hypot((x1 - place[0]) / (high1 - low1), (x2 - place[1]) / (high2 - low2));
  });
  const nearest = far.indexOf(Math.min(...far));
  if (far[nearest] > NEAR) return "There is no point here; give the coordinates of one.";
  const others = (_, n) => n !== nearest;
  return { ...state, points: state.points.filter(others), targets: state.targets.filter(others) };
}
