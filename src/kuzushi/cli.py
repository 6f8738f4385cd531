"""The command line: options -> config -> experiment -> files and text. The only place that prints and exits."""

import contextlib
import functools
import importlib
import io
import itertools
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import tyro

from kuzushi import configs
from kuzushi.configs import CharactersConfig, CheckerboardConfig, Config, SequencesConfig
from kuzushi.errors import KuzushiError
from kuzushi.results import Result

if TYPE_CHECKING:
    from kuzushi.runs import Journal

# Everything that loads torch or matplotlib is imported where it is used: help and errors come at once.


@dataclass(frozen=True, kw_only=True)
class Output:
    """Where the result goes."""

    out: Path | None = None
    """A folder to keep the run in: settings, progress, weights and result. Without it nothing is kept."""
    resume: bool = False
    """Go on with the stopped run in --out."""
    json: bool = False
    """Print result.json on standard output, and nothing else there."""


def characters(config: CharactersConfig, output: Output) -> None:
    """Train a recogniser of cursive kana, and show what it confuses."""
    _experiment(config, output)


def checkerboard(config: CheckerboardConfig, output: Output) -> None:
    """Train perceptrons on the 3x3 checkerboard, or load one, and show what every hidden unit computes."""
    _experiment(config, output)


def sequences(config: SequencesConfig, output: Output) -> None:
    """Train recurrent nets on a formal language, and show what their hidden units do."""
    _experiment(config, output)


def report(
    runs: Annotated[tuple[Path, ...], tyro.conf.Positional],
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("report.html"),
    figures: Path | None = None,
) -> None:
    """Lay out the figures and tables of finished runs on one HTML page.

    Args:
        runs: Folders made with --out.
        out: The file to write; one that is there is replaced.
        figures: Also write every figure as a PNG file into this folder.
    """
    from kuzushi.runs import load

    if not runs:
        raise KuzushiError("report: no runs given; name one or more folders made with --out")
    results = [load(folder) for folder in runs]
    if figures is not None:
        _write_figures(results, figures)
    _write_page(results, out)


def reproduce(out: Path = Path("report")) -> None:
    """Do the whole study anew: all three subjects, on one page beside the published numbers.

    Args:
        out: The folder for the page and its runs. What is finished there is not done again; what was stopped goes on.
    """
    from kuzushi.reproduce import study

    experiments = study()
    images = {config.data for _, config in experiments if isinstance(config, CharactersConfig)}
    if "kmnist" not in images:
        _say(f"images: {', '.join(images)}; for the study's, name a folder with the files of kmnist in KUZUSHI_DATA")
    results = []
    for name, config in experiments:
        folder = out / "runs" / name
        results.append(_kept(config, folder, resume=(folder / "config.json").is_file(), title=name))
    _write_page(results, out / "index.html")


COMMANDS: dict[str, Callable[..., None]] = {
    "reproduce": reproduce,
    "characters": characters,
    "checkerboard": checkerboard,
    "sequences": sequences,
    "report": report,
}


def main() -> NoReturn:
    """Run one command and exit: 0 when it is done, 2 when a person can mend what was wrong, 130 on Ctrl-C."""
    # Threads that wait without spinning: beside other work the small nets here are then several times faster.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # kana on a terminal that cannot show them become ?
            stream.reconfigure(errors="replace")
    try:
        _parse(sys.argv[1:])()
    except KuzushiError as error:
        _say(f"kuzushi: {' '.join(str(error).split())}")
        sys.exit(2)
    except KeyboardInterrupt:
        _say("kuzushi: stopped; what is kept goes on with the same command, an experiment also needs --resume")
        sys.exit(130)
    sys.exit(0)


def _complete(words: Sequence[str]) -> list[str]:
    """A bare --set-weights, as the study wrote it, means the study's own weights."""
    completed = []
    for place, word in enumerate(words):
        completed.append(word)
        following = words[place + 1 : place + 2]
        if word in ("--set-weights", "--set_weights") and (not following or following[0].startswith("--")):
            completed.append("report")
    return completed


def _parse(words: Sequence[str]) -> Callable[[], None]:
    """What the command line asks for, not yet done.

    Raises:
        KuzushiError: if it cannot be understood.
    """
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            asked: Callable[[], None] = tyro.extras.subcommand_cli_from_dict(
                {name: _later(function) for name, function in COMMANDS.items()},
                prog="kuzushi",
                description="A laboratory for small neural networks.",
                args=_complete(words),
                config=(tyro.conf.OmitArgPrefixes,),
            )
    except SystemExit as stop:
        if not stop.code:  # help was asked for, and printed
            raise
        raise KuzushiError(_first_paragraph(said.getvalue())) from None
    return asked


def _later(function: Callable[..., None]) -> Callable[..., Callable[[], None]]:
    """The command with the same options, which is to be called once more without any."""

    @functools.wraps(function)
    def bound(*args: Any, **options: Any) -> Callable[[], None]:
        return functools.partial(function, *args, **options)

    return bound


def _first_paragraph(framed: str) -> str:
    """What a framed message says between its title and its next rule; frames are of lines or of dashes."""

    def is_rule(line: str) -> bool:
        return not line.strip(" ─-╰╯")

    lines = [line.strip(" │") for line in framed.splitlines()[1:]]
    paragraph = itertools.takewhile(lambda line: not is_rule(line), itertools.dropwhile(is_rule, lines))
    return f"{' '.join(paragraph).rstrip('.')}; see --help"


def _experiment(config: Config, output: Output) -> None:
    from kuzushi.report.page import text
    from kuzushi.runs import Silent, to_json

    if output.resume and output.out is None:
        raise KuzushiError("--resume: needs the folder of the stopped run; give it with --out")
    if output.out is None:
        result = _run(config, Silent(), title=_subject(config))
    else:
        result = _kept(config, output.out, resume=output.resume, title=_subject(config))
    _print(to_json(result).decode() if output.json else text(result))
    if output.out is None:
        _say("nothing was kept; with --out RUN the run is, and kuzushi report RUN draws its figures")
    else:
        _say(f"kept in {output.out}; kuzushi report {output.out} draws its figures")


def _finished(config: Config, folder: Path) -> Result:
    """The result of a finished run, if it is of this config."""
    from kuzushi.runs import load

    result = load(folder)
    if result.config != config:
        raise KuzushiError(f"{folder}: holds a run of other settings; give another --out, or delete it")
    made = result.provenance
    _say(f"{folder}: done already, by kuzushi {made.kuzushi}{f' at {made.commit}' if made.commit else ''}")
    return result


def _kept(config: Config, folder: Path, *, resume: bool, title: str) -> Result:
    """The result of a run that is kept in a folder; on resuming one that is finished, it is only read."""
    from kuzushi.runs import RunFolder

    if resume and (folder / "result.json").is_file():
        return _finished(config, folder)
    with RunFolder(folder, resume=resume) as journal:
        result = _run(config, journal, title=title)
        journal.finish(result)
        return result


def _subject(config: Config) -> str:
    return configs.COMMANDS[type(config)]


def _run(config: Config, journal: "Journal", *, title: str) -> Result:
    """Run the experiment of the config's subject, with progress bars."""
    from kuzushi.progress import Bars

    experiment = importlib.import_module(f"kuzushi.experiments.{_subject(config)}")
    try:
        with Bars(title, journal) as bars:
            result: Result = experiment.run(config, journal=bars)
            return result
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error):
            raise
        raise KuzushiError("there is not enough memory for this; give fewer nets, units or images") from error


def _write_page(results: Sequence[Result], path: Path) -> None:
    from kuzushi.report.page import page
    from kuzushi.runs import write_whole

    write_whole(path, page(results).encode())
    _say(f"open {path.resolve()}")


def _write_figures(results: Sequence[Result], folder: Path) -> None:
    from kuzushi.report.page import sections
    from kuzushi.runs import write_whole

    for section in sections(results):
        for drawn in section.figures:
            write_whole(folder / f"{section.name}-{drawn.name}.png", drawn.png())
    _say(f"figures in {folder}")


def _print(text: str) -> None:
    """Write to standard output, all of it or with a clear word why not."""
    try:
        print(text, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that leaving does not fail again
        if not isinstance(error, BrokenPipeError):  # whoever read it has enough
            raise KuzushiError(f"standard output cannot be written ({error.strerror})") from error


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
