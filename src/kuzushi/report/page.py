"""Results -> one HTML file that needs nothing beside it: no network, no fonts, no scripts."""

import base64
from collections.abc import Callable, Sequence
from typing import Any

import jinja2
from markupsafe import Markup

import kuzushi
from kuzushi.plots.style import Drawn
from kuzushi.reference import PUBLISHED
from kuzushi.report import characters, checkerboard, compare, design, gaps, sequences, width_search, widths
from kuzushi.report.glyphs import symbols, written
from kuzushi.report.sections import Section
from kuzushi.results import (
    CharactersResult,
    CheckerboardResult,
    ComparisonResult,
    DesignResult,
    GapsResult,
    Result,
    SequencesResult,
    WidthSearchResult,
    WidthsResult,
)


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


SHOWN: dict[type[Result], tuple[Callable[[Any], str], Callable[[Any], Section]]] = {
    CharactersResult: (characters.text, characters.section),
    ComparisonResult: (compare.text, compare.section),
    WidthSearchResult: (width_search.text, width_search.section),
    CheckerboardResult: (checkerboard.text, checkerboard.section),
    WidthsResult: (widths.text, widths.section),
    DesignResult: (design.text, design.section),
    GapsResult: (gaps.text, gaps.section),
    SequencesResult: (sequences.text, sequences.section),
}
"""How each kind of result is told in a terminal and on the page, in the order of the page."""


def sections(results: Sequence[Result]) -> list[Section]:
    """The parts of the page."""
    of_kind = {kind: [result for result in results if type(result) is kind] for kind in SHOWN}
    return [section(of_kind[kind]) for kind, (_, section) in SHOWN.items() if of_kind[kind]]


def text(result: Result) -> str:
    """What a person reads after a run."""
    tell, _ = SHOWN[type(result)]
    return tell(result)


def picture(drawn: Drawn) -> Markup:
    """A figure as the address of an image that holds the image itself."""
    return Markup("data:image/svg+xml;base64,") + Markup(base64.b64encode(drawn.svg()).decode("ascii"))
