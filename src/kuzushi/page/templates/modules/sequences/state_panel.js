/** The picture of the states with what turns it and what says it in words. */

import { drawStates } from "sequences/state_plot";
import { decimal, percent } from "sequences/words";

const KEYS = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, 5], ArrowDown: [0, -5] };
const DEGREES = 0.5; // for each pixel that it is dragged

/** Connect the panel in a form; it calls `touch` with a choice, and `turn` with degrees. */
export function statePanel(form, touch, turn) {
  const drawing = form.querySelector("svg.states");
  for (const radio of form.elements.view) radio.addEventListener("change", () => touch({ view: radio.value }));
  for (const name of ["turn", "tilt"]) {
    form.elements[name].addEventListener("input", ({ target }) => touch({ [name]: Number(target.value) }));
  }
  dragged(drawing, turn);
  let scene = { of: [] };
  return ({ net, state, places, points }) => {
    const of = [net, places, state.view];
    if (of.some((value, at) => value !== scene.of[at])) scene = sceneOf(net, places, points, state.view, of);
    const { view } = scene;
    const turns = view.dimensions === 3;
    form.querySelector(".views").hidden = net.kind !== "lstm";
    form.querySelector(".angles").hidden = !turns;
    for (const radio of form.elements.view) radio.checked = radio.value === state.view;
    for (const name of ["turn", "tilt"]) form.elements[name].value = state[name];
    drawing.classList.toggle("turns", turns);
    if (turns) drawing.setAttribute("tabindex", "0");
    else drawing.removeAttribute("tabindex");
    const { turn: turnedBy, tilt, place: at } = state;
    drawStates(drawing, Math.round(drawing.clientWidth) || 480, { ...scene, places, at, turn: turnedBy, tilt });
    const words = position(points, places[at], state.view);
    drawing.setAttribute("aria-label", `${words} ${inNumbers(view, places, at)}`);
    form.querySelector(".position").textContent = `${words} ${about(net, points, view)}`;
  };
}

function sceneOf(net, places, points, quantity, of) {
  const view = viewOf(net, quantity, [...points, ...places], points.length);
  return { of, view, backdrop: points, named: orderOfNames(points, quantity) };
}

/** Turn by pointer and by keys. */
function dragged(drawing, turn) {
  let last = null;
  drawing.addEventListener("pointerdown", (event) => {
    if (!drawing.classList.contains("turns")) return;
    last = event;
    drawing.setPointerCapture(event.pointerId);
  });
  drawing.addEventListener("pointermove", (event) => {
    if (!last) return;
    turn({ turn: DEGREES * (event.clientX - last.clientX), tilt: DEGREES * (event.clientY - last.clientY) });
    last = event;
  });
  for (const end of ["pointerup", "pointercancel"]) drawing.addEventListener(end, () => (last = null));
  drawing.addEventListener("keydown", (event) => {
    const by = KEYS[event.key];
    if (!by) return;
    event.preventDefault();
    turn({ turn: by[0], tilt: by[1] });
  });
}

function position(points, place, quantity) {
  const where = place.place === 0 ? "Before the first symbol" : `After symbol ${place.place}, ${place.letter}`;
  const { state } = place.position;
  const truth = state === null ? "outside the language" : `the string is at ${state}`;
  const near = nearest(points, place[quantity], quantity);
  const distance = decimal(away(near[quantity], place[quantity]));
  return `${where}, ${truth}. The nearest point is one of ${near.position.state}, ${distance} away.`;
}

function inNumbers(view, places, at) {
  const value = (place) => view.at(place).map((v, axis) => `${view.axes[axis]} ${decimal(v)}`).join(", ");
  return `Now ${value(places[at])}.${at > 0 ? ` One symbol before: ${value(places[at - 1])}.` : ""}`;
}

function about(net, points, view) {
  const strings = `The ${points.length} points are the states after each symbol of ${net.walk.length} test strings, ` +
    `read by the net as it was${net.language.reset ? " (after the last one: its initial state)" : ""}; a name says ` +
    "where in the language that is. The line is the path of your string.";
  if (view.share === null) return strings;
  const share = percent(view.share);
  return `${strings} The plane is that of two principal components, with ${share} of the variance.`;
}

/* ---- state view ---- */

const HIDDEN_REACH = 1;
const MARGIN = 0.08;

/**
 * Return a view of the states.
 *
 * @param net with `projections` where it has more than three units
 * @param quantity "hidden" or "cell"
 * @param points what the view must have room for: places of readings
 * @returns {{dimensions, axes: string[], limits: [number, number][], at: (place) => number[], share}} where `share` is
 *   that of the variance of the first `counted` points, for principal components; else null
 */
function viewOf(net, quantity, points, counted) {
  const hid = net.weights.weight_hh[0].length;
  const projection = net.projections?.[quantity];
  const name = quantity === "cell" ? "cell" : hid === 3 ? "hidden" : "hidden unit";
  if (projection) {
    const at = (place) => projection.directions.map((direction) => along(direction, place[quantity], projection.mean));
    const share = shareOf(points.slice(0, counted), quantity, at);
    const axes = ["first principal component", "second principal component"];
    return { dimensions: 2, axes, limits: limitsOf(points, at), at, share };
  }
  if (hid === 1) {
    const at = (place) => [place.place, place[quantity][0]];
    return { dimensions: 2, axes: ["symbols read", `${name} 1`], limits: limitsOf(points, at), at, share: null };
  }
  const at = (place) => place[quantity];
  const axes = Array.from({ length: hid }, (_, unit) => `${name} ${unit + 1}`);
  const limits = quantity === "hidden" ? axes.map(() => [-HIDDEN_REACH, HIDDEN_REACH]) : limitsOf(points, at);
  return { dimensions: hid, axes, limits, at, share: null };
}

/**
 * Return points in the order in which they are named: of the states of each name first the one nearest to their mean,
 * then the others. (The mean itself may lie where no state is: where a net comes to a state from two sides.)
 */
function orderOfNames(points, quantity) {
  const clusters = new Map();
  for (const point of points) {
    const { state } = point.position;
    clusters.set(state, [...(clusters.get(state) ?? []), point]);
  }
  const middles = [...clusters.values()].map((places) => {
    return nearest(places, mean(places.map((place) => place[quantity])), quantity);
  });
  return [...middles, ...points.filter((point) => !middles.includes(point))];
}

/** Return the point nearest to a vector, over all units. */
export function nearest(points, vector, quantity) {
  return points.reduce((best, each) => (away(each[quantity], vector) < away(best[quantity], vector) ? each : best));
}

/** Return the distance of two states. */
function away(a, b) {
  return Math.hypot(...a.map((value, unit) => value - b[unit]));
}

function along(direction, vector, mean) {
  return direction.reduce((sum, weight, unit) => sum + weight * (vector[unit] - mean[unit]), 0);
}

function limitsOf(points, at) {
  const coordinates = points.map(at);
  return coordinates[0].map((_, axis) => {
    const values = coordinates.map((each) => each[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = MARGIN * (high - low) || 1;
    return [low - margin, high + margin];
  });
}

function shareOf(points, quantity, at) {
  return variance(points.map(at)) / variance(points.map((place) => place[quantity]));
}

function variance(vectors) {
  const centre = mean(vectors);
  return vectors.reduce((sum, vector) => sum + vector.reduce((part, v, i) => part + (v - centre[i]) ** 2, 0), 0);
}

function mean(vectors) {
  return vectors[0].map((_, i) => vectors.reduce((sum, vector) => sum + vector[i], 0) / vectors.length);
}
