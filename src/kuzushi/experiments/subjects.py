"""The experiment of a config, whatever its subject."""

import importlib

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
    module = importlib.import_module(f"kuzushi.experiments.{COMMANDS[type(config)].replace('-', '_')}")
    try:
        result: Result = module.run(config, journal=journal)
        return result
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error):
            raise
        raise ConfigError("there is not enough memory for this; give fewer nets, units or images") from error
