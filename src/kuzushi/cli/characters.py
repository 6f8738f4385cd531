"""The commands for data sets of images, and for trained recognisers."""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated, Literal

import tyro

from kuzushi.cli.terminal import print_result
from kuzushi.core.errors import KuzushiError


def data(
    action: Annotated[Literal["list", "fetch", "verify"], tyro.conf.Positional] = "list",
    name: Annotated[str | None, tyro.conf.Positional] = None,
) -> None:
    """List the published sets of images, fetch one of them, or verify the files that are on this machine.

    Args:
        action: list and verify need no network; verify exits with 2 if a file is wrong.
        name: kmnist, kmnist-mini, k49 or kkanji; by default every set.
    """
    from kuzushi.characters.command_text import files_text, sets_text
    from kuzushi.characters.datasets.catalogue import PUBLISHED, obtain, survey
    from kuzushi.core.progress_bars import DownloadBars

    if action == "fetch":
        if name is None:
            raise KuzushiError(f"data fetch: name one of {', '.join(PUBLISHED)}")
        with DownloadBars() as watch:
            obtain(name, watch=watch)
    sets = survey(PUBLISHED if name is None else (name,))
    if action == "verify" and name is None:
        sets = tuple(one.here for one in sets)
    print_result(sets_text(sets) if action == "list" else files_text(sets))
    if action != "list" and any(file.state in ("wrong", "not here") for one in sets for file in one.files):
        sys.exit(2)


def classify(
    images: Annotated[tuple[Path, ...], tyro.conf.Positional], run: Path, top: int = 3, json: bool = False
) -> None:
    """Classify pictures of one character each with a trained recogniser.

    Args:
        images: PNG, JPEG or similar files of any size, dark on light or light on dark; each is cropped to its ink.
        run: A folder made with kuzushi characters --out.
        top: The number of classes to print per picture.
        json: Print one JSON object on standard output, and nothing else.
    """
    from kuzushi.characters.command_text import classification_text
    from kuzushi.characters.saved_net import classify as read
    from kuzushi.core.result_files import json_object

    found = read(images, run=run, top=top)
    print_result(json_object(dataclasses.asdict(found)).decode() if json else classification_text(found))


def export(run: Annotated[Path, tyro.conf.Positional], file: Annotated[Path, tyro.conf.Positional]) -> None:
    """Write the net of a run as an ONNX file, for use without torch; needs the extra onnx.

    Args:
        run: A folder made with kuzushi characters --out.
        file: The file to write, such as conv.onnx; an existing one is replaced.
    """
    from kuzushi.characters.command_text import export_text
    from kuzushi.characters.export_onnx import export as write_file

    print_result(export_text(write_file(run, file)))
