"""A page as its reader has it: a file, opened in a real browser from the disk, with no network."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browsers import chromium
from kuzushi.configs import CharactersConfig, CheckerboardConfig, DesignConfig, SequencesConfig
from kuzushi.experiments import characters, checkerboard, design, sequences
from kuzushi.plots.sequences import Figures
from kuzushi.report.page import page
from kuzushi.results import Result

LOCAL = ("file:", "data:", "blob:")
WIDTH, HEIGHT = 1280, 900


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, wherever the machine has it."""
    path = chromium()
    if path is None:
        absent = "no Chromium is installed, and the page was not tried in a browser"
        if os.environ.get("KUZUSHI_BROWSER") == "required":
            pytest.fail(absent)
        pytest.skip(absent)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def recognisers() -> list[Result]:
    """A net of each kind, hardly trained."""
    return [
        characters.run(CharactersConfig(net=net, data="brush:400/100", epochs=2))
        for net in ("lin", "full", "conv", "deep")
    ]


@pytest.fixture(scope="session")
def perceptrons() -> list[Result]:
    """A trained net, the study's nets by hand and rescaled, and the smallest step nets."""
    return [
        checkerboard.run(CheckerboardConfig(nets=8, epochs=2_000)),
        checkerboard.run(CheckerboardConfig(set_weights="report")),
        checkerboard.run(CheckerboardConfig(set_weights="report", act="sig", scale=10.0)),
        design.run(DesignConfig()),
    ]


@pytest.fixture(scope="session")
def recurrent() -> list[Result]:
    """Nets of each kind on languages that count, and one on a grammar."""
    return [
        sequences.run(SequencesConfig(lang="anb2n", model="srn", nets=8, updates=600)),
        sequences.run(SequencesConfig(lang="anb2nc3n", model="lstm", hid=3, nets=8, updates=400)),
        sequences.run(SequencesConfig(lang="reber", model="srn", hid=5, nets=8, updates=300)),
    ]


@pytest.fixture(scope="session")
def without_figures(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Result]], str]:
    """Lays results out on a page and gives its address; figures take longest, and the benches do without them."""

    def build(results: list[Result]) -> str:
        path = tmp_path_factory.mktemp("page") / "index.html"
        with pytest.MonkeyPatch.context() as patch:
            for subject in ("characters", "checkerboard", "design"):
                patch.setattr(f"kuzushi.report.{subject}.figures", lambda results: ())
            patch.setattr("kuzushi.report.sequences.figures", lambda result, place: Figures())
            path.write_text(page(results), encoding="utf-8")
        return path.as_uri()

    return build


@pytest.fixture(scope="module")
def address(results: list[Result], without_figures: Callable[[list[Result]], str]) -> str:
    """The page of the results that the tests of a file are about."""
    return without_figures(results)


@pytest.fixture
def tab(opened: Callable[..., Page], address: str) -> Page:
    """That page, opened."""
    return opened(address)


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page, as wide as a phone if asked for; until the test is over it must not complain or reach out."""
    complaints: list[str] = []
    contexts = []

    def open_page(address: str, *, width: int = WIDTH, height: int = HEIGHT, **media: str) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True, accept_downloads=True, has_touch=True
        )
        contexts.append(context)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        context.on("request", lambda asked: None if asked.url.startswith(LOCAL) else complaints.append(asked.url))
        tab = context.new_page()
        tab.emulate_media(**media)  # type: ignore[arg-type]
        tab.goto(address)
        tab.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
