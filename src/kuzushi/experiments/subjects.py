"""The experiment of a config, whatever its subject."""

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kuzushi.configs import COMMANDS, CharactersConfig, Config, WidthSearchConfig
from kuzushi.data.transfer import Watch
from kuzushi.errors import ConfigError
from kuzushi.experiments import datasets
from kuzushi.results import Result
from kuzushi.runs import Journal


def prepare(config: Config, *, watch: Watch) -> None:
    """Fetch the images that an experiment needs, if they are of a published set and not here.

    Raises:
        DataError: if no mirror gives them, or they cannot be kept.
    """
    if isinstance(config, CharactersConfig | WidthSearchConfig):
        datasets.prepare(config.data, watch=watch)


def run(config: Config, *, journal: Journal) -> Result:
    """Run the experiment of the config's subject.

    Example: run(WidthsConfig(nets=10), journal=Silent()) -> a WidthsResult

    Raises:
        KuzushiError: if a person can mend what is wrong; there being too little memory is such a thing.
    """
    with _too_little_memory_told():
        result: Result = _experiment(config).run(config, journal=journal)
        return result


def train_together(configs: Sequence[Config], *, journals: Sequence[Journal]) -> None:
    """Train the nets of runs that differ in nothing but their seeds as one ensemble, those that have not begun alone.

    Each run's journal then holds a training that is done; `run` goes on from it.

    Raises:
        KuzushiError: if a person can mend what is wrong, or the runs had begun together with others.
    """
    from kuzushi.experiments.together import to_be_trained  # which loads torch

    left = to_be_trained(journals)
    if len(left) > 1:
        with _too_little_memory_told():
            _experiment(configs[0]).train_together(
                [configs[place] for place in left], journals=[journals[place] for place in left]
            )


def _experiment(config: Config) -> Any:
    return importlib.import_module(f"kuzushi.experiments.{COMMANDS[type(config)].replace('-', '_')}")


@contextmanager
def _too_little_memory_told() -> Iterator[None]:
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error):
            raise
        raise ConfigError("there is not enough memory for this; give fewer nets, units or images") from error
