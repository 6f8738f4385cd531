/**
 * The state of each bench in the address of the page, so that a link shares it: #perceptron_bench={...}&...
 */

/** What the address says of a bench; null where it says nothing, or nothing that can be read. */
export function shared(bench) {
  try {
    return JSON.parse(parameters().get(bench));
  } catch {
    return null;
  }
}

/** Put the state of a bench into the address, beside those of the others; null takes it out. */
export function share(bench, state) {
  const all = parameters();
  all.delete(bench); // the one that was touched last stands last
  if (state !== null) all.append(bench, JSON.stringify(state));
  history.replaceState(null, "", `#${all}`);
}

/** The bench that the address leads to: the last of those it speaks of. */
export function sharedBench() {
  return [...parameters().keys()].at(-1) ?? null;
}

function parameters() {
  const hash = location.hash.slice(1);
  return new URLSearchParams(hash.includes("=") ? hash : ""); // otherwise it is the name of a place on the page
}
