"""One entry per experiment: its settings, its result, and the modules that run and show it."""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from kuzushi.characters.comparison_results import ComparisonResult
from kuzushi.characters.configs import CharactersConfig, CompareConfig
from kuzushi.characters.results import CharactersResult
from kuzushi.core.configs import Config
from kuzushi.core.errors import ConfigError
from kuzushi.core.journal import Journal
from kuzushi.core.result_files import read_result
from kuzushi.core.results import Result
from kuzushi.perceptrons.configs import CheckerboardConfig, DesignConfig
from kuzushi.perceptrons.results import CheckerboardResult, DesignResult
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.failures_by_phase import PhasesConfig, PhasesResult
from kuzushi.sequences.results import SequencesResult
from kuzushi.sweep.configs import SweepConfig
from kuzushi.sweep.results import SweepResult

if TYPE_CHECKING:
    from kuzushi.core.sections import Section

Watch = Callable[[str, str, int, int], None]
"""Called during a download with the file, its source, the bytes that are here, and their total."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """The parts of an experiment; modules are named here and loaded when they are used."""

    config: type[Any]
    """A frozen dataclass: the options of the command."""
    result: type[Any]
    """A frozen dataclass; its `subject` is the name of the experiment."""
    run: str | None
    """The module with `run(config, *, journal)`, which returns the result.

    It may also have `prepare(config, *, watch)`, which fetches the data, and `is_unchanged(config, result, folder)`,
    which tells whether the files named in the settings are still those of a finished run."""
    data_sha256: str | None = None
    """The module with `data_sha256(config)`, the fingerprint of the points named in the settings; without torch.

    It returns None where they can no longer be read."""
    section: str
    """The module with `text(result)` for the terminal and `section(results)` for the page."""


EXPERIMENTS: Mapping[str, Experiment] = {
    "characters": Experiment(
        config=CharactersConfig,
        result=CharactersResult,
        run="kuzushi.characters.experiment",
        section="kuzushi.characters.section",
    ),
    "compare": Experiment(
        config=CompareConfig,
        result=ComparisonResult,
        run="kuzushi.characters.compare",
        section="kuzushi.characters.comparison_section",
    ),
    "checkerboard": Experiment(
        config=CheckerboardConfig,
        result=CheckerboardResult,
        run="kuzushi.perceptrons.experiment",
        data_sha256="kuzushi.perceptrons.boards",
        section="kuzushi.perceptrons.section.perceptrons",
    ),
    "design": Experiment(
        config=DesignConfig,
        result=DesignResult,
        run="kuzushi.perceptrons.minimal.experiment",
        data_sha256="kuzushi.perceptrons.boards",
        section="kuzushi.perceptrons.section.minimal",
    ),
    "sequences": Experiment(
        config=SequencesConfig,
        result=SequencesResult,
        run="kuzushi.sequences.experiment",
        section="kuzushi.sequences.section.experiment",
    ),
    "phases": Experiment(
        config=PhasesConfig,
        result=PhasesResult,
        run="kuzushi.sequences.failures_by_phase",
        section="kuzushi.sequences.failures_by_phase",
    ),
    "sweep": Experiment(config=SweepConfig, result=SweepResult, run=None, section="kuzushi.sweep.section"),
}
"""In the order of the page."""
SWEPT: Mapping[str, type[Any]] = {
    name: experiment.config for name, experiment in EXPERIMENTS.items() if hasattr(experiment.result, "measure")
}
"""The settings of the experiments that can be swept: those whose results have a score."""
RESULTS: Mapping[str, type[Any]] = {name: experiment.result for name, experiment in EXPERIMENTS.items()}


def load(folder: Path) -> Result:
    """Read a finished run back, without torch.

    Example: load(Path("runs/lin")).provenance.command -> "kuzushi characters --net lin"

    Raises:
        RunError: if the folder holds no finished run, or a field is missing or of the wrong type.
    """
    return read_result(folder, RESULTS)


def prepare(config: Config, *, watch: Watch = lambda *_: None) -> None:
    """Fetch the data that an experiment needs and this machine lacks.

    Args:
        watch: called with the file, its source, the bytes that are here, and their total.

    Raises:
        DataError: if they cannot be fetched or written.
    """
    module = _run_module(config)
    if hasattr(module, "prepare"):
        module.prepare(config, watch=watch)


def run(config: Config, *, journal: Journal) -> Result:
    """Run the experiment of these settings.

    Example: run(DesignConfig(), journal=Silent()) -> a DesignResult

    Raises:
        KuzushiError: for errors that the user can fix, also when memory runs out.
    """
    with _memory_errors():
        result: Result = _run_module(config).run(config, journal=journal)
        return result


def is_unchanged(config: Config, result: Result, folder: Path) -> bool:
    """Return whether the files and runs named in the settings are still those that the finished run was made of.

    Images are not read again: published sets are verified whenever they are read, and others take too long.

    Raises:
        KuzushiError: if the files can no longer be read.
    """
    module = _run_module(config)
    return bool(module.is_unchanged(config, result, folder)) if hasattr(module, "is_unchanged") else True


def points_sha256(config: Config) -> str | None:
    """Return the fingerprint of the points named in the settings, without torch; None where there are none."""
    module = EXPERIMENTS[config.subject].data_sha256
    found: str | None = None if module is None else importlib.import_module(module).data_sha256(vars(config)["data"])
    return found


def text(result: Result) -> str:
    """Return the text for the terminal after a run."""
    shown: str = importlib.import_module(EXPERIMENTS[result.subject].section).text(result)
    return shown


def section(name: str, results: Sequence[Result]) -> "Section":
    """Return the part of the page that shows the results of one experiment."""
    shown: Section = importlib.import_module(EXPERIMENTS[name].section).section(results)
    return shown


def _run_module(config: Config) -> ModuleType:
    module = EXPERIMENTS[config.subject].run
    assert module is not None, f"{config.subject} has a runner of its own"
    return importlib.import_module(module)


@contextmanager
def _memory_errors() -> Iterator[None]:
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error):
            raise
        raise ConfigError("there is not enough memory for this; give fewer nets, units or images") from error
