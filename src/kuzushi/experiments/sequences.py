"""Sequences: train an ensemble of recurrent nets to predict the next symbol, and score it by whole strings."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import torch

from kuzushi.analysis.exactness import Exactness, exactness, never_stop, right
from kuzushi.analysis.intervals import wilson
from kuzushi.analysis.machines import smallest_machine
from kuzushi.configs import SequencesConfig
from kuzushi.data.counting import Counting
from kuzushi.data.grammars import Grammar
from kuzushi.data.languages import Language, named, spelled
from kuzushi.data.streams import Streams
from kuzushi.experiments.device import one_thread, pick
from kuzushi.experiments.explained import explained
from kuzushi.experiments.recurrent import train
from kuzushi.experiments.together import Together
from kuzushi.models.recurrent import LSTM, SRN, Trace
from kuzushi.results import Arrays, EnsembleLoss, SequencesResult, ShownRecurrent, Step
from kuzushi.runs import Journal, Silent, provenance

SCORED = 50
"""The share of right symbols is taken over strings up to this n, or up to the trained one where that is larger."""
MACHINE_LONGEST = 4
"""The largest n of the machine that is drawn, as in the study; those of longer strings have no room on a page."""
WALKED = 20
"""The most test strings that are followed symbol by symbol for the figures."""
SILENT: Journal = Silent()


@one_thread()
def run(config: SequencesConfig, *, journal: Journal = SILENT) -> SequencesResult:
    """Train the nets, find the first string that each of them fails, and follow the one that goes furthest.

    Raises:
        KuzushiError: if the language is not known, or the device is not there.
    """
    device = pick(config.device)
    language = named(config.lang)
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    fingerprint = _fingerprint(language, config.length)
    journal.begin(config, made, fingerprint)
    model, history = train([config], language, device=device, journal=journal)

    score = _score(model, language, config, device=device)
    shown = choose(score)
    tested = score.scored if isinstance(language, Grammar) else config.test_length
    found, snapped = explained(model, language, score, shown=shown, tested=tested, seed=config.seed)
    walked = language.alone(config.length).first(WALKED)
    solved = sum(score.solved)
    weights = {name: weight.detach().cpu().numpy() for name, weight in model.named_parameters()}
    portrait = {}
    if found.dynamics is not None:
        portrait, found = found.dynamics.arrays, replace(found, dynamics=replace(found.dynamics, arrays={}))
    return SequencesResult(
        config=config,
        data_sha256=fingerprint,
        language=config.lang,
        symbols=language.symbols,
        model=config.model,
        hid=config.hid,
        nets=config.nets,
        trained_length=score.trained,
        tested_length=tested,
        first_failure=score.first_failure,
        solved=solved,
        solved_interval=wilson(solved, config.nets),
        accuracy=score.accuracy,
        scored_length=score.scored,
        never_stop=never_stop(language.alone(score.scored)),
        history=tuple(
            EnsembleLoss(update=update, **metrics)
            for update, metrics in zip(history.updates, history.metrics, strict=True)
        ),
        states=language.states(config.length),
        machine=smallest_machine(language, longest=min(config.length, MACHINE_LONGEST)),
        shown=ShownRecurrent(net=shown, steps=_steps(model, shown, language, config.length)),
        walk=spelled(language, walked),
        **vars(found),
        seconds=history.seconds,
        provenance=replace(made, beside=history.beside),
        arrays=_arrays(model, shown, walked) | {f"portrait.{name}": array for name, array in portrait.items()},
        weights=weights | snapped,
    )


@one_thread()
def train_together(configs: Sequence[SequencesConfig], *, journals: Sequence[Journal]) -> None:
    """Train the nets of several runs as one ensemble, and leave each run in its journal with its training done.

    Raises:
        KuzushiError: if the language is not known, or the device is not there.
    """
    device = pick(configs[0].device)
    language = named(configs[0].lang)
    for config, journal in zip(configs, journals, strict=True):
        made = provenance(config, device=str(device), threads=torch.get_num_threads())
        journal.begin(config, made, _fingerprint(language, config.length))
    train(configs, language, device=device, journal=Together(configs, journals))


def _score(model: SRN | LSTM, language: Language, config: SequencesConfig, *, device: torch.device) -> Exactness:
    """Every test string by all nets up to a length, and the longer ones by those that have not failed."""
    scored = (
        min(config.test_length, max(SCORED, config.length)) if isinstance(language, Counting) else config.test_length
    )
    return exactness(
        model,
        alone=language.alone(scored).to(device),
        side_by_side=language.side_by_side(config.length).to(device),
        beyond=language.beyond(scored, config.test_length) if isinstance(language, Counting) else (),
    )


def choose(score: Exactness) -> int:
    """The net to show: the one that goes furthest without a failure; of several such, the first."""
    reached = [float("inf") if failure is None else failure for failure in score.first_failure]
    return reached.index(max(reached))


def _fingerprint(language: Language, longest: int) -> str:
    """Of the strings that the nets must know."""
    return hashlib.sha256("\n".join(spelled(language, language.alone(longest))).encode()).hexdigest()


@torch.no_grad()
def _trace(model: SRN | LSTM, streams: Streams) -> Trace:
    trace: Trace = model(streams.symbols.to(model.bias.device))
    return trace


def _steps(model: SRN | LSTM, net: int, language: Language, longest: int) -> tuple[Step, ...]:
    """What one net makes of a short stream, symbol by symbol."""
    streams, states = language.example(longest), language.states(longest)
    trace = _trace(model, streams)
    logits = trace.logits[[net]].cpu()
    correct = right(logits, legal=streams.legal, asked=streams.asked)[0, 0].tolist()
    return tuple(
        Step(
            symbol=language.symbols[symbol],
            state=states[state],
            hidden=tuple(hidden),
            probabilities=tuple(probabilities),
            legal="".join(letter for letter, may in zip(language.symbols, legal, strict=True) if may),
            determined=determined,
            right=is_right,
        )
        for symbol, state, hidden, probabilities, legal, determined, is_right in zip(
            streams.symbols[0].tolist(),
            streams.state[0].tolist(),
            trace.hidden[net, 0].tolist(),
            logits[0, 0].softmax(-1).tolist(),
            streams.legal[0].tolist(),
            streams.determined[0].tolist(),
            correct,
            strict=True,
        )
    )


def _arrays(model: SRN | LSTM, net: int, streams: Streams) -> Arrays:
    """Where one net is after each symbol of each string; the strings are read one by one and laid end to end."""
    trace, present = _trace(model, streams), streams.present
    string = torch.arange(len(present))[:, None].expand_as(present)
    arrays = {
        "state": streams.state[present],
        "string": string[present],
        "determined": streams.determined[present],
        "hidden": trace.hidden[net].cpu()[present],
    }
    if trace.cell is not None and trace.gates is not None:
        arrays |= {"cell": trace.cell[net].cpu()[present], "gates": trace.gates[net].cpu()[present]}
    return {name: array.numpy() for name, array in arrays.items()}
