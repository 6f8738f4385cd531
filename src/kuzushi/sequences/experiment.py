"""Sequences: train an ensemble of recurrent nets to predict the next symbol, and score it by whole strings."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import torch

from kuzushi.core.device import one_thread, select_device
from kuzushi.core.journal import Journal, Silent
from kuzushi.core.provenance import provenance
from kuzushi.core.results import Arrays
from kuzushi.core.statistics import wilson
from kuzushi.core.training import History
from kuzushi.sequences.analyses import analyse
from kuzushi.sequences.automata.finite_automata import smallest_machine
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.languages.counting import STRICT, Counting
from kuzushi.sequences.languages.language import Language, Streams, as_text
from kuzushi.sequences.languages.reber import Grammar
from kuzushi.sequences.nets import LSTM, SRN, Trace, select
from kuzushi.sequences.results import EnsembleLoss, SequencesResult, ShownRecurrent, Step
from kuzushi.sequences.score import ONE_BY_ONE, Inputs, accuracy, never_stop, right, score_one_by_one, scores
from kuzushi.sequences.score_results import earliest, exact_nets, first_failures
from kuzushi.sequences.train import train

RESETS = {"auto": None, "yes": True, "no": False}
MACHINE_LONGEST = 4
"""The largest n of the machine that is drawn, as in the report; larger ones do not fit on a page."""
WALKED = 20
"""The most test strings that are followed symbol by symbol for the figures."""
SILENT: Journal = Silent()


@one_thread()
def run(config: SequencesConfig, *, journal: Journal = SILENT) -> SequencesResult:
    """Train an ensemble, find the first string that each net fails, and analyse the net that counts furthest.

    Raises:
        KuzushiError: if the language is unknown, or the device is missing.
    """
    device = select_device(config.device)
    language = get_language(config.lang, reset=RESETS[config.reset])
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    fingerprint = strings_sha256(language, config.length)
    journal.begin(config, made, fingerprint)
    model, history = train(config, language, device=device, journal=journal)

    within = language.alone(config.length)
    trained, tested = config.length, config.test_length
    if isinstance(language, Grammar):
        trained = tested = int(within.n.max())
    inputs = Inputs(language, config.length, config.test_length, device)
    found = scores(model, inputs)
    shown = choose(earliest(found))
    one_by_one = score_one_by_one(select(model, torch.tensor([shown])), inputs)
    analyses, snapped = analyse(
        model, language, found, one_by_one, shown=shown, trained=trained, tested=tested, seed=config.seed
    )
    first_failure = first_failures(found, one_by_one, shown=shown, certification=analyses.certification)
    solved = sum(exact_nets(first_failure, trained=trained))
    walked = within.at(slice(WALKED))
    weights = {name: weight.cpu().numpy() for name, weight in model.weights().items()}
    portrait = {}
    if analyses.dynamics is not None:
        portrait = analyses.dynamics.arrays
        analyses = replace(analyses, dynamics=replace(analyses.dynamics, arrays={}))
    return SequencesResult(
        config=config,
        data_sha256=fingerprint,
        language=config.lang,
        symbols=language.symbols,
        model=config.model,
        hid=config.hid,
        nets=config.nets,
        trained_length=trained,
        tested_length=tested,
        strict_length=STRICT if isinstance(language, Counting) else 0,
        reset=language.reset,
        scores=found,
        solved=solved,
        solved_interval=wilson(solved, config.nets),
        accuracy=accuracy(model, within.to(device)),
        never_stop=never_stop(within),
        history=_losses(history),
        states=language.states(config.length),
        machine=smallest_machine(language, longest=min(config.length, MACHINE_LONGEST)),
        shown=ShownRecurrent(
            net=shown, steps=_steps(model, shown, language, config.length), one_by_one=one_by_one,
            symbols_one_by_one=ONE_BY_ONE,
        ),
        walk=as_text(language, walked),
        **vars(analyses),
        seconds=history.seconds,
        provenance=made,
        arrays=_arrays(model, shown, walked) | {f"portrait.{name}": array for name, array in portrait.items()},
        weights=weights | snapped,
    )  # fmt: skip


def _losses(history: History) -> tuple[EnsembleLoss, ...]:
    moments = zip(history.updates, history.metrics, strict=True)
    return tuple(EnsembleLoss(update=update, **metrics) for update, metrics in moments)


def choose(first_failure: Sequence[int | None]) -> int:
    """Return the net to show: the one with the latest first failure; of several such, the first."""
    reached = [float("inf") if failure is None else failure for failure in first_failure]
    return reached.index(max(reached))


def strings_sha256(language: Language, longest: int) -> str:
    """Return the SHA-256 of the strings that the nets must know."""
    return hashlib.sha256("\n".join(as_text(language, language.alone(longest))).encode()).hexdigest()


@torch.no_grad()
def _trace(model: SRN | LSTM, streams: Streams) -> Trace:
    trace: Trace = model(streams.symbols.to(model.bias.device))
    return trace


def _steps(model: SRN | LSTM, net: int, language: Language, longest: int) -> tuple[Step, ...]:
    """Return the predictions of one net on a short stream, symbol by symbol."""
    streams, states = language.example(longest), language.states(longest)
    trace = _trace(model, streams)
    logits = trace.logits[[net]].cpu()
    correct = right(logits, legal=streams.legal, scored=streams.scored)[0, 0]
    return tuple(
        Step(
            symbol=language.symbols[int(streams.symbols[0, t])],
            state=states[int(streams.state[0, t])],
            hidden=tuple(trace.hidden[net, 0, t].tolist()),
            probabilities=tuple(probabilities.tolist()),
            legal="".join(language.symbols[symbol] for symbol in streams.legal[0, t].nonzero()[:, 0].tolist()),
            determined=bool(streams.determined[0, t]),
            right=bool(correct[t]),
        )
        for t, probabilities in enumerate(logits[0, 0].softmax(-1))
    )


def _arrays(model: SRN | LSTM, net: int, streams: Streams) -> Arrays:
    """Return the states of one net after each symbol of each string, read one by one and joined end to end."""
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
    start = {name: model.weights()[name][net].cpu() for name in model.state_names}
    return {name: array.numpy() for name, array in (start | arrays).items()}
