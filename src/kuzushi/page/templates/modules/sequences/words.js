/** What the sequence demo says, in words and numbers. */

/** Return a probability, such as "97.3 %". */
export function percent(p) {
  if (p >= 0.9995) return "> 99.9 %";
  return p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`;
}

/** Return a number with two decimals and a true minus sign. */
export function decimal(value, digits = 2) {
  const rounded = value.toFixed(digits);
  return Number(rounded) === 0 ? rounded.replace("-", "") : rounded.replace("-", "−");
}

/** Return words with "and" before the last, such as "a, b and c". */
export function listed(words, joint = "and") {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${joint} ${words.at(-1)}`;
}

/** Return whether the net is right at a place, and why, in words. */
export function verdict({ symbols, language }, { place, position, probabilities, right }) {
  const legal = symbols.filter((_, symbol) => position.legal?.[symbol]);
  if (position.legal === null) return `Not scored: this is no longer a string of ${language.title}.`;
  const begins = `Every string begins with ${listed(legal)}.`;
  if (place === 0) return `Nothing has been read: the net is in its initial state. ${begins}`;
  if (position.reset) return `Not scored: the string is over, and the net is put back to its initial state. ${begins}`;
  if (right === null) return `Not scored: ${listed(legal)} may both follow.`;
  const p = (symbol) => probabilities[symbols.indexOf(symbol)];
  if (right) {
    return legal.length === 1
      ? `Right: only ${legal[0]} may follow, and it is the most probable, with ${percent(p(legal[0]))}.`
      : `Right: ${listed(legal)} may follow, and each is more probable than every other symbol.`;
  }
  const least = legal.reduce((a, b) => (p(b) < p(a) ? b : a));
  const other = symbols.filter((symbol) => !legal.includes(symbol)).reduce((a, b) => (p(b) > p(a) ? b : a));
  const but = `but the net gives ${other} ${percent(p(other))} and ${least} ${percent(p(least))}`;
  return `Wrong: ${legal.length === 1 ? `only ${legal[0]}` : listed(legal)} may follow, ${but}.`;
}

/** Return where the net is wrong on a string, and where it and the machine disagree, in words. */
export function summary(places) {
  const scored = places.filter(({ right }) => right !== null);
  const wrong = scored.filter(({ right }) => !right).map(({ place }) => place);
  const apart = places.filter(({ agrees }) => agrees === false).map(({ place }) => place);
  const off = places.findIndex(({ position }) => position.legal === null);
  return [
    `Right after ${scored.length - wrong.length} of the ${scored.length} symbols that are scored.`,
    wrong.length ? `Wrong (✗) after ${numbered(wrong)}.` : "",
    apart.length ? `Net and machine disagree (≠) after ${numbered(apart)}.` : "Net and machine disagree nowhere.",
    off >= 0 ? `From symbol ${off} on it is no string of the language.` : "",
  ].filter(Boolean).join(" ");
}

/** Return whether net and machine agree at a place, in words. */
export function agreement({ symbols, machine, language }, step) {
  const { position, configuration, allowed, cut, predicted, agrees, probabilities } = step;
  if (configuration === null) {
    if (position.legal === null || !machine.longest) return "The machine cannot read this string so far.";
    const what = language.kind === "brackets" ? "nested more than" : "with n above";
    return `Beyond the machine: it follows no string ${what} ${machine.longest}. It waits for the end of this one.`;
  }
  const open = `The machine lets ${listed(allowed, "or")} come next.`;
  if (predicted === null) return open;
  if (cut) return `${open} It is cut there; the language goes on.`;
  const says = `The net's most probable symbol is ${symbols[predicted]}, with ${percent(probabilities[predicted])}.`;
  return `${agrees ? "Agreed." : "≠ Net and machine disagree."} ${open} ${says}`;
}

function numbered(places) {
  const shown = places.length > 12 ? [...places.slice(0, 11), `${places.length - 11} more`] : places;
  return `symbol${places.length === 1 ? "" : "s"} ${listed(shown.map(String))}`;
}
