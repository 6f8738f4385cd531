/** The controls of the demo (net, string, steps, keys), and the string as a row of symbols. */

import { html } from "elements";
import { stateOf, lettersOf } from "sequences/state";

const TICK = 700; // milliseconds between two symbols while it plays

/** Steps through the string, by hand or by itself. */
export function player({ state, touch, draw }) {
  let timer = null;
  const go = (place) => touch({ place: Math.max(0, Math.min(state().text.length, place)) });
  const pause = () => {
    clearInterval(timer);
    timer = null;
    draw();
  };
  const play = () => {
    if (state().place === state().text.length) go(0);
    timer = setInterval(() => {
      go(state().place + 1);
      if (state().place === state().text.length) pause();
    }, TICK);
    draw();
  };
  return {
    playing: () => timer !== null,
    toggle: () => (timer === null ? play() : pause()),
    step: (place) => {
      pause();
      go(place);
    },
  };
}

/** Listen to the controls of the form, and to its keys. */
export function listen(form, { nets, longest, plays, touch, state }) {
  form.addEventListener("submit", (event) => event.preventDefault());
  chooses(form, { nets, longest, plays, touch, state });
  const steps = { first: () => 0, back: () => state().place - 1, next: () => state().place + 1 };
  for (const [name, to] of Object.entries(steps)) {
    form.elements[name].addEventListener("click", () => plays.step(to()));
  }
  form.elements.play.addEventListener("click", plays.toggle);
  form.elements.place.addEventListener("input", ({ target }) => plays.step(Number(target.value)));
  const keys = {
    ArrowLeft: steps.back, ArrowRight: steps.next, Home: steps.first, End: () => state().text.length,
  };
  form.addEventListener("keydown", (event) => {
    const elsewhere = event.target.closest("input, select, svg, .wide, summary");
    if (elsewhere || !keys[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    plays.step(keys[event.key]());
  });
}

/** Listen to what chooses a net or a string. */
function chooses(form, { nets, longest, plays, touch, state }) {
  const read = (text, place) => {
    plays.step(0);
    touch({ text, place });
  };
  form.elements.net.addEventListener("change", ({ target }) => {
    plays.step(0);
    const before = state();
    const same = nets[before.net].language.title === nets[target.selectedIndex].language.title;
    touch(stateOf(nets, target.selectedIndex, same ? before.text : undefined));
  });
  form.elements.preset.addEventListener("change", ({ target }) => {
    if (!target.value) return;
    const { text, fails } = nets[state().net].strings[target.value];
    read(text, fails ? text.length : 1);
  });
  form.elements.text.addEventListener("input", ({ target }) => {
    const text = lettersOf(nets[state().net], longest, target.value);
    if (text !== target.value) target.value = text;
    read(text, text.length);
  });
}

/* ---- string strip ---- */

/** Build a strip of symbols in an element; `go` is called with the place of a clicked symbol. */
export function stringStrip(strip, go) {
  let shown = null;
  strip.addEventListener("click", (event) => {
    const symbol = event.target.closest("[data-place]");
    if (symbol) go(Number(symbol.dataset.place));
  });
  return (places, at) => {
    if (places !== shown) {
      places.forEach((place, symbol) => write(strip.children[symbol] ?? strip.appendChild(symbolOf(symbol)), place));
      while (strip.children.length > places.length) strip.lastChild.remove();
    }
    shown = places;
    strip.querySelector(".current")?.classList.remove("current");
    const current = strip.children[at];
    current.classList.add("current");
    const above = current.offsetTop - strip.scrollTop;
    if (above < 0 || above + current.offsetHeight > strip.clientHeight) {
      strip.scrollTop = current.offsetTop - (strip.clientHeight - current.offsetHeight) / 2;
    }
  };
}

function symbolOf(place) {
  return html("span", { "data-place": place }, html("b"), html("small"));
}

/** Write a symbol into its element; the elements stay while weights change. */
function write(symbol, { letter, right, agrees, position }) {
  const [name, marks] = symbol.children;
  const kinds = ["symbol", position.legal ? "" : "off", symbol.classList.contains("current") ? "current" : ""];
  set(symbol, "className", kinds.filter(Boolean).join(" "));
  set(name, "textContent", letter ?? "▷");
  set(marks, "textContent", (right === false ? "✗" : "") + (agrees === false ? "≠" : ""));
}

function set(element, property, value) {
  if (element[property] !== value) element[property] = value;
}
