/** The picture of the states with what turns it and what says it in words. */

import { drawStates } from "sequences/state_picture";
import { away, nearest, orderOfNames, viewOf } from "sequences/state_view";
import { decimal, percent } from "sequences/words";

const KEYS = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, 5], ArrowDown: [0, -5] };
const DEGREES = 0.5; // for each pixel that it is dragged

/** The panel in a form; it says what is chosen to `touch`, and to `turn` by how many degrees it is turned. */
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
    "read by the net as it was; a name says where in the language that is. The line is the path of your string.";
  if (view.share === null) return strings;
  const share = percent(view.share);
  return `${strings} The plane is that of two principal components, with ${share} of the variance.`;
}
