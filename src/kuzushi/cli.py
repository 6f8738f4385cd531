"""The command line: options -> config -> experiment -> files and text. The only place that prints and exits."""

import dataclasses
import importlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import tyro

from kuzushi import configs
from kuzushi.configs import (
    CharactersConfig,
    CheckerboardConfig,
    CompareConfig,
    Config,
    DesignConfig,
    GapsConfig,
    SequencesConfig,
    WidthsConfig,
    WidthSearchConfig,
)
from kuzushi.errors import KuzushiError
from kuzushi.parsing import parse
from kuzushi.results import CheckerboardResult, Design, DesignResult, Result, SequencesResult, ShownPerceptron

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


def compare(runs: Annotated[tuple[Path, ...], tyro.conf.Positional], output: Output, seed: int = 0) -> None:
    """Compare recognisers on the same images, and show which confusions stay, and why they are made.

    Args:
        runs: Folders made with kuzushi characters --out, on the same images.
        seed: Of the clustering and of the shuffles.
    """
    _experiment(CompareConfig(runs=tuple(map(str, runs)), seed=seed), output)


def width_search(config: WidthSearchConfig, output: Output) -> None:
    """Choose how many hidden units the recogniser 'full' gets, with the nets of all widths trained at once."""
    _experiment(config, output)


def checkerboard(config: CheckerboardConfig, output: Output, weights_out: Path | None = None) -> None:
    """Train perceptrons on the 3x3 checkerboard, or load one, and show what every hidden unit computes.

    Args:
        weights_out: Write the net that is shown into this JSON file, which --set-weights and kuzushi verify read.
    """
    result = _experiment(config, output)
    if weights_out is not None and isinstance(result, CheckerboardResult):
        _write_weights(result.shown, result.act, weights_out)


def widths(config: WidthsConfig, output: Output) -> None:
    """Train perceptrons of 2 to 10 hidden units, and show how often each width learns the points."""
    _experiment(config, output)


def design(config: DesignConfig, output: Output, weights_out: Path | None = None) -> None:
    """Find the smallest step nets for labelled points, and prove that none is smaller.

    Args:
        weights_out: Write the first design into this JSON file, which --set-weights and kuzushi verify read.
    """
    result = _experiment(config, output)
    if weights_out is not None and isinstance(result, DesignResult):
        if not result.designs:
            raise KuzushiError(f"--weights-out {weights_out}: there is no design to write")
        _write_weights(result.designs[0], "step", weights_out)


def gaps(config: GapsConfig, output: Output) -> None:
    """Find the smallest step nets for the cells of a checkerboard, as the gaps between them close."""
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
    from kuzushi.progress import Downloads
    from kuzushi.reproduce import study

    with Downloads() as watch:
        experiments = study(out / "runs", watch)
    images = {config.data for _, config in experiments if isinstance(config, CharactersConfig)}
    if "kmnist" not in images:
        _say(f"images: {', '.join(images)}; for the study's, name a folder with the files of kmnist in KUZUSHI_DATA")
    results = []
    for name, config in experiments:
        folder = out / "runs" / name
        results.append(_kept(config, folder, resume=(folder / "config.json").is_file(), title=name))
    _write_page(results, out / "index.html")


def verify(
    weights: Annotated[str, tyro.conf.Positional],
    data: str = "board",
    act: configs.Act | None = None,
    scale: float = 1.0,
    seconds: float = 10.0,
    json: bool = False,
) -> None:
    """Say where one given net is right, with what margin, and how far from minimal it is; exit with 0 only if it is.

    Args:
        weights: A JSON file of weights; or report, report-trained.
        data: board, xor, grid:N, cells:N,gap=G, parity:N, or a CSV file with columns x1, x2, ..., target.
        act: The hidden units: sig, tanh or step; what the weights were made for unless given.
        scale: A factor on all weights and biases.
        seconds: Of search for the fewest step units that would do; 0 leaves it out.
        json: Print the verdict as JSON on standard output, and nothing else there.
    """
    from kuzushi.experiments.verify import verify as judge
    from kuzushi.report.verify import text
    from kuzushi.runs import json_lines

    verdict = judge(weights, data=data, act=act, scale=scale, seconds=seconds)
    _print(json_lines(dataclasses.asdict(verdict)).decode() if json else text(verdict))
    if not verdict.passed:
        sys.exit(1)


def certify(
    run: Annotated[Path, tyro.conf.Positional],
    net: int | None = None,
    as_trained: bool = False,
    longest: int = 1000,
) -> None:
    """Prove that a trained net counts in every endless stream, and keep the certificate in its run.

    The exit code is 0 only if the proof reaches --longest. A net that fails gets the shortest failing stream found.

    Args:
        run: A folder made by kuzushi sequences --out.
        net: Which net, counted from 1; the one that is shown unless given.
        as_trained: Take an LSTM as it was trained, rather than snapped; an SRN always is.
        longest: The largest n of the strings that is tried.
    """
    from kuzushi.experiments.certify import certify as prove
    from kuzushi.report.certainty import certified_text
    from kuzushi.runs import load, load_weights, write_certified

    result = load(run)
    if not isinstance(result, SequencesResult):
        raise KuzushiError(f"{run}: holds a run of kuzushi {result.subject}; give one of kuzushi sequences")
    if longest < 1:
        raise KuzushiError(f"--longest {longest}: must be a whole number of at least 1")
    certified = prove(
        result, load_weights(run), net=None if net is None else net - 1, longest=longest,
        snapped=result.model == "lstm" and not as_trained,
    )  # fmt: skip
    _print(certified_text(certified))
    _say(f"certificate in {write_certified(run, certified)}; kuzushi check {run} checks it again")
    certificate = certified.certification.certificate
    if certificate is None or certificate.longest < longest:
        sys.exit(1)


def check(runs: Annotated[tuple[Path, ...], tyro.conf.Positional]) -> None:
    """Check the proofs in finished runs again, by code that did not find them.

    Args:
        runs: Folders made by kuzushi design --out, or by kuzushi sequences --out and then kuzushi certify.
    """
    from kuzushi.runs import load

    if not runs:
        raise KuzushiError("check: no runs given; name one or more folders made with --out")
    for folder in runs:
        result = load(folder)
        if isinstance(result, DesignResult):
            _check_design(folder, result)
        elif isinstance(result, SequencesResult):
            _check_certificates(folder, result)
        else:
            raise KuzushiError(f"{folder}: holds a run of kuzushi {result.subject}, which keeps no proof")


def _check_design(folder: Path, result: DesignResult) -> None:
    from kuzushi.proofs.claims import check_claims

    check_claims(
        result.proof, result.designs, lower=result.lower, upper=result.upper, impossible=result.impossible,
        realisable=result.realisable,
    )  # fmt: skip
    _print(
        f"{folder}: the proof holds: no step net of fewer than {result.lower} hidden units is right on all "
        f"{len(result.proof.points)} points of {result.config.data}"
    )


def _check_certificates(folder: Path, result: SequencesResult) -> None:
    from kuzushi.proofs.runs import check_certified
    from kuzushi.report.certainty import certified_text
    from kuzushi.runs import load_certified, load_weights

    certificates = load_certified(folder)
    if not certificates:
        raise KuzushiError(f"{folder}: holds no certificate; make one with kuzushi certify {folder}")
    for path, certified in certificates:
        check_certified(certified, result, load_weights(folder))
        _print(f"{path.name}: the proof holds: {certified_text(certified)}")


def data(
    action: Annotated[Literal["list", "fetch", "verify"], tyro.conf.Positional] = "list",
    name: Annotated[str | None, tyro.conf.Positional] = None,
) -> None:
    """List the published sets of images, fetch one of them, or verify the files that are on this machine.

    Args:
        action: list and verify need no network; verify exits with 2 if something is wrong.
        name: kmnist, kmnist-mini, k49 or kkanji; unless given, every set.
    """
    from kuzushi.experiments.datasets import NAMES, fetch, survey
    from kuzushi.progress import Downloads
    from kuzushi.report.datasets import listing, verdicts

    if action == "fetch":
        if name is None:
            raise KuzushiError(f"data fetch: name one of {', '.join(NAMES)}")
        with Downloads() as watch:
            fetch(name, watch=watch)
    sets = survey(NAMES if name is None else (name,))
    if action == "verify" and name is None:
        sets = tuple(one.here for one in sets)
    _print(listing(sets) if action == "list" else verdicts(sets))
    if action != "list" and any(file.state in ("wrong", "not here") for one in sets for file in one.files):
        sys.exit(2)


def classify(
    images: Annotated[tuple[Path, ...], tyro.conf.Positional], run: Path, top: int = 3, json: bool = False
) -> None:
    """Read pictures of one character each with a trained recogniser: the classes with their probabilities.

    Args:
        images: PNG, JPEG or the like, of any size, dark on light or light on dark; each is cropped to its ink.
        run: A folder made with kuzushi characters --out.
        top: How many classes are given of each picture.
        json: Print one JSON object on standard output, and nothing else there.
    """
    from kuzushi.experiments.classify import classify as read
    from kuzushi.report.classify import text
    from kuzushi.runs import json_lines

    found = read(images, run=run, top=top)
    _print(json_lines(dataclasses.asdict(found)).decode() if json else text(found))


def export(run: Annotated[Path, tyro.conf.Positional], file: Annotated[Path, tyro.conf.Positional]) -> None:
    """Write the net of a run as an ONNX file, for use without torch; needs the extra onnx.

    Args:
        run: A folder made with kuzushi characters --out.
        file: The file to write, as conv.onnx; one that is there is replaced.
    """
    from kuzushi.experiments.export import export as write
    from kuzushi.report.export import text

    _print(text(write(run, file)))


COMMANDS: dict[str, Callable[..., None]] = {
    "reproduce": reproduce,
    "characters": characters,
    "compare": compare,
    "width-search": width_search,
    "checkerboard": checkerboard,
    "widths": widths,
    "design": design,
    "gaps": gaps,
    "sequences": sequences,
    "report": report,
    "verify": verify,
    "certify": certify,
    "check": check,
    "classify": classify,
    "export": export,
    "data": data,
}


def main() -> NoReturn:
    """Run one command and exit: 0 when it is done, 2 when a person can mend what was wrong, 130 on Ctrl-C.

    kuzushi verify exits with 1 if the net is wrong somewhere.
    """
    # Threads that soon stop to spin while they wait: beside other work the small nets here are then much faster.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "1000"}
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # kana on a terminal that cannot show them become ?
            stream.reconfigure(errors="replace")
    try:
        parse(COMMANDS, sys.argv[1:])()
    except KuzushiError as error:
        _say(f"kuzushi: {' '.join(str(error).split())}")
        sys.exit(2)
    except KeyboardInterrupt:
        _say("kuzushi: stopped; what is kept goes on with the same command, an experiment also needs --resume")
        sys.exit(130)
    sys.exit(0)


def _experiment(config: Config, output: Output) -> Result:
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
    return result


def _write_weights(net: ShownPerceptron | Design, act: str, path: Path) -> None:
    from kuzushi.runs import json_lines, write_whole

    names = ("hidden_weight", "hidden_bias", "output_weight", "output_bias")
    write_whole(path, json_lines({name: getattr(net, name) for name in names} | {"act": act}))
    _say(f"weights in {path}; kuzushi verify {path} says what they do")


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
    from kuzushi.progress import Bars, Downloads

    if isinstance(config, CharactersConfig | WidthSearchConfig):
        from kuzushi.experiments.datasets import prepare

        with Downloads() as watch:
            prepare(config.data, watch=watch)
    experiment = importlib.import_module(f"kuzushi.experiments.{_subject(config).replace('-', '_')}")
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
