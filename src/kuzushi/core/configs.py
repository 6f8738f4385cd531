"""Settings of experiments: checks of their ranges, and the command that repeats a run."""

import dataclasses
import shlex
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from kuzushi.core.errors import ConfigError

Device = Literal["auto", "cpu", "cuda"]
POSITIONAL = "positional"
"""Key in a field's metadata: its values stand in the command line without a flag."""


@runtime_checkable
class Config(Protocol):
    """The settings of one run: a frozen dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    subject: ClassVar[str]
    """The command that runs it, and the `subject` of its result."""


def command(config: Config) -> str:
    """Return the shortest command line that runs this config again.

    Example: command(CharactersConfig(net="lin", seed=3)) -> "kuzushi characters --net lin --seed 3"
    """
    words = ["kuzushi", config.subject]
    for setting in dataclasses.fields(config):
        value = getattr(config, setting.name)
        if value != setting.default:
            values = value if isinstance(value, tuple) else () if value is True else (value,)
            flag = [] if setting.metadata.get(POSITIONAL) else [_flag(setting.name)]
            words += [*flag, *map(str, values)]
    return shlex.join(words)


def check_unused(config: Config, *names: str, why: str) -> None:
    """Raise ConfigError if one of these settings has no effect, but differs from its default."""
    for setting in dataclasses.fields(config):
        value = getattr(config, setting.name)
        if setting.name in names and value != setting.default:
            raise ConfigError(f"{_flag(setting.name)} {value}: {why}; leave it out")


def at_least(minimum: int, **settings: int) -> None:
    """Raise ConfigError if one of the settings is below the minimum."""
    for name, value in settings.items():
        if value < minimum:
            raise ConfigError(f"{_flag(name)} {value}: must be a whole number of at least {minimum}")


def at_most(maximum: int, **settings: int) -> None:
    """Raise ConfigError if one of the settings is above the maximum."""
    for name, value in settings.items():
        if value > maximum:
            raise ConfigError(f"{_flag(name)} {value}: must be at most {maximum}")


def above_zero(**settings: float) -> None:
    """Raise ConfigError if one of the settings is not a finite number above 0."""
    for name, value in settings.items():
        if not 0 < value < float("inf"):
            raise ConfigError(f"{_flag(name)} {value:g}: must be a number above 0")


def check_seed(seed: int) -> None:
    """Raise ConfigError if the seed is negative or does not fit into 64 bits."""
    at_least(0, seed=seed)
    at_most(2**63 - 1, seed=seed)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
