"""The section on extracted automata: the machine that a net learned from a grammar."""

import re
from collections.abc import Sequence

from kuzushi.core.sections import between
from kuzushi.sequences.results import Counterexample, ExtractedMachine, ExtractedMachines

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LEAST_REPEATED = 4
"""The shortest run of a symbol that is written as a power."""


def equality_text(extraction: ExtractedMachines) -> str:
    """Return how many automata equal the grammar."""
    nets = len(extraction.machines)
    return (
        f"For {extraction.equal} of {nets} nets the automaton is the grammar's, with {extraction.grammar_states} "
        f"states. {extraction.exact} of {nets} nets, {between(extraction.exact_interval)}, also agree with it after "
        "every tested string."
    )


def coverage_paragraphs(extraction: ExtractedMachines, symbols: Sequence[str]) -> tuple[str, ...]:
    """Return how far the nets were tested, and a counterexample if there is one."""
    shortest = min(machine.longest_prefix for machine in extraction.machines)
    tested = (
        f"Tested, not proved: all strings that a net predicts, up to at least {shortest} symbols "
        f"({extraction.machines[0].prefixes:,} for net 1), and {extraction.walks} of {extraction.walk_length} symbols "
        f"that repeat loops. A symbol is predicted if its probability is at least {extraction.threshold:.3g} or the "
        "largest."
    )
    if extraction.endings:
        tested += f" Nets are put back to their initial state after {' or '.join(extraction.endings)}."
    return (tested, *_wrong_paragraph(extraction, symbols))


def with_powers(string: str) -> str:
    """Return a string with its runs as powers, such as "BTS⁵XXVV" for BTSSSSSXXVV."""
    runs = rf"(.)\1{{{LEAST_REPEATED - 1},}}"
    return re.sub(runs, lambda run: run[1] + str(len(run[0])).translate(SUPERSCRIPTS), string)


def _wrong_paragraph(extraction: ExtractedMachines, symbols: Sequence[str]) -> tuple[str, ...]:
    """Return a counterexample to the best net, or else to the net with the shortest one."""
    wrong = [(machine, found) for machine in extraction.machines if (found := machine.counterexample) is not None]
    if not wrong:
        return ()

    def rank(pair: tuple[ExtractedMachine, Counterexample]) -> tuple[bool, int]:
        return pair[0] is not extraction.machines[extraction.shown], len(pair[1].prefix)

    machine, found = min(wrong, key=rank)
    probable = sorted(zip(found.probabilities, symbols, strict=True), reverse=True)
    predicted = ", ".join(f"{symbol} {p:.2f}" for p, symbol in probable if p >= 0.1 or symbol in found.allowed)
    paragraph = (
        f"{len(wrong)} of {len(extraction.machines)} nets fail after some string of the grammar. Net "
        f"{machine.net + 1} fails after {with_powers(found.prefix)} ({len(found.prefix)} symbols): it predicts "
        f"{predicted}, where only {' or '.join(found.allowed)} may follow."
    )
    if machine.equal:
        paragraph += (
            " Yet its automaton is the grammar's: a merged state is a cloud of points, and a long string can lead to "
            "its edge, where the net predicts something else."
        )
    return (paragraph,)
