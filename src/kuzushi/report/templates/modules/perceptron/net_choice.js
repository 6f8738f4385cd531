/** The choice of a net: those of the report, and one that is not designed yet. */

import { samePoints, sameWeights } from "perceptron/state";

/**
 * Fill a <select> with nets by group.
 *
 * @param chosen called with a net of the report, or null for the one that is to be designed
 * @returns a function that shows which net a state has: (state)
 */
export function netChoice(select, nets, chosen) {
  const changed = option("changed", "your own net");
  changed.disabled = true;
  select.append(changed);
  for (const group of new Set(nets.map((net) => net.group))) {
    const made = document.createElement("optgroup");
    made.label = group;
    nets.forEach((net, place) => {
      if (net.group === group) made.append(option(String(place), net.name));
    });
    select.append(made);
  }
  select.append(option("design", "design one: 4 step units"));
  select.addEventListener("change", () => chosen(nets[select.value] ?? null));
  return (state) => {
    const same = (net) => net.act === state.act && sameWeights(net, state.weights) && samePoints(net, state);
    const place = state.scale === 1 ? nets.findIndex(same) : -1;
    select.value = place < 0 ? "changed" : String(place);
  };
}

function option(value, text) {
  const made = document.createElement("option");
  Object.assign(made, { value, textContent: text });
  return made;
}
