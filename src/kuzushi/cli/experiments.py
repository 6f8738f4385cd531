"""The commands that run an experiment, and `reproduce`, which runs all experiments of the report.

Here and in the other modules of the command line, everything that loads torch or matplotlib is imported inside
functions, so that help and errors come at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from kuzushi.characters.configs import CharactersConfig, CompareConfig
from kuzushi.cli.report import write_page
from kuzushi.cli.terminal import print_message, print_result
from kuzushi.core.configs import Config
from kuzushi.core.errors import KuzushiError
from kuzushi.core.results import Result
from kuzushi.experiments import EXPERIMENTS
from kuzushi.perceptrons.configs import CheckerboardConfig, DesignConfig
from kuzushi.perceptrons.results import CheckerboardResult, Design, DesignResult, ShownPerceptron

if TYPE_CHECKING:
    from kuzushi.core.journal import Journal


@dataclass(frozen=True, kw_only=True)
class Output:
    """Options for saving a run and printing its result."""

    out: Path | None = None
    """The folder of the run: settings, progress, weights and result. Without it nothing is saved."""
    resume: bool = False
    """Continue the interrupted run in --out."""
    checkpoint_seconds: float = 5.0
    """Seconds between two checkpoints in --out: at most this much is lost when the run is interrupted."""
    json: bool = False
    """Print result.json on standard output, and nothing else."""


def reproduce(out: Path = Path("report")) -> None:
    """Run all experiments of the report and show them on one page, beside the published numbers.

    Args:
        out: The folder for the page and its runs. Finished runs are not repeated; interrupted ones are resumed.
    """
    from kuzushi.core.progress_bars import DownloadBars
    from kuzushi.reproduce import experiments

    with DownloadBars() as watch:
        runs = experiments(out / "runs", watch)
    images = {config.data for _, config in runs if isinstance(config, CharactersConfig)}
    if "kmnist" not in images:
        print_message(
            f"images: {', '.join(images)}; for those of the report, name a folder with kmnist in KUZUSHI_DATA"
        )
    results = []
    for name, config in runs:
        folder = out / "runs" / name
        results.append(run_in_folder(config, folder, resume=(folder / "config.json").is_file(), title=name))
    write_page(results, out / "index.html")


def compare(runs: Annotated[tuple[Path, ...], tyro.conf.Positional], output: Output, seed: int = 0) -> None:
    """Compare recognisers on the same images: which is better, which confusions stay, and why.

    Args:
        runs: Folders made with kuzushi characters --out, on the same images.
        seed: Seed of the clustering and of the shuffles.
    """
    run_experiment(CompareConfig(runs=tuple(map(str, runs)), seed=seed), output)


def checkerboard(config: CheckerboardConfig, output: Output, weights_out: Path | None = None) -> None:
    """Train perceptrons on the 3x3 checkerboard, or load one, and show what every hidden unit computes.

    Args:
        weights_out: Write the weights of the net in the figures to this JSON file; --set-weights and kuzushi verify
            read it.
    """
    result = run_experiment(config, output)
    if weights_out is not None and isinstance(result, CheckerboardResult):
        _write_weights(result.shown, result.act, weights_out)


def design(config: DesignConfig, output: Output, weights_out: Path | None = None) -> None:
    """Find the smallest step nets for labelled points, and prove that none is smaller.

    Args:
        weights_out: Write the weights of the first design to this JSON file; --set-weights and kuzushi verify read it.
    """
    result = run_experiment(config, output)
    if weights_out is not None and isinstance(result, DesignResult):
        if not result.designs:
            raise KuzushiError(f"--weights-out {weights_out}: there is no design to write")
        _write_weights(result.designs[0], "step", weights_out)


def experiment_commands() -> dict[str, Callable[..., None]]:
    """Return a command for every entry of the table of experiments."""
    own: dict[str, Callable[..., None]] = {"compare": compare, "checkerboard": checkerboard, "design": design}
    return {
        name: own.get(name) or _command(experiment.config)
        for name, experiment in EXPERIMENTS.items()
        if experiment.run is not None
    }


def _command(kind: type[Config]) -> Callable[..., None]:
    """Return the command of an experiment whose options are its settings."""

    def command(config: Config, output: Output) -> None:
        run_experiment(config, output)

    command.__annotations__ |= {"config": kind}
    command.__doc__ = kind.__doc__
    return command


def run_experiment(config: Config, output: Output) -> Result:
    """Run an experiment, save it if a folder is given, and print its result."""
    from kuzushi.core.journal import Silent
    from kuzushi.core.result_files import to_json
    from kuzushi.experiments import text

    if output.resume and output.out is None:
        raise KuzushiError("--resume: needs the folder of the interrupted run; give it with --out")
    if not output.checkpoint_seconds >= 0:
        raise KuzushiError(f"--checkpoint-seconds {output.checkpoint_seconds:g}: must be a number of at least 0")
    if output.out is None:
        result = _run(config, Silent(), title=config.subject)
    else:
        result = run_in_folder(
            config, output.out, resume=output.resume, title=config.subject, every=output.checkpoint_seconds
        )
    print_result(to_json(result).decode() if output.json else text(result))
    if output.out is None:
        print_message("not saved; add --out DIR to save the run, and kuzushi report DIR to draw its figures")
    else:
        print_message(f"saved in {output.out}; kuzushi report {output.out} draws its figures")
    return result


def run_in_folder(
    config: Config, folder: Path, *, resume: bool, title: str, every: float = Output.checkpoint_seconds
) -> Result:
    """Run an experiment in a folder; on resuming a finished run, only read its result.

    Args:
        every: seconds between two checkpoints.
    """
    from kuzushi.core.run_folder import RunFolder

    if resume and (folder / "result.json").is_file():
        return _finished(config, folder)
    with RunFolder(folder, resume=resume, every=every) as journal:
        result = _run(config, journal, title=title)
        journal.finish(result)
        return result


def _finished(config: Config, folder: Path) -> Result:
    """Return the result of a finished run, if its settings are these and the files that they name are unchanged."""
    from kuzushi.experiments import is_unchanged, load

    result = load(folder)
    if result.config != config:
        raise KuzushiError(f"{folder}: holds a run of other settings; give another --out, or delete it")
    if not is_unchanged(config, result, folder):
        raise KuzushiError(
            f"{folder}: holds a run of the same settings, but the files or runs that they name have changed since; "
            "give another --out, or delete it"
        )
    made = result.provenance
    print_message(f"{folder}: already finished, by kuzushi {made.kuzushi}{f' at {made.commit}' if made.commit else ''}")
    return result


def _run(config: Config, journal: "Journal", *, title: str) -> Result:
    """Run an experiment with progress bars."""
    from kuzushi.core.progress_bars import DownloadBars, StageBars
    from kuzushi.experiments import prepare, run

    with DownloadBars() as watch:
        prepare(config, watch=watch)
    with StageBars(title, journal) as bars:
        return run(config, journal=bars)


def _write_weights(net: ShownPerceptron | Design, act: str, path: Path) -> None:
    from kuzushi.core.files import write_atomic
    from kuzushi.core.result_files import json_object

    names = ("hidden_weight", "hidden_bias", "output_weight", "output_bias")
    write_atomic(path, json_object({name: getattr(net, name) for name in names} | {"act": act}))
    print_message(f"weights in {path}; kuzushi verify {path} judges them")
