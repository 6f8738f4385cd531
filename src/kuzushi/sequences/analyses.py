"""The analyses of trained recurrent nets: dynamics, counts, machines, snapping, and what can be proved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from torch import Generator

from kuzushi.core.results import Arrays
from kuzushi.core.statistics import wilson
from kuzushi.proofs.certificate_format import Certification
from kuzushi.sequences.automata.extract_automaton import extract_ensemble
from kuzushi.sequences.automata.finite_automata import smallest_machine
from kuzushi.sequences.certificates.prove import prove
from kuzushi.sequences.counter_results import Counts, ExtractedCounters, Snapping
from kuzushi.sequences.counting.cell_counts import counts
from kuzushi.sequences.counting.extract_machine import extract
from kuzushi.sequences.counting.snap import ensemble, snap
from kuzushi.sequences.dynamics.counting_law import counting_laws, rank_correlation, rank_interval
from kuzushi.sequences.dynamics.counting_ways import counting_ways
from kuzushi.sequences.dynamics.fixed_points import fixed_points, portrait, starts
from kuzushi.sequences.dynamics.report_claims import report_claims
from kuzushi.sequences.dynamics_results import CountingLaw, CountingWay, Dynamics, ReportClaim
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.languages.language import Language
from kuzushi.sequences.languages.reber import Grammar
from kuzushi.sequences.nets import LSTM, SRN
from kuzushi.sequences.results import SNAPPED, ExtractedMachines
from kuzushi.sequences.score import Inputs, scores
from kuzushi.sequences.score_results import Scores, earliest, earliest_alone, exact_nets, first_failures

LIMIT = 100
"""The largest n up to which a net is proved right as it was trained; `kuzushi certify` tries more."""


@dataclass(frozen=True, kw_only=True)
class Analyses:
    """Fields of SequencesResult, by their names there."""

    dynamics: Dynamics | None = None
    counts: Counts | None = None
    counter_machine: ExtractedCounters | None = None
    automata: ExtractedMachines | None = None
    certification: Certification | None = None
    snapping: Snapping | None = None


def analyse(
    model: SRN | LSTM,
    language: Language,
    found: Sequence[Scores],
    one_by_one: Scores,
    *,
    shown: int,
    trained: int,
    tested: int,
    seed: int,
) -> tuple[Analyses, Arrays]:
    """Return all analyses that fit the nets and the language, and the weights of the snapped nets.

    Args:
        found: the scores of all nets, in each arithmetic.
        one_by_one: the score of the shown net alone.
        shown: the net that is analysed alone.
    """
    generator = Generator().manual_seed(seed)
    if isinstance(language, Grammar):
        grammar = smallest_machine(language, longest=trained)
        machines = extract_ensemble(
            model, grammar=grammar, symbols=language.symbols, endings=language.endings, shown=shown,
            generator=generator,
        )  # fmt: skip
        return Analyses(automata=machines), {}
    if not isinstance(language, Counting):
        return Analyses(), {}
    weights = {name: weight[shown].cpu().numpy() for name, weight in model.weights().items()}
    certification = prove(weights, language, limit=min(tested, LIMIT), seed=seed)
    first_failure = first_failures(found, one_by_one, shown=shown, certification=certification)
    if isinstance(model, SRN):
        moves = dynamics(
            model, language, net=shown, exact=exact_nets(first_failure, trained=trained),
            first_failure=earliest_alone(found), trained=trained, tested=tested, generator=generator,
        )  # fmt: skip
        return Analyses(dynamics=moves, certification=certification), {}
    snapping, snapped = snap_ensemble(
        model, language, first_failure, shown=shown, trained=trained, tested=tested, seed=seed
    )
    analyses = Analyses(certification=certification, snapping=snapping)
    if trained < 2:  # a count cannot be distinguished from the position in the string
        return analyses, snapped
    counted = counts(model, language, net=shown, trained=trained)
    machine = extract(model, language, net=shown, trained=trained, tested=tested)
    return replace(analyses, counts=counted, counter_machine=machine), snapped


def dynamics(
    model: SRN,
    language: Language,
    *,
    net: int,
    exact: Sequence[bool],
    first_failure: Sequence[int | None],
    trained: int,
    tested: int,
    generator: Generator,
) -> Dynamics:
    """Return fixed points of one net and, on a language of a's and b's, law, ways and claims for all nets.

    Args:
        net: the one to show.
        first_failure: of each net, the first n that fails from the initial state, which the law predicts.
        generator: for the states to start from, where there are more than two units.
    """
    hid = model.bias.shape[1]
    points = fixed_points(model, language.symbols, starts(hid, generator=generator))
    ratio: int | None = None
    laws: tuple[CountingLaw, ...] = ()
    ways: tuple[CountingWay, ...] = ()
    claims: tuple[ReportClaim, ...] = ()
    if isinstance(language, Counting) and len(language.ratios) == 2 and language.ratios[0] == 1:
        ratio = language.ratios[1]
        laws = counting_laws(
            model, points, first_failure, exact, symbols=language.symbols, ratio=ratio, trained=trained, tested=tested
        )
        if trained > 2:
            ways = counting_ways(model, points, exact, symbols=language.symbols, ratio=ratio, trained=trained)
        claims = report_claims(model, language, longest=trained, shown=net, exact=exact) if trained > 1 else ()
    string, arrays = portrait(model, language, net, points[net], longest=trained)
    found = Dynamics(
        net=net,
        symbols=language.symbols,
        hid=hid,
        ratio=ratio,
        trained_length=trained,
        tested_length=tested,
        fixed_points=points[net],
        laws=laws,
        rank_correlation=None,
        rank_interval=None,
        ways=ways,
        claims=claims,
        string=string,
        arrays=arrays,
    )
    rho = rank_correlation([law.predicted for law in found.compared], [law.measured for law in found.compared])
    interval = None if rho is None else rank_interval(rho, len(found.compared))
    return replace(found, rank_correlation=rho, rank_interval=interval)


def snap_ensemble(
    model: LSTM,
    language: Counting,
    first_failure: Sequence[int | None],
    *,
    shown: int,
    trained: int,
    tested: int,
    seed: int,
) -> tuple[Snapping, Arrays]:
    """Snap every net, test the snapped ones as the trained ones were tested, and prove the shown one right.

    Returns:
        The results, and the weights of the snapped nets behind an axis of nets, in single precision.
    """
    found = [pair for pair in snap(model, language) if pair is not None]
    weights = [exact for exact, _ in found]
    failure: tuple[int | None, ...] = ()
    stacked: Arrays = {}
    if weights:
        failure = earliest(scores(ensemble(weights), Inputs(language, trained, tested)))
        stacked = {
            f"{SNAPPED}{name}": np.stack([each[name] for each in weights]).astype(np.float32) for name in weights[0]
        }
    exact = failure.count(None)
    of_shown = [weights for weights, changed in found if changed.net == shown]
    snapping = Snapping(
        nets=tuple(changed for _, changed in found),
        tried=len(model.bias),
        tested_length=tested,
        first_failure=failure,
        exact=exact,
        exact_interval=wilson(exact, len(model.bias)),
        exact_before=first_failure.count(None),
        certification=prove(of_shown[0], language, limit=tested, seed=seed) if of_shown else None,
    )
    return snapping, stacked
