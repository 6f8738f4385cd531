"""Results -> one HTML file that works offline: no network, no fonts, no server."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import jinja2
from markupsafe import Markup

import kuzushi
from kuzushi.characters.demo import character_demo
from kuzushi.core.demo import Demo, packed_json
from kuzushi.core.published import PUBLISHED
from kuzushi.core.results import Result
from kuzushi.core.sections import Section, data_differences
from kuzushi.experiments import EXPERIMENTS, section
from kuzushi.page.embed import image, import_map, kana_symbols, with_kana
from kuzushi.perceptrons.section.demo import perceptron_demo
from kuzushi.sequences.section.demo import sequence_demo

DEMOS: tuple[tuple[Callable[[Sequence[Result]], Demo | None], tuple[str, ...]], ...] = (
    (character_demo, ("characters",)),
    (perceptron_demo, ("checkerboard", "design")),
    (sequence_demo, ("sequences",)),
)
"""The demos, each with the sections that it may stand in: the first of them on the page."""


def page(results: Sequence[Result]) -> str:
    """Return the HTML page of some results, section by section in the order of `EXPERIMENTS`.

    Example: page([kuzushi.experiments.load(Path("runs/lin"))]) -> "<!DOCTYPE html>..."
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("kuzushi.page"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"image": image, "packed_json": packed_json, "with_kana": with_kana}
    parts = sections(results)
    return environment.get_template("page.html").render(
        sections=parts,
        demos=demos(results, [part.name for part in parts]),
        kana=kana_symbols(),
        import_map=Markup(import_map()),
        version=kuzushi.__version__,
        source=PUBLISHED.source,
        runs=len(results),
    )


def sections(results: Sequence[Result]) -> list[Section]:
    """Return the sections of the page; each begins with a warning if its runs are not comparable."""
    by_subject = {subject: [result for result in results if result.subject == subject] for subject in EXPERIMENTS}
    parts = {subject: section(subject, some) for subject, some in by_subject.items() if some}
    return [
        replace(part, answer=(*data_differences(by_subject[subject]), *part.answer)) for subject, part in parts.items()
    ]


def demos(results: Sequence[Result], sections: Sequence[str]) -> dict[str, Demo]:
    """Return the demos of the page by section, without those that have no data in the results."""
    made = ((demo(results), names) for demo, names in DEMOS)
    return {next(name for name in names if name in sections): demo for demo, names in made if demo is not None}
