"""Measure how reliably each preset trains recurrent nets on a language, and how far they count: 128 nets in each row.

    python benchmarks/rates.py [NAME ...] [--seed 0] [--nets 128]

Each row is one run of `kuzushi sequences`, by the command that is printed with it, on one thread. Exact nets are right
on every string up to the trained n, alone and in a stream without reset, with the 95 % interval of Wilson; on a
grammar, on every test string. Then where the nets fail first, up to n = 1,000, alone or in a stream; the share of
determined symbols that the best net gets right, and that of a net that never stops; and, for LSTMs, how many are exact
up to n = 1,000 once they are snapped, or, on a grammar, for how many nets the automaton is the grammar's and the net
never disagrees with it.

Names select rows; without one all are run, which takes hours.
"""

import argparse
from statistics import median_low

from kuzushi.core.sections import between, percent
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.experiment import run
from kuzushi.sequences.results import SequencesResult

FAR = {"test_length": 1_000}
ROWS: dict[str, dict[str, object]] = {
    "report-srn": {"lang": "anb2n", "preset": "report", **FAR},
    "report-lstm": {"lang": "anb2nc3n", "model": "lstm", "hid": 3, "preset": "report", **FAR},
    "fast-srn-anbn": {"lang": "anbn", **FAR},
    "fast-srn-anb2n": {"lang": "anb2n", **FAR},
    "fast-lstm-anb2n": {"lang": "anb2n", "model": "lstm", **FAR},
    "fast-lstm-anb2nc3n": {"lang": "anb2nc3n", "model": "lstm", "hid": 3, **FAR},
    "fast-srn-reber": {"lang": "reber", "hid": 5},
    "fast-lstm-reber": {"lang": "reber", "model": "lstm", "hid": 5},
    "fast-lstm-embedded": {"lang": "reber-embedded", "model": "lstm", "hid": 16, "updates": 2_000},
    "counting-anbn": {"lang": "anbn", "model": "lstm", "preset": "counting", "length": 10, **FAR},
    "counting-anb2n": {"lang": "anb2n", "model": "lstm", "preset": "counting", "length": 10, **FAR},
    "counting-anb2nc3n": {"lang": "anb2nc3n", "model": "lstm", "hid": 3, "preset": "counting", "length": 10, **FAR},
}
BEYOND = 100
"""The n at which the nets that are still right are counted."""


def summary(result: SequencesResult) -> list[str]:
    """Return the results of one run as lines."""
    lines = [
        f"exact: {result.solved} of {result.nets}, {between(result.solved_interval)}; "
        f"{result.history[-1].update:,} updates in {result.seconds:.0f} s",
        f"symbols right: best net {percent(max(result.accuracy), 2)}, never stopping {percent(result.never_stop, 2)}",
    ]
    if result.automata is not None:
        return [
            *lines,
            f"automaton the grammar's: {result.automata.equal}; and never disagrees: {result.automata.exact}, "
            f"{between(result.automata.exact_interval)}",
        ]
    failures = [result.tested_length + 1 if n is None else n for n in result.first_failure]
    lines.append(
        f"first failure: median {median_low(failures)}, last {max(failures)}; right at n = {BEYOND}: "
        f"{sum(n > BEYOND for n in failures)}; no failure up to {result.tested_length}: "
        f"{result.first_failure.count(None)}"
    )
    if result.snapping is not None:
        snapped = result.snapping
        lines.append(f"snapped: {snapped.exact} of {snapped.tried} no failure up to {snapped.tested_length}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ROWS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--nets", type=int, default=128)
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - ROWS.keys():
        parser.error(f"{', '.join(sorted(unknown))}: not one of {', '.join(ROWS)}")
    for name in chosen.names or ROWS:
        result = run(SequencesConfig(**ROWS[name], nets=chosen.nets, seed=chosen.seed))
        print(name, result.provenance.command, *summary(result), sep="\n    ", flush=True)


if __name__ == "__main__":
    main()
