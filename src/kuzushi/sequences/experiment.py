"""Sequences: train an ensemble of recurrent nets to predict the next symbol, and score it by whole strings."""

import hashlib
from dataclasses import replace

import torch

from kuzushi.core.device import one_thread, select_device
from kuzushi.core.journal import Journal, Silent
from kuzushi.core.provenance import provenance
from kuzushi.core.results import Arrays
from kuzushi.core.statistics import wilson
from kuzushi.sequences.analyses import analyse
from kuzushi.sequences.automata.finite_automata import smallest_machine
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.languages.language import Language, Streams, as_text
from kuzushi.sequences.languages.reber import Grammar
from kuzushi.sequences.nets import LSTM, SRN, Trace
from kuzushi.sequences.results import EnsembleLoss, SequencesResult, ShownRecurrent, Step
from kuzushi.sequences.score import Exactness, exactness, never_stop, right
from kuzushi.sequences.train import train

SCORED = 50
"""The share of right symbols is over the strings up to this n, or up to the trained one if that is larger."""
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
    language = get_language(config.lang)
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    fingerprint = strings_sha256(language, config.length)
    journal.begin(config, made, fingerprint)
    model, history = train(config, language, device=device, journal=journal)

    score = _score(model, language, config, device=device)
    shown = choose(score)
    tested = score.scored if isinstance(language, Grammar) else config.test_length
    found, snapped = analyse(model, language, score, shown=shown, tested=tested, seed=config.seed)
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
        walk=as_text(language, walked),
        **vars(found),
        seconds=history.seconds,
        provenance=made,
        arrays=_arrays(model, shown, walked) | {f"portrait.{name}": array for name, array in portrait.items()},
        weights=weights | snapped,
    )


def _score(model: SRN | LSTM, language: Language, config: SequencesConfig, *, device: torch.device) -> Exactness:
    """Score all nets on every test string up to a length, and those that have not failed on longer ones."""
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
    """Return the net to show: the one with the latest first failure; of several such, the first."""
    reached = [float("inf") if failure is None else failure for failure in score.first_failure]
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
    return {name: array.numpy() for name, array in arrays.items()}
