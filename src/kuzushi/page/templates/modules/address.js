/**
 * The state of each demo in the address of the page, so that a link shares it: #perceptron_bench={...}&...
 */

/** The keys of the demos in an address; they stay as they are, so that old links keep working. */
const KEYS = {
  character_demo: "character_bench", perceptron_demo: "perceptron_bench", sequence_demo: "sequence_bench",
};

/** Return the state of a demo in the address, or null if there is none or it is not JSON. */
export function shared(demo) {
  try {
    return JSON.parse(parameters().get(KEYS[demo]));
  } catch {
    return null;
  }
}

/** Return whether the address holds a state of a demo, valid or not. */
export const isShared = (demo) => parameters().has(KEYS[demo]);

/** Write the state of a demo into the address, next to those of the others; null removes it. */
export function share(demo, state) {
  const all = parameters();
  all.delete(KEYS[demo]); // the demo changed last stands last
  if (state !== null) all.append(KEYS[demo], JSON.stringify(state));
  history.replaceState(null, "", `#${all}`);
}

/** Return the demo that the address leads to: the last one in it; null if there is none. */
export function sharedDemo() {
  const last = [...parameters().keys()].at(-1);
  return Object.keys(KEYS).find((demo) => KEYS[demo] === last) ?? null;
}

function parameters() {
  const hash = location.hash.slice(1);
  return new URLSearchParams(hash.includes("=") ? hash : ""); // otherwise it is the id of an element
}
