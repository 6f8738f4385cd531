"""A config run as a command does it: with bars on the terminal, kept in a folder where one is given."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kuzushi import configs
from kuzushi.configs import Config
from kuzushi.errors import KuzushiError
from kuzushi.results import Result
from kuzushi.terminal import say, write

if TYPE_CHECKING:
    from kuzushi.runs import Journal


@dataclass(frozen=True, kw_only=True)
class Output:
    """Where the result goes."""

    out: Path | None = None
    """A folder to keep the run in: settings, progress, weights and result. Without it nothing is kept."""
    resume: bool = False
    """Go on with the stopped run in --out."""
    checkpoint_seconds: float = 5.0
    """Seconds between two checkpoints in --out at least: what is lost if the run is stopped."""
    json: bool = False
    """Print result.json on standard output, and nothing else there."""


def experiment(config: Config, output: Output) -> Result:
    """Run an experiment, keep it where it is to be kept, and tell what was found."""
    from kuzushi.report.page import text
    from kuzushi.runs import Silent, to_json

    if output.resume and output.out is None:
        raise KuzushiError("--resume: needs the folder of the stopped run; give it with --out")
    if not output.checkpoint_seconds >= 0:
        raise KuzushiError(f"--checkpoint-seconds {output.checkpoint_seconds:g}: must be a number of at least 0")
    if output.out is None:
        result = _run(config, Silent(), title=_subject(config))
    else:
        result = kept(config, output.out, resume=output.resume, title=_subject(config), every=output.checkpoint_seconds)
    write(to_json(result).decode() if output.json else text(result))
    if output.out is None:
        say("nothing was kept; with --out RUN the run is, and kuzushi report RUN draws its figures")
    else:
        say(f"kept in {output.out}; kuzushi report {output.out} draws its figures")
    return result


def kept(config: Config, folder: Path, *, resume: bool, title: str, every: float = Output.checkpoint_seconds) -> Result:
    """The result of a run that is kept in a folder; on resuming one that is finished, it is only read."""
    from kuzushi.runs import RunFolder

    if resume and (folder / "result.json").is_file():
        return _finished(config, folder)
    with RunFolder(folder, resume=resume, every=every) as journal:
        result = _run(config, journal, title=title)
        journal.finish(result)
        return result


def _finished(config: Config, folder: Path) -> Result:
    """The result of a finished run, if it is of this config, and the files that it names are what they were."""
    from kuzushi.experiments.unchanged import is_unchanged
    from kuzushi.runs import load

    result = load(folder)
    if result.config != config:
        raise KuzushiError(f"{folder}: holds a run of other settings; give another --out, or delete it")
    if not is_unchanged(config, result, folder):
        raise KuzushiError(
            f"{folder}: holds a run of the same settings on what was then in their files or runs, which has changed; "
            "give another --out, or delete it"
        )
    made = result.provenance
    say(f"{folder}: done already, by kuzushi {made.kuzushi}{f' at {made.commit}' if made.commit else ''}")
    return result


def _run(config: Config, journal: "Journal", *, title: str) -> Result:
    """Run the experiment of the config's subject, with progress bars."""
    from kuzushi.experiments.subjects import prepare, run
    from kuzushi.progress import Bars, Downloads

    with Downloads() as watch:
        prepare(config, watch=watch)
    with Bars(title, journal) as bars:
        return run(config, journal=bars)


def _subject(config: Config) -> str:
    return configs.COMMANDS[type(config)]
