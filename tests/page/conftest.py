"""A page in a real browser, opened from the disk, without a network."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browsers import chromium
from kuzushi.characters import experiment as characters
from kuzushi.characters.configs import CharactersConfig
from kuzushi.core.results import Result
from kuzushi.core.sections import Section, Table
from kuzushi.experiments import EXPERIMENTS
from kuzushi.page.build import page
from kuzushi.perceptrons import experiment as checkerboard
from kuzushi.perceptrons.configs import CheckerboardConfig, DesignConfig
from kuzushi.perceptrons.minimal import experiment as design
from kuzushi.sequences import experiment as sequences
from kuzushi.sequences.configs import SequencesConfig

LOCAL = ("file:", "data:", "blob:")
WIDTH, HEIGHT = 1280, 900
PATIENCE = 60_000
"""Milliseconds until something counts as never coming; a busy machine is slow, and nothing waits for them to pass."""
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium, once per process; skip the test where it is not installed, unless it is required."""
    path = chromium()
    if path is None:
        reason = "Chromium is not installed, so the page was not tested in a browser"
        if os.environ.get("KUZUSHI_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def recognisers() -> list[Result]:
    """Train a net of each kind for a moment."""
    return [
        characters.run(CharactersConfig(net=net, data="brush:400/100", epochs=2))
        for net in ("lin", "full", "conv", "deep")
    ]


@pytest.fixture(scope="session")
def perceptrons() -> list[Result]:
    """Return a trained net, the report's hand-made net, the same rescaled, and the smallest step nets."""
    return [
        checkerboard.run(CheckerboardConfig(nets=8, epochs=2_000)),
        checkerboard.run(CheckerboardConfig(set_weights="report")),
        checkerboard.run(CheckerboardConfig(set_weights="report", act="sig", scale=10.0)),
        design.run(DesignConfig()),
    ]


@pytest.fixture(scope="session")
def recurrent() -> list[Result]:
    """Train nets of each kind on counting languages, and one on a grammar."""
    return [
        sequences.run(SequencesConfig(lang="anb2n", model="srn", nets=8, updates=600)),
        sequences.run(SequencesConfig(lang="anb2nc3n", model="lstm", hid=3, nets=8, updates=400)),
        sequences.run(SequencesConfig(lang="reber", model="srn", hid=5, nets=8, updates=300)),
    ]


@pytest.fixture(scope="session")
def without_figures(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Result]], str]:
    """Write a page with the demos of some results and nothing else; return its address."""

    def build(results: list[Result]) -> str:
        path = tmp_path_factory.mktemp("page") / "index.html"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("kuzushi.page.build.sections", empty_sections)
            path.write_text(page(results), encoding="utf-8")
        return path.as_uri()

    return build


def empty_sections(results: list[Result]) -> list[Section]:
    """Return a section of each subject with results, where its demo can stand."""
    table = Table(title="empty", header=("name",), rows=())
    return [
        Section(name=name, title=name, question="", answer=(), tables=(table,), figures=(), runs=table)
        for name in EXPERIMENTS
        if any(result.subject == name for result in results)
    ]


@pytest.fixture(scope="module")
def address(results: list[Result], without_figures: Callable[[list[Result]], str]) -> str:
    """Write the page of the results of a test file, once."""
    return without_figures(results)


@pytest.fixture
def tab(opened: Callable[..., Page], address: str) -> Page:
    """Open that page."""
    return opened(address)


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page; until the test ends it must log no problem and request nothing."""
    complaints: list[str] = []
    contexts = []

    def open_page(address: str, *, width: int = WIDTH, height: int = HEIGHT, **media: str) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True, accept_downloads=True, has_touch=True
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        context.on("request", lambda request: None if request.url.startswith(LOCAL) else complaints.append(request.url))
        tab = context.new_page()
        tab.emulate_media(**media)  # type: ignore[arg-type]
        tab.goto(address)
        tab.wait_for_selector("html[data-ready]", state="attached")
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
