"""Measure how reliably each preset trains recurrent nets on a language, and how far they are right: 128 nets in a row.

    python benchmarks/rates.py [NAME ...] [--seed 0 1] [--nets 128]

Each row trains an ensemble as `kuzushi sequences` does, on one thread, and scores it strictly, in float32 and float64:
up to the trained n on every string, ordered pair and ordered triple of lengths from the initial state, and on one long
stream with every pair; beyond, up to n = 1,000, on every string alone and on one stream m, n, m for each n. Reber nets
read each string from the initial state, and are not asked what follows its end. Settings were chosen on seed 0, and
none on seed 1. Rates have the 95 % interval of Wilson. Of LSTMs that count, the snapped nets are scored too. On a
grammar, the last line is the number of nets whose automaton is the grammar's, and of those that never disagree with it.

Names select rows; without one all are run, which takes hours.
"""

import argparse
from statistics import median_low

import torch
from torch import Generator

from kuzushi.core.device import one_thread
from kuzushi.core.journal import Silent
from kuzushi.core.sections import between
from kuzushi.core.statistics import wilson
from kuzushi.sequences.analyses import snap_ensemble
from kuzushi.sequences.automata.extract_automaton import extract_ensemble
from kuzushi.sequences.automata.finite_automata import smallest_machine
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.languages.reber import Grammar
from kuzushi.sequences.nets import LSTM, SRN
from kuzushi.sequences.score import Inputs, scores
from kuzushi.sequences.score_results import earliest
from kuzushi.sequences.train import train

FAR = {"test_length": 1_000}
ROWS: dict[str, dict[str, object]] = {
    "report-srn": {"lang": "anb2n", "preset": "report", **FAR},
    "report-lstm": {"lang": "anb2nc3n", "model": "lstm", "hid": 3, "preset": "report", **FAR},
    "fast-srn-anbn": {"lang": "anbn", **FAR},
    "fast-srn-anb2n": {"lang": "anb2n", **FAR},
    "fast-srn-anbncn": {"lang": "anbncn", "hid": 3, "length": 8, **FAR},
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


@one_thread()
def trained(config: SequencesConfig) -> tuple[SRN | LSTM, str]:
    """Return the trained ensemble, and its updates and seconds as text."""
    model, history = train(config, get_language(config.lang), device=torch.device("cpu"), journal=Silent())
    return model, f"{history.updates[-1]:,} updates in {history.seconds:.0f} s"


@one_thread()
def rates(config: SequencesConfig, model: SRN | LSTM) -> list[str]:
    """Return the rates of one ensemble as lines."""
    language, nets = get_language(config.lang), config.nets
    found = scores(model, Inputs(language, config.length, config.test_length))
    longest = max(int(part.n.max()) for part in [language.alone(config.length)])
    limit = longest if isinstance(language, Grammar) else config.length
    first = earliest(found)
    right = sum(n is None or n > limit for n in first)
    lines = [f"right up to the trained length: {right} of {nets}, {between(wilson(right, nets))}"]
    for each in found:
        alone, stream = (
            sum(failure is None or failure.n > limit for failure in kind) for kind in (each.alone, each.in_stream)
        )
        lines.append(f"{each.arithmetic}: alone {alone}, in streams {stream}")
    if isinstance(language, Grammar):
        return [*lines, *_automata(config, model, language, limit)]
    failures = [config.test_length + 1 if n is None else n for n in first]
    lines.append(
        f"first failure: median {median_low(failures)}, last {max(failures)}; right at n = {BEYOND}: "
        f"{sum(n > BEYOND for n in failures)}; no failure up to {config.test_length}: {first.count(None)}"
    )
    if isinstance(model, LSTM) and isinstance(language, Counting):
        snapped, _ = snap_ensemble(
            model, language, first, shown=0, trained=config.length, tested=config.test_length, seed=config.seed
        )
        lines.append(f"snapped: {snapped.exact} of {nets} without a failure up to {config.test_length}")
    return lines


def _automata(config: SequencesConfig, model: SRN | LSTM, language: Grammar, longest: int) -> list[str]:
    machine = smallest_machine(language, longest=longest)
    found = extract_ensemble(
        model, grammar=machine, symbols=language.symbols, shown=0, generator=Generator().manual_seed(config.seed)
    )
    return [
        f"automaton the grammar's: {found.equal}; and never disagrees: {found.exact}, {between(found.exact_interval)}"
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ROWS))
    parser.add_argument("--seed", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--nets", type=int, default=128)
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - ROWS.keys():
        parser.error(f"{', '.join(sorted(unknown))}: not one of {', '.join(ROWS)}")
    for name in chosen.names or ROWS:
        for seed in chosen.seed:
            config = SequencesConfig(**ROWS[name], nets=chosen.nets, seed=seed)  # type: ignore[arg-type]
            model, updates = trained(config)
            print(f"{name}, seed {seed}: {updates}", *rates(config, model), sep="\n    ", flush=True)


if __name__ == "__main__":
    main()
