/** Points of the reader's own: by clicking on the plane, or by numbers. */

import { MOST_POINTS, frameOf, isPoint } from "perceptron/state";
import { rounded } from "perceptron/unit_lines";

const NEAR = 1 / 30; // of the plane: as far off a point may be clicked

/**
 * The tools, the form and the buttons for points, by the `data-part` of each.
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

/** The state with a point more, or another target where there is a point already; a text where that cannot be. */
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

/** The state without the point nearest to a place; a text where none is near. */
function without(state, place) {
  if (!isPoint(place)) return "Give x1 and x2 of the point that is to go.";
  if (state.points.length === 1) return "This is the last point; add another first.";
  const [low1, high1, low2, high2] = state.frame;
  const far = state.points.map(([x1, x2]) => {
    return Math.hypot((x1 - place[0]) / (high1 - low1), (x2 - place[1]) / (high2 - low2));
  });
  const nearest = far.indexOf(Math.min(...far));
  if (far[nearest] > NEAR) return "There is no point; give the place of one.";
  const others = (_, n) => n !== nearest;
  return { ...state, points: state.points.filter(others), targets: state.targets.filter(others) };
}
