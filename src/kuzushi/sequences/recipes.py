"""Recipes of training: optimiser, learning rate, batch and noise of each preset."""

from dataclasses import dataclass
from typing import Literal

from kuzushi.core.training import Plan
from kuzushi.sequences.configs import SequencesConfig

STRINGS = 5
"""Strings in a training stream, as in the report."""
RISES = (0.3, 0.55)
"""The fractions of the training between which noise and the shrinking of links rise from 0 to their full size; the
worst symbols count from the second one on. Before, nets find ways to count that these would prevent."""
EVALUATIONS = 20
"""How often the nets are scored during training."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The settings with which an ensemble is trained."""

    updates: dict[str, int]
    learning_rate: dict[str, float]
    optimiser: Literal["sgd", "adam"]
    batch: int
    """Streams in an update."""
    shared: bool
    """Whether all nets read the same streams, rather than each its own."""
    near_identity: bool
    """Whether the recurrent weights of an SRN start near the identity."""
    learns_start: bool = False
    """Whether an SRN learns its initial state, h_0 = tanh(H0)."""
    weight_of_free: float = 1.0
    """The weight in the loss of a symbol after which the next one is not determined; 1 where it is."""
    weight_of_worst: float = 0.0
    """The weight in the loss of the worst symbol of each stream, of those after which the next one is determined."""
    forget_noise: float = 0.0
    """The standard deviation of Gaussian noise on the inputs of an LSTM's forget gates, at its full size."""
    shrink: float = 0.0
    """See Plan.shrink; of the recurrent weights."""
    weight_decay: float = 0.0
    one_cycle: bool = False
    clip: float | None = None


PRESETS = {
    "report": Preset(
        updates={"srn": 100_000, "lstm": 100_000}, learning_rate={"srn": 0.005, "lstm": 0.005}, optimiser="sgd",
        batch=1, shared=False, near_identity=False, learns_start=True, weight_decay=1e-4,
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
    """Return the plan of the preset; "report" is the report's own, at a constant learning rate."""
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
