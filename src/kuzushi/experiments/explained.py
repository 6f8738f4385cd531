"""How trained recurrent nets count: their dynamics, what their cells hold, their machines, and what can be proved."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from torch import Generator

from kuzushi.analysis.certificates import EFFORT, certify
from kuzushi.analysis.counter_extraction import extract
from kuzushi.analysis.counters import counts
from kuzushi.analysis.dynamics import dynamics
from kuzushi.analysis.exactness import Exactness, exactness
from kuzushi.analysis.extraction import extraction
from kuzushi.analysis.intervals import wilson
from kuzushi.analysis.machines import smallest_machine
from kuzushi.analysis.snap import Weights, ensemble, snap
from kuzushi.data.counting import Counting
from kuzushi.data.grammars import Grammar
from kuzushi.data.languages import Language
from kuzushi.models.recurrent import LSTM, SRN
from kuzushi.proofs.recurrent import Net
from kuzushi.proofs.strings import enclose
from kuzushi.results import Arrays
from kuzushi.results.certificates import Certification, Pattern
from kuzushi.results.counters import Counts, ExtractedCounters
from kuzushi.results.dynamics import Dynamics
from kuzushi.results.extraction import ExtractedMachines
from kuzushi.results.sequences import SNAPPED
from kuzushi.results.snapping import Snapping

ROUNDING = 2.0**-48
"""Certificates hold in double precision, too: see `Certificate.statement`."""
LIMIT = 100
"""The largest n up to which a net is proved right as it was trained; `kuzushi certify` tries more."""


@dataclass(frozen=True, kw_only=True)
class Explained:
    """Fields of SequencesResult, by their names there."""

    dynamics: Dynamics | None = None
    counts: Counts | None = None
    counter_machine: ExtractedCounters | None = None
    automata: ExtractedMachines | None = None
    certification: Certification | None = None
    snapping: Snapping | None = None


def explained(
    model: SRN | LSTM, language: Language, score: Exactness, *, shown: int, tested: int, seed: int
) -> tuple[Explained, Arrays]:
    """What can be found out about an ensemble, and the weights of the nets that were snapped.

    Args:
        shown: the net that is looked at alone.
        tested: the largest n that is tested.
    """
    generator = Generator().manual_seed(seed)
    if isinstance(language, Grammar):
        automata = extraction(
            model,
            grammar=smallest_machine(language, longest=score.trained),
            symbols=language.symbols,
            shown=shown,
            generator=generator,
        )
        return Explained(automata=automata), {}
    if not isinstance(language, Counting):
        return Explained(), {}
    certification = certified(_weights(model, shown), language, limit=min(tested, LIMIT), seed=seed)
    if isinstance(model, SRN):
        dynamic = dynamics(
            model, language, net=shown, first_failure=score.first_failure, trained=score.trained, tested=tested,
            generator=generator,
        )  # fmt: skip
        return Explained(dynamics=dynamic, certification=certification), {}
    snapping, snapped = snapped_ensemble(model, language, score, shown=shown, tested=tested, seed=seed)
    found = Explained(certification=certification, snapping=snapping)
    if score.trained < 2:  # a count cannot be told from the place in the string
        return found, snapped
    counted = counts(model, language, net=shown, trained=score.trained)
    machine = extract(model, language, net=shown, trained=score.trained, tested=tested)
    return replace(found, counts=counted, counter_machine=machine), snapped


def certified(weights: Arrays, language: Counting, *, limit: int, seed: int) -> Certification:
    """How far one net is proved right on every stream of a counting language, and where it fails."""
    pattern = Pattern(symbols=language.symbols, ratios=language.ratios)
    kind: Literal["srn", "lstm"] = "lstm" if len(weights["bias"]) == 4 * weights["weight_hh"].shape[1] else "srn"
    return certify(
        kind, weights, pattern, limit=limit, rounding=ROUNDING, generator=np.random.default_rng(seed),
        effort=max(EFFORT, 2 * sum(language.ratios) * limit**2),  # of which half goes to the limit itself, first
        enclose=partial(enclose, Net.of(kind, weights, rounding=ROUNDING), pattern),
    )  # fmt: skip


def snapped_ensemble(
    model: LSTM, language: Counting, score: Exactness, *, shown: int, tested: int, seed: int
) -> tuple[Snapping, Arrays]:
    """Make every net exact, test the exact ones as the trained ones were tested, and prove the shown one right."""
    found = [pair for pair in snap(model, language) if pair is not None]
    weights, nets = [exact for exact, _ in found], tuple(changed for _, changed in found)
    failure: tuple[int | None, ...] = ()
    if weights:
        failure = exactness(
            ensemble(weights),
            alone=language.alone(score.scored),
            side_by_side=language.side_by_side(score.trained),
            beyond=language.beyond(score.scored, tested),
        ).first_failure
    exact = failure.count(None)
    of_shown = [exact for exact, changed in found if changed.net == shown]
    snapping = Snapping(
        nets=nets,
        tried=len(model.bias),
        tested_length=tested,
        first_failure=failure,
        exact=exact,
        exact_interval=wilson(exact, len(model.bias)),
        exact_before=score.first_failure.count(None),
        certification=certified(of_shown[0], language, limit=tested, seed=seed) if of_shown else None,
    )
    return snapping, _stacked(weights)


def _stacked(weights: list[Weights]) -> Arrays:
    """The weights of all nets, behind an axis of nets, in single precision, in which they are exact."""
    if not weights:
        return {}
    return {f"{SNAPPED}{name}": np.stack([each[name] for each in weights]).astype(np.float32) for name in weights[0]}


def _weights(model: SRN | LSTM, net: int) -> Arrays:
    return {name: weight[net].detach().cpu().numpy() for name, weight in model.named_parameters()}
