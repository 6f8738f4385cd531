"""Results -> one HTML file that needs nothing beside it: no network, no fonts, no scripts."""

import base64
from collections.abc import Sequence

import jinja2
from markupsafe import Markup

import kuzushi
from kuzushi.plots.style import Drawn
from kuzushi.reference import PUBLISHED
from kuzushi.report import characters, checkerboard, sequences
from kuzushi.report.glyphs import symbols, written
from kuzushi.report.sections import Section
from kuzushi.results import CharactersResult, CheckerboardResult, Result, SequencesResult


def page(results: Sequence[Result]) -> str:
    """Lay out every subject that has results, in the order of the study, each with its numbers beside the published.

    Example: page([runs.load(Path("runs/lin"))]) -> "<!DOCTYPE html>..."
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("kuzushi.report"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"picture": picture, "written": written}
    template = environment.get_template("page.html")
    return template.render(
        sections=sections(results),
        kana=symbols(),
        version=kuzushi.__version__,
        source=PUBLISHED.source,
        runs=len(results),
    )


def sections(results: Sequence[Result]) -> list[Section]:
    """The parts of the page."""
    kana = [result for result in results if isinstance(result, CharactersResult)]
    boards = [result for result in results if isinstance(result, CheckerboardResult)]
    strings = [result for result in results if isinstance(result, SequencesResult)]
    return [
        *([characters.section(kana)] if kana else []),
        *([checkerboard.section(boards)] if boards else []),
        *([sequences.section(strings)] if strings else []),
    ]


def text(result: Result) -> str:
    """What a person reads after a run."""
    if isinstance(result, CharactersResult):
        return characters.text(result)
    return checkerboard.text(result) if isinstance(result, CheckerboardResult) else sequences.text(result)


def picture(drawn: Drawn) -> Markup:
    """A figure as the address of an image that holds the image itself."""
    return Markup("data:image/svg+xml;base64,") + Markup(base64.b64encode(drawn.svg()).decode("ascii"))
