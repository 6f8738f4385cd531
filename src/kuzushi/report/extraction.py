"""What machine did it learn? The automata read off recurrent nets, in words and tables."""

import re
from collections.abc import Sequence
from statistics import median_low

from kuzushi.plots.languages import TITLES, written
from kuzushi.report.sections import Table, between
from kuzushi.results import SequencesResult
from kuzushi.results.extraction import Counterexample, ExtractedMachine, ExtractedMachines

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LEAST_REPEATED = 4
"""A symbol that stands so often in a row is written with its number."""


METHOD = (
    "What machine did a net on a grammar learn? Hidden states are merged that lie close together and say the same, "
    "after Giles and others (1992) and Merrill and Tsilivis (2022), and the automaton of these clusters is minimised. "
    "The grammar is looked at only afterwards."
)
"""What the paragraphs take for granted."""


def found(extraction: ExtractedMachines) -> str:
    """How often the automaton of a net is the grammar's."""
    return (
        f"For {extraction.equal} of {len(extraction.machines)} nets the automaton is the grammar's own, with "
        f"{extraction.grammar_states} states. {extraction.exact} of {len(extraction.machines)} nets, "
        f"{between(extraction.exact_interval)}, also say what the grammar says after every string tried."
    )


def tried(result: SequencesResult, extraction: ExtractedMachines) -> tuple[str, ...]:
    """How far that was tried, and what is wrong."""
    first = extraction.machines[0]
    shortest = min(machine.longest_prefix for machine in extraction.machines)
    how_far = (
        f"Tried were all strings that a net says itself up to at least {shortest} symbols ({first.prefixes:,} strings "
        f"for net 1), and {extraction.walks} of {extraction.walk_length} symbols that go round loops again and again. "
        f"A symbol counts as said where its probability is at least {extraction.threshold:g}, or it is the most "
        "probable. That is a test, not a proof: longer strings may show more."
    )
    return (how_far, *_wrong(result, extraction))


def summary(pairs: Sequence[tuple[SequencesResult, ExtractedMachines]]) -> Table:
    """One row per ensemble."""
    return Table(
        title="Automata read off the nets",
        header=(
            "language", "net", "units", "states of the grammar", "automaton is the grammar's", "and never departs",
            "rate (95 %)", "median clusters", "median states", "shortest counterexample",
        ),
        rows=tuple(
            (
                written(result.language), TITLES[result.model], str(result.hid), str(extraction.grammar_states),
                f"{extraction.equal} / {len(extraction.machines)}", f"{extraction.exact} / {len(extraction.machines)}",
                between(extraction.exact_interval),
                str(median_low(machine.clusters for machine in extraction.machines)),
                str(median_low(machine.states for machine in extraction.machines)),
                _length(extraction),
            )
            for result, extraction in pairs
        ),
        note="Clusters are the states before minimisation. Never departs: on the strings tried. A counterexample is a "
        "string of the grammar after which the net itself finds a wrong symbol at least as probable as a right one.",
    )  # fmt: skip


def nets(result: SequencesResult, extraction: ExtractedMachines) -> Table:
    """One row per net."""
    return Table(
        title=f"The automaton of each {TITLES[result.model]} on {written(result.language)}",
        header=(
            "net", "radius", "clusters", "states", "the grammar's", "differs first in", "strings tried", "all up to",
            "departs after", "least said", "most unsaid", "counterexample", "what the net says there", "may follow",
        ),
        rows=tuple(
            (
                str(machine.net + 1), f"{machine.radius:.2f}", str(machine.clusters), str(machine.states),
                "yes" if machine.equal else "no", "" if machine.word is None else with_powers(machine.word),
                f"{machine.prefixes:,}", str(machine.longest_prefix),
                "never" if machine.departs is None else str(machine.departs),
                f"{machine.least_said:.2f}", f"{machine.most_unsaid:.2f}",
                *_cells(machine.counterexample, result.symbols),
            )
            for machine in extraction.machines
        ),
        note="Departs after: the symbols of the shortest string tried after which the net says something else than its "
        "automaton. Least said and most unsaid: the probabilities next to the threshold; were they far apart, any "
        "threshold between them would give the same.",
        folded=True,
    )  # fmt: skip


def with_powers(string: str) -> str:
    """A string with its runs as powers, such as "BTS⁵XXVV" for BTSSSSSXXVV."""
    return re.sub(rf"(.)\1{{{LEAST_REPEATED - 1},}}", lambda run: run[1] + str(len(run[0])).translate(RAISED), string)


def _wrong(result: SequencesResult, extraction: ExtractedMachines) -> tuple[str, ...]:
    """How the net that is shown goes wrong, or else the one that does so soonest; nothing if none does."""
    wrong = [machine for machine in extraction.machines if machine.counterexample is not None]
    if not wrong:
        return ()
    shown = extraction.machines[extraction.shown]
    machine = shown if shown in wrong else min(wrong, key=_prefix_length)
    prefix, said, allowed = _cells(machine.counterexample, result.symbols)
    paragraph = (
        f"{len(wrong)} of {len(extraction.machines)} nets {'is' if len(wrong) == 1 else 'are'} wrong after some string "
        "of the grammar. Net "
        f"{machine.net + 1} is so after {prefix} ({_prefix_length(machine)} symbols): it says {said}, where only "
        f"{allowed} may follow."
    )
    if machine.equal:
        paragraph += (
            " Yet its automaton is the grammar's: what was merged into one state is a cloud, and a long way through it "
            "can end where the net says something else. No short string shows that."
        )
    return (paragraph,)


def _cells(counterexample: Counterexample | None, symbols: Sequence[str]) -> tuple[str, str, str]:
    """The string, what the net gives the symbols that matter there, and what may follow."""
    if counterexample is None:
        return ("none found", "", "")
    probable = sorted(zip(counterexample.probabilities, symbols, strict=True), reverse=True)
    said = ", ".join(f"{symbol} {p:.2f}" for p, symbol in probable if p >= 0.1 or symbol in counterexample.allowed)
    return with_powers(counterexample.prefix), said, " or ".join(counterexample.allowed)


def _prefix_length(machine: ExtractedMachine) -> int:
    return 0 if machine.counterexample is None else len(machine.counterexample.prefix)


def _length(extraction: ExtractedMachines) -> str:
    lengths = [_prefix_length(machine) for machine in extraction.machines if machine.counterexample is not None]
    return f"{min(lengths)} symbols" if lengths else "none found"
