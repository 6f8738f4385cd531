"""The commands that run an experiment.

Here and beside, everything that loads torch or matplotlib is imported where it is used: help and errors come at once.
"""

from pathlib import Path
from typing import Annotated

import tyro

from kuzushi.commands.pages import write_page
from kuzushi.commands.running import Output, experiment, kept
from kuzushi.configs import (
    CharactersConfig,
    CheckerboardConfig,
    CompareConfig,
    DesignConfig,
    GapsConfig,
    SequencesConfig,
    WidthsConfig,
    WidthSearchConfig,
)
from kuzushi.errors import KuzushiError
from kuzushi.results import CheckerboardResult, Design, DesignResult, ShownPerceptron
from kuzushi.terminal import say


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
        say(f"images: {', '.join(images)}; for the study's, name a folder with the files of kmnist in KUZUSHI_DATA")
    results = []
    for name, config in experiments:
        folder = out / "runs" / name
        results.append(kept(config, folder, resume=(folder / "config.json").is_file(), title=name))
    write_page(results, out / "index.html")


def characters(config: CharactersConfig, output: Output) -> None:
    """Train a recogniser of cursive kana, and show what it confuses."""
    experiment(config, output)


def compare(runs: Annotated[tuple[Path, ...], tyro.conf.Positional], output: Output, seed: int = 0) -> None:
    """Compare recognisers on the same images, and show which confusions stay, and why they are made.

    Args:
        runs: Folders made with kuzushi characters --out, on the same images.
        seed: Of the clustering and of the shuffles.
    """
    experiment(CompareConfig(runs=tuple(map(str, runs)), seed=seed), output)


def width_search(config: WidthSearchConfig, output: Output) -> None:
    """Choose how many hidden units the recogniser 'full' gets, with the nets of all widths trained at once."""
    experiment(config, output)


def checkerboard(config: CheckerboardConfig, output: Output, weights_out: Path | None = None) -> None:
    """Train perceptrons on the 3x3 checkerboard, or load one, and show what every hidden unit computes.

    Args:
        weights_out: Write the net that is shown into this JSON file, which --set-weights and kuzushi verify read.
    """
    result = experiment(config, output)
    if weights_out is not None and isinstance(result, CheckerboardResult):
        _write_weights(result.shown, result.act, weights_out)


def widths(config: WidthsConfig, output: Output) -> None:
    """Train perceptrons of 2 to 10 hidden units, and show how often each width learns the points."""
    experiment(config, output)


def design(config: DesignConfig, output: Output, weights_out: Path | None = None) -> None:
    """Find the smallest step nets for labelled points, and prove that none is smaller.

    Args:
        weights_out: Write the first design into this JSON file, which --set-weights and kuzushi verify read.
    """
    result = experiment(config, output)
    if weights_out is not None and isinstance(result, DesignResult):
        if not result.designs:
            raise KuzushiError(f"--weights-out {weights_out}: there is no design to write")
        _write_weights(result.designs[0], "step", weights_out)


def gaps(config: GapsConfig, output: Output) -> None:
    """Find the smallest step nets for the cells of a checkerboard, as the gaps between them close."""
    experiment(config, output)


def sequences(config: SequencesConfig, output: Output) -> None:
    """Train recurrent nets on a formal language, and show what their hidden units do."""
    experiment(config, output)


def _write_weights(net: ShownPerceptron | Design, act: str, path: Path) -> None:
    from kuzushi.runs import json_lines, write_whole

    names = ("hidden_weight", "hidden_bias", "output_weight", "output_bias")
    write_whole(path, json_lines({name: getattr(net, name) for name in names} | {"act": act}))
    say(f"weights in {path}; kuzushi verify {path} says what they do")
