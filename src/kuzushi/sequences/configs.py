"""Settings of the experiments on recurrent nets."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from kuzushi.core.configs import Device, at_least, at_most, check_seed
from kuzushi.core.errors import ConfigError

LONGEST_TRAINED, LONGEST_TESTED = 100, 2_000
"""Limits of n: a test has every ordered pair of lengths side by side, and memory is limited."""


@dataclass(frozen=True, kw_only=True)
class SequencesConfig:
    """Train recurrent nets to predict the next symbol of a formal language, and draw what their units do."""

    subject: ClassVar[str] = "sequences"

    lang: str = "anb2n"
    """reber, reber-embedded, anbn, anb2n, anbncn, anb2nc3n, dyck1, or letters with their ratios such as a2b3."""
    model: Literal["srn", "lstm"] = "srn"
    """srn: Elman's simple recurrent network. lstm: long short-term memory with a forget gate."""
    preset: Literal["report", "fast", "counting"] = "fast"
    """report: SGD, one stream of five strings per update, 100,000 updates. fast: Adam on batches of streams.

    counting: for the LSTM; noise on forget gates, and links at 0 that are not needed."""
    hid: int = 2
    """Hidden units."""
    length: int = 4
    """The largest n of the training strings (a^n b^n and its kin)."""
    test_length: int = 50
    """The largest n that is tested."""
    reset: Literal["auto", "yes", "no"] = "auto"
    """yes: put the net back to its initial state after each string, and do not ask what follows its end. auto: for the
    Reber grammars only, as in the coursework."""
    nets: int = 64
    """Nets trained at once, each from its own random start."""
    updates: int | None = None
    """Weight updates; unless given 100,000 for the preset report, 14,000 for counting, and for fast 3,000 (srn) or
    1,000 (lstm)."""
    seed: int = 0
    """Seed of weights and strings."""
    device: Device = "auto"
    """auto takes the GPU where there is one."""

    def __post_init__(self) -> None:
        at_least(1, hid=self.hid, length=self.length, nets=self.nets)
        at_most(LONGEST_TRAINED, length=self.length)
        at_most(LONGEST_TESTED, test_length=self.test_length)
        check_seed(self.seed)
        if self.updates is not None:
            at_least(1, updates=self.updates)
        if self.preset == "counting" and self.model != "lstm":
            raise ConfigError(f"--preset counting: is for --model lstm, whose gates it saturates; got {self.model}")
        if self.test_length < self.length:
            raise ConfigError(
                f"--test-length {self.test_length}: must reach at least the training length, --length {self.length}"
            )
