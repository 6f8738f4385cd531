/** One weight in hand: it is chosen, moved and put back, and the strings that are then right are counted. */

import { html } from "elements";
import { drawLengths, groupsOfStrings, lengthsInWords, slices, tried } from "sequences/lengths";
import { namedWeights, withChange } from "sequences/state";
import { decimal, listed } from "sequences/words";

const BUDGET = 5; // milliseconds of a frame

/** Connect the panel in a form; it calls `touch` with each choice and change. */
export function weightPanel(form, touch) {
  const tests = lengthTests(form);
  let [shown, weights, now] = [null, null, null];
  const change = (value) => {
    if (!Number.isFinite(value)) return;
    const [low, high] = now.weight.range;
    touch({ changes: withChange(now.changes, now.weight, Math.max(low, Math.min(high, value))) });
  };
  form.elements.weight.addEventListener("change", ({ target }) => touch({ weight: target.value }));
  form.elements.slide.addEventListener("input", ({ target }) => change(Number(target.value)));
  form.elements.value.addEventListener("change", ({ target }) => change(target.valueAsNumber));
  form.elements.reset.addEventListener("click", () => change(now.weight.value));
  form.elements["reset-all"].addEventListener("click", () => touch({ changes: [] }));
  return ({ net, state, weights: changed }) => {
    if (shown !== net) {
      shown = net;
      weights = namedWeights(net);
      form.elements.weight.replaceChildren(...options(weights));
    }
    const weight = weights.find(({ id }) => id === state.weight);
    now = { weight, changes: state.changes };
    drawWeight(form, weight, state.changes, weights);
    tests(net, state.changes, changed);
  };
}

/** Connect the strip of lengths, which is computed bit by bit. */
function lengthTests(form) {
  const drawing = form.querySelector("svg.lengths");
  const text = form.querySelector(".lengths-text");
  const legend = form.querySelector(".legend");
  let [shown, changes, groups, rows] = [null, null, null, null];
  const row = (name, net, weights) => ({ name, found: [], work: tried(net, weights, groups) });
  const draw = () => {
    const width = Math.round(drawing.clientWidth) || 480;
    drawLengths(drawing, width, { rows, groups: groups.length, trained: shown.trained });
    text.textContent = lengthsInWords(shown.language.kind, { rows, groups: groups.length });
  };
  const begin = slices(BUDGET, draw);
  return (net, changed, weights) => {
    if (shown !== net) {
      [shown, changes, groups] = [net, null, groupsOfStrings(net)];
      rows = [row("as it was", net, net.weights)];
      legend.textContent = LEGENDS[net.language.kind](net);
    }
    if (changes !== changed) {
      changes = changed;
      rows = changed.length ? [rows[0], row("changed", net, weights)] : [rows[0]];
      begin(rows);
    }
    draw();
  };
}

const LEGENDS = {
  counting: ({ trained }) => "The strings n = 1 to 60, each read alone from the start. Tall: right; short: wrong. " +
    `The line is where training ended, at n = ${trained}.`,
  brackets: ({ trained }) => "Brackets nested 1 to 60 deep, a narrow and a wide string of each, read alone from " +
    `the start. Tall: both right; short: one is wrong. The line is where training ended, ${trained} deep.`,
  grammar: ({ tests }) => `${tests.length} random strings of the grammar, each read alone from the start. ` +
    "Tall: right; short: wrong.",
};

function options(weights) {
  const groups = [...new Set(weights.map(({ group }) => group))];
  return groups.map((label) => {
    const members = weights.filter(({ group }) => group === label);
    return html("optgroup", { label }, ...members.map(({ id, name }) => html("option", { value: id }, name)));
  });
}

function drawWeight(form, weight, changes, weights) {
  const [low, high] = weight.range;
  const value = changes.find(([id]) => id === weight.id)?.[1] ?? weight.value;
  form.elements.weight.value = weight.id;
  Object.assign(form.elements.slide, { min: low, max: high, value });
  Object.assign(form.elements.value, { min: low, max: high });
  if (form.elements.value.valueAsNumber !== value) form.elements.value.value = Number(value.toFixed(4));
  form.elements.reset.querySelector("span").textContent = decimal(weight.value);
  form.elements.reset.disabled = value === weight.value;
  form.elements["reset-all"].disabled = changes.length === 0;
  const text = changes.map(([id, to]) => {
    const { name, value: from } = weights.find((each) => each.id === id);
    return `${name}: ${decimal(from)} → ${decimal(to)}`;
  });
  form.querySelector(".changed").textContent = text.length ? `Changed: ${listed(text)}.` : "No weight is changed.";
}
