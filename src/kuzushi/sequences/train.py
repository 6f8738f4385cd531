"""Training of an ensemble on the strings of a language."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Generator, Tensor

from kuzushi.core.journal import Journal
from kuzushi.core.training import TRAINING, Evaluation, History, fit, linear_ramp
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.languages.language import Language, Streams
from kuzushi.sequences.nets import LSTM, MODELS, SRN, Trace
from kuzushi.sequences.recipes import PRESETS, RISES, STRINGS, plan
from kuzushi.sequences.score import Inputs, score


def untrained(config: SequencesConfig, language: Language) -> SRN | LSTM:
    """Return the ensemble before its first update."""
    generator = Generator().manual_seed(config.seed)
    model = MODELS[config.model](config.nets, alphabet=len(language.symbols), hid=config.hid, generator=generator)
    preset = PRESETS[config.preset]
    if isinstance(model, SRN):
        if preset.near_identity:
            model.start_near_identity()
        if preset.learns_start:
            model.learn_initial_state(generator)
    return model


def train(
    config: SequencesConfig, language: Language, *, device: torch.device, journal: Journal, stage: str = TRAINING
) -> tuple[SRN | LSTM, History]:
    """Train the nets of one run as one ensemble.

    Args:
        stage: the name of this training in the run, for its checkpoint and progress.
    """
    preset, planned = PRESETS[config.preset], plan(config)
    model = untrained(config, language).to(device)
    inputs = Inputs(language, config.length, config.length, device)

    def losses(update: int) -> Float[Tensor, " nets"]:
        part = linear_ramp(update / planned.updates, *RISES)
        streams, noise = batch_of(config, language, update, noise=part * preset.forget_noise)
        return loss_of(
            model, streams.to(device), shared=preset.shared, noise=noise, weight_of_free=preset.weight_of_free,
            weight_of_worst=preset.weight_of_worst if part == 1.0 else 0.0,
        )  # fmt: skip

    def evaluate(mean: Float[Tensor, " nets"]) -> Evaluation:
        solved = score(model, inputs).first_failure.count(None)
        return Evaluation(metrics={"loss": mean.median().item(), "solved": solved})

    return model, fit(model, losses, evaluate, planned, journal=journal, stage=stage)


def batch_of(
    config: SequencesConfig, language: Language, update: int, *, noise: float = 0.0
) -> tuple[Streams, Float[Tensor, "nets batch time hid"] | None]:
    """Return what the nets read in one update: streams, and noise of this size on the forget gates.

    Where the preset gives each net its own streams, those of the first net come first.
    """
    preset = PRESETS[config.preset]
    (seed,) = np.random.SeedSequence([config.seed, update]).generate_state(1, np.uint64)
    generator = Generator().manual_seed(int(seed))
    batch = preset.batch if preset.shared else preset.batch * config.nets
    streams = language.draw(batch, strings=STRINGS, longest=config.length, generator=generator)
    if not noise:
        return streams, None
    rows, time = streams.symbols.shape
    gaussian = torch.randn(time, config.nets, config.hid, rows, generator=generator)
    return streams, noise * gaussian.permute(1, 3, 0, 2)


def loss_of(
    model: SRN | LSTM,
    streams: Streams,
    *,
    shared: bool,
    noise: Float[Tensor, "nets batch time hid"] | None,
    weight_of_free: float,
    weight_of_worst: float,
) -> Float[Tensor, " nets"]:
    """Return the weighted mean of -ln p(next symbol) where one is asked, in nats, plus the part of the worst ones.

    The mean alone prefers a cell that comes back a little too far to where it began: falling short costs in every
    symbol of the next phase, going too far in one symbol. For the worst symbol both cost the same.

    Args:
        shared: whether all nets read all streams, rather than each net an equal part of them, in order.
    """
    symbols, following, determined = streams.symbols, streams.following, streams.determined
    weight = torch.where(determined, 1.0, weight_of_free) * streams.legal.any(-1)
    if not shared:
        symbols, following, determined, weight = (
            part.unflatten(0, (len(model.bias), -1)) for part in (symbols, following, determined, weight)
        )  # (nets, batch, time)
    trace: Trace = model(symbols) if noise is None else model(symbols, forget_noise=noise)
    log_probabilities = trace.logits.log_softmax(-1)  # (nets, batch, time, alphabet)
    wanted = following.expand(log_probabilities.shape[:-1])  # (nets, batch, time)
    surprise = -log_probabilities.gather(-1, wanted[..., None]).squeeze(-1)
    loss = (surprise * weight).sum((1, 2)) / weight.sum((-2, -1))
    if weight_of_worst:
        loss = loss + weight_of_worst * (surprise * determined).amax(2).mean(1)
    return loss
