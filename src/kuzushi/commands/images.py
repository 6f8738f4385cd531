"""The commands for images, and for recognisers that read new ones."""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated, Literal

import tyro

from kuzushi.errors import KuzushiError
from kuzushi.terminal import write


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
    write(listing(sets) if action == "list" else verdicts(sets))
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
    write(json_lines(dataclasses.asdict(found)).decode() if json else text(found))


def export(run: Annotated[Path, tyro.conf.Positional], file: Annotated[Path, tyro.conf.Positional]) -> None:
    """Write the net of a run as an ONNX file, for use without torch; needs the extra onnx.

    Args:
        run: A folder made with kuzushi characters --out.
        file: The file to write, as conv.onnx; one that is there is replaced.
    """
    from kuzushi.experiments.export import export as write_file
    from kuzushi.report.export import text

    write(text(write_file(run, file)))
