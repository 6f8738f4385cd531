/**
 * Machines that are stepped: finitely many states, and counters that can be tested for 0 (a finite machine has none).
 *
 * A machine is {states, counters, start, transitions: [{source, symbol, guards, target, changes}]}, with symbols as
 * letters; a configuration is {state, counts, arrow}, where `arrow` is the place of the transition that led there.
 */

/** The configuration at the start: every counter is 0. */
function atStart(machine) {
  return { state: machine.start, counts: machine.counters.map(() => 0), arrow: null };
}

/** The configuration after one more symbol; null where no transition can be taken. */
export function taken(machine, configuration, symbol) {
  for (const [arrow, transition] of machine.transitions.entries()) {
    if (transition.symbol !== symbol) continue;
    const counts = countsAfter(machine, configuration, transition);
    if (counts) return { state: transition.target, counts, arrow };
  }
  return null;
}

/** The symbols that the machine lets come next. */
export function allowed(machine, configuration) {
  const open = machine.transitions.filter((transition) => countsAfter(machine, configuration, transition));
  return [...new Set(open.map((transition) => transition.symbol))];
}

/**
 * The configurations along a string, the first before it; null where the machine cannot read so far.
 *
 * A finite machine of a language that counts follows it up to `longest` only. It waits at a longer string, and goes on
 * with the next one: where the position is between strings again.
 */
export function run(machine, letters, positions) {
  const configurations = [atStart(machine)];
  letters.forEach((letter, place) => {
    const before = configurations.at(-1);
    const waited = before === null && machine.longest && positions[place].state === "end";
    const from = waited ? atStart(machine) : before;
    configurations.push(from && taken(machine, from, letter));
  });
  return configurations;
}

/** A transition in short, such as "b, B>0: B-1". */
export function transitionText({ symbol, guards, changes }) {
  const tests = guards.map((guard) => `${guard.counter} ${guard.positive ? "> 0" : "= 0"}`);
  const done = changes.map(({ counter, by, sets }) => {
    return `${counter} ${sets ? `:= ${by}` : by < 0 ? `− ${-by}` : `+ ${by}`}`;
  });
  return [symbol, ...tests].join(", ") + (done.length ? `: ${done.join(", ")}` : "");
}

/** The counters after a transition; null where it cannot be taken. */
function countsAfter(machine, { state, counts }, { source, guards, changes }) {
  if (source !== state) return null;
  const count = (name) => counts[machine.counters.indexOf(name)];
  if (guards.some(({ counter, positive }) => count(counter) > 0 !== positive)) return null;
  const after = machine.counters.map((name, place) => {
    const change = changes.find(({ counter }) => counter === name);
    return change ? change.by + (change.sets ? 0 : counts[place]) : counts[place];
  });
  return after.every((value) => value >= 0) ? after : null;
}
