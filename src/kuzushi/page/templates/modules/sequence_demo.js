/** The sequence demo: its state, and what is drawn of it. What changes it is in `sequence_controls`. */

import { share, shared } from "address";
import { html } from "elements";
import { listen, player, stringStrip } from "sequences/controls";
import { backdrop, reading } from "sequences/reading";
import { changedWeights, stateFrom, stateOf, turned, written } from "sequences/state";
import { statePanel } from "sequences/state_panel";
import { drawMachine, drawNext, drawNumbers, drawUnits } from "sequences/step_view";
import { suggestions } from "sequences/suggestions";
import { weightPanel } from "sequences/weight_panel";
import { agreement, summary, verdict } from "sequences/words";
import { afterRest, inFrames } from "timing";

const REST = 300; // milliseconds until the address follows

/** Bring the demo to life. */
export async function start(demo, { nets, longest }) {
  let state = stateFrom(nets, longest, shared(demo.id)) ?? stateOf(nets, 0);
  const form = demo.querySelector("form");
  const reads = readings(nets);
  const draw = inFrames(() => {
    const scene = { nets, net: nets[state.net], state, playing: plays.playing(), width: form.clientWidth };
    const read = reads(state);
    parts.forEach((part) => part({ ...scene, ...read }));
  });
  const keep = afterRest(REST, () => share(demo.id, written(nets, state)));
  const touch = (patch) => {
    state = { ...state, ...patch };
    draw();
    keep();
  };
  const plays = player({ state: () => state, touch, draw });
  const show = (scene) => {
    plays.step(0);
    touch(scene);
    form.querySelector(".strip").focus();
  };
  const parts = [
    netPart(form, show),
    textPart(form),
    stringPart(form, plays.step),
    placePart(form),
    whenChanged(
      ({ state, places, width }) => [state.place, places, state.view, state.turn, state.tilt, width],
      statePanel(form, touch, (by) => touch(turned(state, by))),
    ),
    whenChanged(({ net, state, width }) => [net, state.weight, state.changes, width], weightPanel(form, touch)),
    numbersPart(form, draw),
  ];
  form.elements.net.replaceChildren(...nets.map(({ name }) => html("option", {}, name)));
  listen(form, { nets, longest, plays, touch, state: () => state });
  new ResizeObserver(draw).observe(demo);
  draw();
}

/** Return a function that reads the string of a state; only what has changed is computed again. */
function readings(nets) {
  let [of, found] = [{}, null];
  return (state) => {
    if (of.net !== state.net) found = { points: backdrop(nets[state.net]) };
    if (of.net !== state.net || of.changes !== state.changes || of.text !== state.text) {
      const weights = changedWeights(nets[state.net].weights, state.changes);
      found = { ...found, weights, places: reading(nets[state.net], weights, state.text) };
    }
    of = state;
    return found;
  };
}

/* ---- the parts: each draws what is so now, if something has changed of what it picks ---- */

function whenChanged(pick, draw) {
  let last = [];
  return (scene) => {
    const picked = pick(scene);
    if (picked.every((value, at) => value === last[at]) && last.length) return;
    last = picked;
    draw(scene);
  };
}

/** Draw the net, its description, and the suggestions for it. */
function netPart(form, show) {
  const say = (selector, words) => (form.querySelector(selector).textContent = words);
  return whenChanged(({ net }) => [net], ({ nets, net, state: { net: at } }) => {
    form.elements.net.selectedIndex = at;
    say(".about", net.about);
    say(".alphabet", net.symbols.join(" "));
    say("#sequence_demo-machine", net.machine.title);
    say(".why", net.machine.note);
    const strings = net.strings.map((string, place) => html("option", { value: place }, nameOf(net, string)));
    form.elements.preset.replaceChildren(...strings, html("option", { value: "" }, "your own"));
    const items = suggestions(nets, at).map(({ text, state }) => {
      const button = html("button", { type: "button" }, "show");
      button.addEventListener("click", () => show(state));
      return html("li", {}, button, html("span", {}, text));
    });
    form.querySelector(".tries").replaceChildren(...items);
  });
}

/** Return the name of a string; a failure that rounding makes is none in the double precision of this page. */
function nameOf(net, { name, text, fails }) {
  return fails && reading(net, net.weights, text).at(-1).right ? `${name}, in single precision only` : name;
}

/** Draw the string as it is chosen or typed. */
function textPart(form) {
  return whenChanged(({ net, state }) => [net, state.text], ({ net, state: { text } }) => {
    if (net.strings[form.elements.preset.value]?.text !== text) {
      const preset = net.strings.findIndex((each) => each.text === text);
      form.elements.preset.value = preset < 0 ? "" : String(preset);
    }
    if (form.elements.text.value !== text) form.elements.text.value = text;
    form.elements.place.max = text.length;
  });
}

/** Draw the string symbol by symbol, and the place of the reader in it. */
function stringPart(form, step) {
  const strip = stringStrip(form.querySelector(".strip"), step);
  const pick = ({ state, places, playing }) => [state.place, places, playing];
  return whenChanged(pick, ({ state: { place: at, text }, places, playing }) => {
    strip(places, at);
    form.elements.place.value = at;
    form.elements.place.setAttribute("aria-valuetext", at ? `${at}: ${text[at - 1]}` : "before the first");
    form.querySelector(".read").textContent = `${at} of ${text.length}`;
    form.elements.play.textContent = playing ? "pause" : "play";
    form.querySelector(".summary").textContent = summary(places);
  });
}

/** Draw one place of the string: next symbols, units, and the machine. */
function placePart(form) {
  const find = (selector) => form.querySelector(selector);
  const pick = ({ state, places, playing }) => [state.place, places, playing];
  return whenChanged(pick, ({ net, state: { place: at }, places, playing }) => {
    const place = places[at];
    find(".verdict output").setAttribute("aria-live", playing ? "off" : "polite");
    find(".verdict output").textContent = verdict(net, place);
    find(".verdict").dataset.right = String(place.right);
    drawNext(find("table.next"), net.symbols, place);
    const reach = Math.max(1, ...places.flatMap(({ cell }) => cell ?? []).map(Math.abs));
    drawUnits(find("table.units"), net.kind, place, reach);
    drawMachine(find(".machine"), net.machine, place, places[at - 1]);
    find(".agreement").textContent = agreement(net, place);
    find(".agreement").dataset.agrees = String(place.agrees);
  });
}

/** Draw the whole string in numbers, while that is open. */
function numbersPart(form, draw) {
  const details = form.querySelector(".numbers");
  details.addEventListener("toggle", draw);
  return whenChanged(({ places }) => [details.open, places], ({ net, places }) => {
    if (details.open) drawNumbers(details.querySelector("table"), net, places);
  });
}
