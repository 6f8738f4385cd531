"""Sequences: train an ensemble of recurrent nets to predict the next symbol, and score it by whole strings."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Generator, Tensor

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
from kuzushi.models.recurrent import LSTM, MODELS, SRN, Noise, Trace
from kuzushi.results import Arrays, EnsembleLoss, SequencesResult, ShownRecurrent, Step
from kuzushi.runs import Journal, Silent, provenance
from kuzushi.training import Evaluation, History, Plan, fit

STRINGS = 5
"""Strings in a training stream, as in the study."""
RISING = 0.35
"""The part of the training over which noise rises to what it is from then on; the worst symbols count from there."""
SCORED = 50
"""The share of right symbols is taken over strings up to this n, or up to the trained one where that is larger."""
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
    weight_of_free: float = 1.0
    """What a symbol counts in the loss where the next one is not determined, beside 1 where it is."""
    weight_of_worst: float = 0.0
    """What the worst symbol of each stream counts beside the mean, of those after which the next is determined."""
    forget_noise: float = 0.0
    """Noise.forget, as it is once it has risen."""
    shrink: float = 0.0
    """See Plan.shrink; of the recurrent weights."""
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
        batch=16, shared=True, near_identity=True, one_cycle=True, clip=1.0, weight_of_free=3.0,
    ),
    "counting": Preset(
        updates={"lstm": 5_000}, learning_rate={"lstm": 0.05}, optimiser="adam", batch=4, shared=True,
        near_identity=False, one_cycle=True, clip=1.0, weight_of_worst=1.0, forget_noise=3.0, shrink=0.2,
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
    model = untrained(config, language).to(device)
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    fingerprint = _fingerprint(language, config.length)
    journal.begin(config, made, fingerprint)
    history = _train(model, language, config, device=device, journal=journal)

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
        provenance=made,
        arrays=_arrays(model, shown, walked) | {f"portrait.{name}": array for name, array in portrait.items()},
        weights=weights | snapped,
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
        shrink={"weight_hh": preset.shrink} if preset.shrink else {},
    )


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


def untrained(config: SequencesConfig, language: Language) -> SRN | LSTM:
    """The ensemble as it starts."""
    generator = Generator().manual_seed(config.seed)
    model = MODELS[config.model](config.nets, alphabet=len(language.symbols), hid=config.hid, generator=generator)
    if PRESETS[config.preset].near_identity and isinstance(model, SRN):
        model.start_near_identity()
    return model


def _train(
    model: SRN | LSTM, language: Language, config: SequencesConfig, *, device: torch.device, journal: Journal
) -> History:
    preset, planned = PRESETS[config.preset], plan(config)
    alone = language.alone(config.length).to(device)
    side_by_side = language.side_by_side(config.length).to(device)

    def losses(update: int) -> Float[Tensor, " nets"]:
        (drawn,) = np.random.SeedSequence([config.seed, update]).generate_state(1, np.uint64)
        generator = Generator().manual_seed(int(drawn))
        streams = language.draw(
            preset.batch * (1 if preset.shared else config.nets),
            strings=STRINGS,
            longest=config.length,
            generator=generator,
        ).to(device)
        risen = min(1.0, update / (RISING * planned.updates))
        noise = Noise(forget=risen * preset.forget_noise, generator=generator) if preset.forget_noise else None
        trace = read(model, streams, preset, noise=noise)
        return loss_of(trace, streams, preset, worst=preset.weight_of_worst if risen == 1.0 else 0.0)

    def evaluate(mean: Float[Tensor, " nets"]) -> Evaluation:
        score = exactness(model, alone=alone, side_by_side=side_by_side)
        return Evaluation(metrics={"loss": mean.median().item(), "solved": sum(score.solved)})

    return fit(model, losses, evaluate, planned, journal=journal, stage="train")


def read(model: SRN | LSTM, streams: Streams, preset: Preset, *, noise: Noise | None) -> Trace:
    """What the nets make of the streams of an update: all of the same, or each net of its own."""
    symbols = streams.symbols if preset.shared else streams.symbols.view(len(model.bias), -1, streams.symbols.shape[1])
    trace: Trace = model(symbols) if noise is None else model(symbols, noise=noise)
    return trace


def loss_of(trace: Trace, streams: Streams, preset: Preset, *, worst: float) -> Float[Tensor, " nets"]:
    """The weighted mean over the symbols of each net's streams of -ln p(next symbol), in nats, and what the worst adds.

    The mean alone lets a cell that comes back to where it began come back a little too far: to be short of it would be
    seen in every symbol of the next phase, and to be beyond it in one symbol. To the worst symbol both are the same.
    """
    following, determined = streams.following, streams.determined
    weight = torch.where(determined, 1.0, preset.weight_of_free) * streams.present
    if not preset.shared:
        following, determined, weight = (
            each.view(len(trace.logits), -1, each.shape[1]) for each in (following, determined, weight)
        )
    log_probabilities = trace.logits.log_softmax(-1)  # (nets, batch, time, alphabet)
    wanted = following.expand(log_probabilities.shape[:-1])  # (nets, batch, time)
    surprise = -log_probabilities.gather(-1, wanted[..., None]).squeeze(-1)
    loss = (surprise * weight).sum((1, 2)) / weight.sum((-2, -1))
    if worst:
        loss = loss + worst * (surprise * determined).amax(2).mean(1)
    return loss


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
