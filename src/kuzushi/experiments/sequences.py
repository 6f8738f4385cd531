"""Sequences: train an ensemble of recurrent nets to predict the next symbol, and score it by whole strings."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Generator, Tensor

from kuzushi.analysis.exactness import Exactness, exactness, never_stop, right
from kuzushi.analysis.intervals import wilson
from kuzushi.analysis.machines import smallest_machine
from kuzushi.configs import SequencesConfig
from kuzushi.data.languages import Language, named, spelled
from kuzushi.data.streams import Streams
from kuzushi.experiments.device import one_thread, pick
from kuzushi.models.recurrent import LSTM, MODELS, SRN, Trace
from kuzushi.results import Arrays, EnsembleLoss, SequencesResult, ShownRecurrent, Step
from kuzushi.runs import Journal, Silent, provenance
from kuzushi.training import Evaluation, History, Plan, fit

STRINGS = 5
"""Strings in a training stream, as in the study."""
EVALUATIONS = 20
"""How often the nets are scored while they learn."""
MACHINE_LONGEST = 4
"""The largest n of the machine that is drawn, as in the study; those of longer strings have no room on a page."""
WALKED = 20
"""The most test strings that are followed symbol by symbol for the figures."""
SILENT: Journal = Silent()


@dataclass(frozen=True, kw_only=True)
class Preset:
    """How an ensemble is trained."""

    updates: dict[str, int]
    learning_rate: dict[str, float]
    optimiser: Literal["sgd", "adam"]
    batch: int
    """Streams in an update."""
    shared: bool
    """Whether all nets read the same streams, rather than each its own."""
    near_identity: bool
    """Whether the recurrent weights of an SRN start near the identity."""
    weight_decay: float = 0.0
    one_cycle: bool = False
    clip: float | None = None


PRESETS = {
    "report": Preset(
        updates={"srn": 100_000, "lstm": 100_000}, learning_rate={"srn": 0.005, "lstm": 0.005}, optimiser="sgd",
        batch=1, shared=False, near_identity=False, weight_decay=1e-4,
    ),
    "fast": Preset(
        updates={"srn": 3_000, "lstm": 1_000}, learning_rate={"srn": 0.06, "lstm": 0.02}, optimiser="adam",
        batch=16, shared=True, near_identity=True, one_cycle=True, clip=1.0,
    ),
}  # fmt: skip


@one_thread()
def run(config: SequencesConfig, *, journal: Journal = SILENT) -> SequencesResult:
    """Train the nets, find the first string that each of them fails, and follow the one that goes furthest.

    Raises:
        KuzushiError: if the language is not known, or the device is not there.
    """
    device = pick(config.device)
    language = named(config.lang)
    model = _model(config, language).to(device)
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    fingerprint = _fingerprint(language, config.length)
    journal.begin(config, made, fingerprint)
    history = _train(model, language, config, device=device, journal=journal)

    alone = language.alone(config.test_length).to(device)
    score = exactness(model, alone=alone, side_by_side=language.side_by_side(config.length).to(device))
    shown = choose(score)
    walked = language.alone(config.length).first(WALKED)
    solved = sum(score.solved)
    return SequencesResult(
        config=config,
        data_sha256=fingerprint,
        language=config.lang,
        symbols=language.symbols,
        model=config.model,
        hid=config.hid,
        nets=config.nets,
        trained_length=score.trained,
        tested_length=score.tested,
        first_failure=score.first_failure,
        solved=solved,
        solved_interval=wilson(solved, config.nets),
        accuracy=score.accuracy,
        never_stop=never_stop(alone),
        history=tuple(
            EnsembleLoss(update=update, **metrics)
            for update, metrics in zip(history.updates, history.metrics, strict=True)
        ),
        states=language.states(config.length),
        machine=smallest_machine(language, longest=min(config.length, MACHINE_LONGEST)),
        shown=ShownRecurrent(net=shown, steps=_steps(model, shown, language, config.length)),
        walk=spelled(language, walked),
        seconds=history.seconds,
        provenance=made,
        arrays=_arrays(model, shown, walked),
        weights={name: weight.detach().cpu().numpy() for name, weight in model.named_parameters()},
    )


def plan(config: SequencesConfig) -> Plan:
    """How the preset trains; "report" is the study's, at a constant learning rate."""
    preset = PRESETS[config.preset]
    updates = config.updates or preset.updates[config.model]
    return Plan(
        updates=updates,
        evaluate_every=-(-updates // EVALUATIONS),
        optimiser=preset.optimiser,
        learning_rate=preset.learning_rate[config.model],
        weight_decay=preset.weight_decay,
        one_cycle=preset.one_cycle,
        clip=preset.clip,
    )


def choose(score: Exactness) -> int:
    """The net to show: the one that goes furthest without a failure; of several such, the first."""
    reached = [float("inf") if failure is None else failure for failure in score.first_failure]
    return reached.index(max(reached))


def _model(config: SequencesConfig, language: Language) -> SRN | LSTM:
    generator = Generator().manual_seed(config.seed)
    model = MODELS[config.model](config.nets, alphabet=len(language.symbols), hid=config.hid, generator=generator)
    if PRESETS[config.preset].near_identity and isinstance(model, SRN):
        model.start_near_identity()
    return model


def _train(
    model: SRN | LSTM, language: Language, config: SequencesConfig, *, device: torch.device, journal: Journal
) -> History:
    preset = PRESETS[config.preset]
    alone = language.alone(config.length).to(device)
    side_by_side = language.side_by_side(config.length).to(device)

    def losses(update: int) -> Float[Tensor, " nets"]:
        (drawn,) = np.random.SeedSequence([config.seed, update]).generate_state(1, np.uint64)
        streams = language.draw(
            preset.batch * (1 if preset.shared else config.nets),
            strings=STRINGS,
            longest=config.length,
            generator=Generator().manual_seed(int(drawn)),
        ).to(device)
        return _cross_entropy(model, streams, shared=preset.shared)

    def evaluate(mean: Float[Tensor, " nets"]) -> Evaluation:
        score = exactness(model, alone=alone, side_by_side=side_by_side)
        return Evaluation(metrics={"loss": mean.median().item(), "solved": sum(score.solved)})

    return fit(model, losses, evaluate, plan(config), journal=journal, stage="train")


def _cross_entropy(model: SRN | LSTM, streams: Streams, *, shared: bool) -> Float[Tensor, " nets"]:
    """The mean over the symbols of each net's streams of -ln p(next symbol), in nats."""
    nets = len(model.bias)
    symbols, following, present = streams.symbols, streams.following, streams.present
    if not shared:
        symbols, following, present = (each.view(nets, -1, each.shape[1]) for each in (symbols, following, present))
    trace: Trace = model(symbols)
    log_probabilities = trace.logits.log_softmax(-1)  # (nets, batch, time, alphabet)
    wanted = following.expand(log_probabilities.shape[:-1])  # (nets, batch, time)
    surprise = -log_probabilities.gather(-1, wanted[..., None]).squeeze(-1)
    return (surprise * present).sum((1, 2)) / present.sum((-2, -1))


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
    arrays = {"state": streams.state[present], "string": string[present], "hidden": trace.hidden[net].cpu()[present]}
    if trace.cell is not None and trace.gates is not None:
        arrays |= {"cell": trace.cell[net].cpu()[present], "gates": trace.gates[net].cpu()[present]}
    return {name: array.numpy() for name, array in arrays.items()}
