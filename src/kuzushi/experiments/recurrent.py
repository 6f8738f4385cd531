"""How recurrent nets are trained on strings: those of one run, or of several side by side as one ensemble."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Generator, Tensor

from kuzushi.analysis.exactness import exactness
from kuzushi.configs import SequencesConfig
from kuzushi.data.languages import Language
from kuzushi.data.streams import Streams
from kuzushi.experiments.together import TRAINING, merged
from kuzushi.models.recurrent import LSTM, MODELS, SRN, Trace, as_one
from kuzushi.runs import Journal
from kuzushi.training import Evaluation, History, Plan, fit, risen

STRINGS = 5
"""Strings in a training stream, as in the study."""
RISES = (0.3, 0.55)
"""The parts of the training between which noise, and the shrinking of links, rise to what they are from then on; the
worst symbols count from there. Before that a net may find a way to count that they would have kept from it."""
EVALUATIONS = 20
"""How often the nets are scored while they learn."""


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
    """The standard deviation of Gaussian noise on the inputs of an LSTM's forget gates, once it has risen: anew for
    each net, unit and symbol."""
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
        updates={"lstm": 14_000}, learning_rate={"lstm": 0.05}, optimiser="adam", batch=4, shared=True,
        near_identity=False, one_cycle=True, clip=1.0, weight_of_worst=1.0, forget_noise=3.0, shrink=0.2,
    ),
}  # fmt: skip


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
        shrink_rises=RISES if preset.shrink else (0.0, 0.0),
    )


def untrained(config: SequencesConfig, language: Language) -> SRN | LSTM:
    """The ensemble as it starts."""
    generator = Generator().manual_seed(config.seed)
    model = MODELS[config.model](config.nets, alphabet=len(language.symbols), hid=config.hid, generator=generator)
    if PRESETS[config.preset].near_identity and isinstance(model, SRN):
        model.start_near_identity()
    return model


def train(
    configs: Sequence[SequencesConfig], language: Language, *, device: torch.device, journal: Journal
) -> tuple[SRN | LSTM, History]:
    """Train the nets of one run, or side by side those of several that differ in nothing but seed and test strings.

    Beside others a run's nets start, and read, and are disturbed, exactly as they are alone. Only sums are taken in
    another order, so that weights part in the last digits, and in long trainings further.

    Args:
        journal: of the run; for several a journal that parts them, such as experiments.together.Together.
    """
    config, nets = configs[0], configs[0].nets
    preset, planned = PRESETS[config.preset], plan(config)
    model = as_one([untrained(each, language) for each in configs]).to(device)
    alone = language.alone(config.length).to(device)
    in_streams = language.side_by_side(config.length).to(device)

    def losses(update: int) -> Float[Tensor, " nets"]:
        loudness = risen(update / planned.updates, *RISES)
        given = lesson(configs, language, update, noise=loudness * preset.forget_noise)
        streams = given.streams.to(device)
        trace = read(model, streams, groups=given.groups, noise=given.noise)
        return loss_of(
            trace, streams, groups=given.groups, weight_of_free=preset.weight_of_free,
            worst=preset.weight_of_worst if loudness == 1.0 else 0.0,
        )  # fmt: skip

    def evaluate(mean: Float[Tensor, " nets"]) -> Evaluation:
        solved = exactness(model, alone=alone, side_by_side=in_streams).solved
        return merged([
            Evaluation(metrics={"loss": loss.median().item(), "solved": sum(solved[run * nets : (run + 1) * nets])})
            for run, loss in enumerate(mean.split(nets))
        ])  # fmt: skip

    return model, fit(model, losses, evaluate, planned, journal=journal, stage=TRAINING)


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What the nets read in one update."""

    streams: Streams
    groups: int
    """The nets are in so many equal groups, and each group reads an equal part of the streams, in order."""
    noise: Float[Tensor, "nets batch time hid"] | None
    """On the forget gates."""


def lesson(configs: Sequence[SequencesConfig], language: Language, update: int, *, noise: float) -> Lesson:
    """What the nets of each run read in one update, and the noise of this size that they read it with."""
    config, preset = configs[0], PRESETS[configs[0].preset]
    seeds = [np.random.SeedSequence([each.seed, update]).generate_state(1, np.uint64) for each in configs]
    generators = [Generator().manual_seed(int(drawn)) for (drawn,) in seeds]
    own = 1 if preset.shared else config.nets  # groups of nets in each run
    streams = language.draw(preset.batch * own, strings=STRINGS, longest=config.length, generators=generators)
    return Lesson(
        streams=streams,
        groups=own * len(configs),
        noise=noise * _gaussian(config, streams, generators) if noise else None,
    )


def _gaussian(
    config: SequencesConfig, streams: Streams, generators: Sequence[Generator]
) -> Float[Tensor, "nets batch time hid"]:
    """Standard Gaussian numbers for the units of every run, as many from its generator as its longest stream needs."""
    times = streams.present.sum(1).view(len(generators), -1).amax(1).tolist()
    drawn = torch.zeros(max(times), len(generators), config.nets, config.hid, PRESETS[config.preset].batch)
    for run, (time, generator) in enumerate(zip(times, generators, strict=True)):
        drawn[:time, run] = torch.randn(time, *drawn.shape[2:], generator=generator)
    return drawn.flatten(1, 2).permute(1, 3, 0, 2)


def read(
    model: SRN | LSTM, streams: Streams, *, groups: int, noise: Float[Tensor, "nets batch time hid"] | None = None
) -> Trace:
    """What the nets make of the streams of an update: all of the same, or each group of nets of its own."""
    symbols = streams.symbols if groups == 1 else streams.symbols.unflatten(0, (groups, -1))
    trace: Trace = model(symbols) if noise is None else model(symbols, forget_noise=noise)
    return trace


def loss_of(
    trace: Trace, streams: Streams, *, groups: int, weight_of_free: float, worst: float
) -> Float[Tensor, " nets"]:
    """The weighted mean over the symbols of each net's streams of -ln p(next symbol), in nats, and what the worst adds.

    The mean alone lets a cell that comes back to where it began come back a little too far: to be short of it would be
    seen in every symbol of the next phase, and to be beyond it in one symbol. To the worst symbol both are the same.
    """
    following, determined = streams.following, streams.determined
    weight = torch.where(determined, 1.0, weight_of_free) * streams.present
    if groups > 1:
        nets = len(trace.logits) // groups
        following, determined, weight = (
            each.unflatten(0, (groups, -1)).repeat_interleave(nets, 0) for each in (following, determined, weight)
        )  # (nets, batch, time)
    log_probabilities = trace.logits.log_softmax(-1)  # (nets, batch, time, alphabet)
    wanted = following.expand(log_probabilities.shape[:-1])  # (nets, batch, time)
    surprise = -log_probabilities.gather(-1, wanted[..., None]).squeeze(-1)
    loss = (surprise * weight).sum((1, 2)) / weight.sum((-2, -1))
    if worst:
        loss = loss + worst * (surprise * determined).amax(2).mean(1)
    return loss
