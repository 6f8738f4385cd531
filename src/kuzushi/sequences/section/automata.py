"""Which machine did it learn? The automata extracted from nets on a grammar."""

import re
from collections.abc import Sequence
from statistics import median_low

from kuzushi.core.sections import Table, between
from kuzushi.sequences.results import (
    MODEL_TITLES,
    Counterexample,
    ExtractedMachine,
    ExtractedMachines,
    SequencesResult,
    language_title,
)

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LEAST_REPEATED = 4
"""The shortest run of a symbol that is written as a power."""
METHOD = (
    "Which machine did a net on a grammar learn? Hidden states that lie close together and predict the same symbols "
    "are merged, as by Giles et al. (1992) and Merrill and Tsilivis (2022), and the automaton of these clusters is "
    "minimised. Only then is it compared with the grammar."
)


def equality_text(extraction: ExtractedMachines) -> str:
    """Return how many automata equal the grammar."""
    nets = len(extraction.machines)
    return (
        f"For {extraction.equal} of {nets} nets the automaton is the grammar's, with {extraction.grammar_states} "
        f"states. {extraction.exact} of {nets} nets, {between(extraction.exact_interval)}, also agree with it after "
        "every tested string."
    )


def coverage_paragraphs(result: SequencesResult, extraction: ExtractedMachines) -> tuple[str, ...]:
    """Return how far the nets were tested, and a counterexample if there is one."""
    first = extraction.machines[0]
    shortest = min(machine.longest_prefix for machine in extraction.machines)
    tested = (
        f"Tested: all strings that a net predicts, up to at least {shortest} symbols ({first.prefixes:,} for net 1), "
        f"and {extraction.walks} of {extraction.walk_length} symbols that repeat loops. A symbol is predicted if its "
        f"probability is at least {extraction.threshold:g} or the largest. This is a test, not a proof."
    )
    return (tested, *_wrong_paragraph(result, extraction))


def summary(pairs: Sequence[tuple[SequencesResult, ExtractedMachines]]) -> Table:
    """Return a table with one row per ensemble."""
    return Table(
        title="Extracted automata",
        header=(
            "language", "net", "units", "states of the grammar", "automaton is the grammar's", "and always agrees",
            "rate (95 %)", "median clusters", "median states", "shortest counterexample",
        ),
        rows=tuple(
            (
                language_title(result.language), MODEL_TITLES[result.model], str(result.hid),
                str(extraction.grammar_states), f"{extraction.equal} / {len(extraction.machines)}",
                f"{extraction.exact} / {len(extraction.machines)}", between(extraction.exact_interval),
                str(median_low(machine.clusters for machine in extraction.machines)),
                str(median_low(machine.states for machine in extraction.machines)),
                _shortest(extraction),
            )
            for result, extraction in pairs
        ),
        note="Clusters: states before minimisation. Always agrees: on the tested strings. A counterexample is a string "
        "of the grammar after which the net finds a wrong symbol at least as probable as a right one.",
    )  # fmt: skip


def nets_table(result: SequencesResult, extraction: ExtractedMachines) -> Table:
    """Return a table with one row per net."""
    return Table(
        title=f"The automaton of each {MODEL_TITLES[result.model]} on {language_title(result.language)}",
        header=(
            "net", "radius", "clusters", "states", "the grammar's", "differs first in", "strings tested", "all up to",
            "disagrees after", "lowest predicted", "highest other", "counterexample", "the net predicts", "may follow",
        ),
        rows=tuple(
            (
                str(machine.net + 1), f"{machine.radius:.2f}", str(machine.clusters), str(machine.states),
                "yes" if machine.equal else "no", "" if machine.word is None else with_powers(machine.word),
                f"{machine.prefixes:,}", str(machine.longest_prefix),
                "never" if machine.disagrees_after is None else str(machine.disagrees_after),
                f"{machine.lowest_predicted:.2f}", f"{machine.highest_other:.2f}",
                *_counterexample_cells(machine.counterexample, result.symbols),
            )
            for machine in extraction.machines
        ),
        note="Disagrees after: length of the shortest tested string after which net and automaton differ. Any "
        "threshold between lowest predicted and highest other gives the same automaton.",
        folded=True,
    )  # fmt: skip


def with_powers(string: str) -> str:
    """Return a string with its runs as powers, such as "BTS⁵XXVV" for BTSSSSSXXVV."""
    runs = rf"(.)\1{{{LEAST_REPEATED - 1},}}"
    return re.sub(runs, lambda run: run[1] + str(len(run[0])).translate(SUPERSCRIPTS), string)


def _wrong_paragraph(result: SequencesResult, extraction: ExtractedMachines) -> tuple[str, ...]:
    """Return a counterexample to the best net, or else to the net with the shortest one."""
    wrong = [machine for machine in extraction.machines if machine.counterexample is not None]
    if not wrong:
        return ()
    best = extraction.machines[extraction.shown]
    machine = best if best in wrong else min(wrong, key=_prefix_length)
    prefix, predicted, allowed = _counterexample_cells(machine.counterexample, result.symbols)
    paragraph = (
        f"{len(wrong)} of {len(extraction.machines)} nets fail after some string of the grammar. Net "
        f"{machine.net + 1} fails after {prefix} ({_prefix_length(machine)} symbols): it predicts {predicted}, where "
        f"only {allowed} may follow."
    )
    if machine.equal:
        paragraph += (
            " Yet its automaton is the grammar's: a merged state is a cloud of points, and a long string can lead to "
            "its edge, where the net predicts something else."
        )
    return (paragraph,)


def _counterexample_cells(counterexample: Counterexample | None, symbols: Sequence[str]) -> tuple[str, str, str]:
    """Return the string, the probabilities of the symbols that matter there, and the symbols that may follow."""
    if counterexample is None:
        return ("none found", "", "")
    probable = sorted(zip(counterexample.probabilities, symbols, strict=True), reverse=True)
    predicted = ", ".join(f"{symbol} {p:.2f}" for p, symbol in probable if p >= 0.1 or symbol in counterexample.allowed)
    return with_powers(counterexample.prefix), predicted, " or ".join(counterexample.allowed)


def _prefix_length(machine: ExtractedMachine) -> int:
    return 0 if machine.counterexample is None else len(machine.counterexample.prefix)


def _shortest(extraction: ExtractedMachines) -> str:
    lengths = [_prefix_length(machine) for machine in extraction.machines if machine.counterexample is not None]
    return f"{min(lengths)} symbols" if lengths else "none found"
