/** What the reader does with the sequence bench: choosing, typing, stepping, playing. */

import { stateOf, taken } from "sequences/state";

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
    if (target.value) read(nets[state().net].strings[target.value].text, 1);
  });
  form.elements.text.addEventListener("input", ({ target }) => {
    const text = taken(nets[state().net], longest, target.value);
    if (text !== target.value) target.value = text;
    read(text, text.length);
  });
}
