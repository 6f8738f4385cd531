"""The page in a browser: it opens from the disk without a network, shows its figures, and everyone can read it."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from kuzushi.report.page import page

MOST_BYTES = 6_000_000
BENCHES = ["character_bench", "perceptron_bench", "sequence_bench"]


@pytest.fixture(scope="module")
def address(recognisers, perceptrons, recurrent, tmp_path_factory):
    """A page with figures and all three benches."""
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(page([*recognisers, *perceptrons, *recurrent]), encoding="utf-8")
    return path.as_uri()


def test_the_page_is_small_enough_to_be_sent(address):
    assert Path(unquote(urlparse(address).path)).stat().st_size < MOST_BYTES


def test_every_figure_is_shown_in_the_place_that_was_kept_for_it(opened, address):
    images = opened(address).locator("figure img")
    assert images.count() > 30
    for image in images.all():
        shown = image.evaluate("image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])")
        kept = [int(image.get_attribute(name)) for name in ("width", "height")]
        assert max(abs(a - b) for a, b in zip(shown, kept, strict=True)) <= 1


def test_the_page_may_not_reach_out_even_if_a_script_tries(browser, address):
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(address)
        assert tab.evaluate("fetch('data:text/plain,x').then(() => 'let through', () => 'refused')") == "refused"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_keeps_anyone_from_reading_it(opened, address, colours):
    found = Axe().run(opened(address, color_scheme=colours)).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_it_is_never_wider_than_the_screen(opened, address, width):
    assert opened(address, width=width).evaluate("document.documentElement.scrollWidth") <= width


def test_links_lead_to_each_bench_and_an_address_with_a_state_opens_at_its_bench(opened, address):
    tab = opened(address)
    assert tab.locator("section.bench").evaluate_all("benches => benches.map(bench => bench.id)") == BENCHES
    for bench in BENCHES:
        tab.locator(f"header a[href='#{bench}']").press("Enter")
        expect(tab.locator(f"#{bench}")).to_be_in_viewport()
    expect(opened(f"{address}#sequence_bench=%7B%7D").locator("#sequence_bench")).to_be_in_viewport()


def test_on_paper_every_figure_is_there_and_what_was_folded_is_open(opened, address):
    tab = opened(address, media="print")
    assert tab.locator("figure img[data-packed]").count() == 0
    expect(tab.locator("nav")).to_be_hidden()
    folded = tab.locator("section details").first.locator("div.wide, p").first
    expect(folded).to_be_visible()


def test_without_javascript_the_words_are_there_and_it_is_said_what_is_missing(browser, address):
    with browser.new_context(java_script_enabled=False, offline=True) as context:
        tab = context.new_page()
        tab.goto(address)
        expect(tab.get_by_text("The figures and the benches need JavaScript")).to_be_visible()
        expect(tab.locator("#sequences h2")).to_be_visible()


def test_with_javascript_nothing_is_said_of_it(opened, address):
    expect(opened(address).get_by_text("need JavaScript")).to_be_hidden()
