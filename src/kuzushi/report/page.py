"""Results -> one HTML file that needs nothing beside it: no network, no fonts, no server."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import jinja2
from markupsafe import Markup

import kuzushi
from kuzushi.plots.style import Drawn
from kuzushi.reference import PUBLISHED
from kuzushi.report import characters, checkerboard, compare, design, gaps, sequences, sweep, width_search, widths
from kuzushi.report.bench import Bench
from kuzushi.report.character_bench import character_bench
from kuzushi.report.comparable import other_data
from kuzushi.report.glyphs import symbols, written
from kuzushi.report.modules import import_map
from kuzushi.report.packed import packed, packed_json
from kuzushi.report.perceptron_bench import perceptron_bench
from kuzushi.report.sections import Section
from kuzushi.report.sequence_bench import sequence_bench
from kuzushi.results import (
    CharactersResult,
    CheckerboardResult,
    ComparisonResult,
    DesignResult,
    GapsResult,
    Result,
    SequencesResult,
    SweepResult,
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
    environment.filters |= {"size": size, "packed": packed, "packed_json": packed_json, "written": written}
    template = environment.get_template("page.html")
    parts = sections(results)
    return template.render(
        sections=parts,
        benches=benches(results, [part.name for part in parts]),
        kana=symbols(),
        import_map=Markup(import_map()),
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
    SweepResult: (sweep.text, sweep.section),
}
"""How each kind of result is told in a terminal and on the page, in the order of the page."""


def sections(results: Sequence[Result]) -> list[Section]:
    """The parts of the page; each begins with what is not to be compared in it."""
    of_kind = {kind: [result for result in results if type(result) is kind] for kind in SHOWN}
    made = {kind: section(of_kind[kind]) for kind, (_, section) in SHOWN.items() if of_kind[kind]}
    return [replace(part, answer=(*other_data(of_kind[kind]), *part.answer)) for kind, part in made.items()]


BENCHES: tuple[tuple[Callable[[Sequence[Result]], Bench | None], tuple[str, ...]], ...] = (
    (character_bench, ("characters",)),
    (perceptron_bench, ("checkerboard", "design")),
    (sequence_bench, ("sequences",)),
)
"""What can be taken hold of, and in which section: the first of these that is on the page."""


def benches(results: Sequence[Result], sections: Sequence[str]) -> dict[str, Bench]:
    """The benches of the page, by section; one for which there is nothing in the results is left out."""
    made = ((bench(results), places) for bench, places in BENCHES)
    return {next(place for place in places if place in sections): bench for bench, places in made if bench is not None}


def text(result: Result) -> str:
    """What a person reads after a run."""
    tell, _ = SHOWN[type(result)]
    return tell(result)


def size(drawn: Drawn) -> Markup:
    """How large a figure is, as attributes of its image, so that nothing moves when it comes."""
    width, height = (round(96 * inches) for inches in drawn.figure.get_size_inches())
    return Markup(f'width="{width}" height="{height}"')
