"""The whole page in a browser: it opens from the disk without a network, and everyone can read it."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from kuzushi.page.build import page

MOST_BYTES = 5_000_000
DEMOS = ["character_demo", "perceptron_demo", "sequence_demo"]


@pytest.fixture(scope="module")
def address(recognisers, perceptrons, recurrent, tmp_path_factory):
    """A page with figures and all three demos, of some results only: to draw the figures takes longest."""
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(page([*recognisers, perceptrons[0], perceptrons[3], recurrent[1]]), encoding="utf-8")
    return path.as_uri()


def test_the_page_is_small_enough_to_be_sent(address):
    assert Path(unquote(urlparse(address).path)).stat().st_size < MOST_BYTES


@pytest.mark.parametrize("scripts", [True, False])
def test_every_figure_is_shown_with_and_without_javascript_in_the_place_reserved_for_it(browser, address, scripts):
    with browser.new_context(java_script_enabled=scripts, offline=True) as context:
        tab = context.new_page()
        tab.goto(address)
        sizes = tab.locator("figure img").evaluate_all(
            "all => all.map(image => [image.src.startsWith('data:image/webp') ? 2 : 1, image.complete,"
            " image.naturalWidth, image.naturalHeight,"
            " Number(image.getAttribute('width')), Number(image.getAttribute('height'))])"
        )
    assert len(sizes) > 10
    for dots, complete, *drawn, width, height in sizes:
        assert complete
        np.testing.assert_allclose(np.divide(drawn, dots), (width, height), atol=1)


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


def test_links_lead_to_each_demo_and_an_address_with_a_state_opens_at_its_demo(opened, address):
    tab = opened(address)
    assert tab.locator("section.demo").evaluate_all("demos => demos.map(demo => demo.id)") == DEMOS
    for demo in DEMOS:
        tab.locator(f"header a[href='#{demo}']").press("Enter")
        expect(tab.locator(f"#{demo}")).to_be_in_viewport()
    expect(opened(f"{address}#sequence_bench=%7B%7D").locator("#sequence_demo")).to_be_in_viewport()


def test_on_paper_every_figure_is_there_and_what_was_folded_is_open(opened, address):
    tab = opened(address, media="print")
    images = tab.locator("figure img").evaluate_all("all => all.map(image => image.complete && image.naturalWidth > 0)")
    assert len(images) > 10
    assert all(images)
    expect(tab.locator("nav")).to_be_hidden()
    folded = tab.locator("section details").first.locator("div.wide, p").first
    expect(folded).to_be_visible()


def test_without_javascript_everything_but_the_demos_is_there_and_the_page_says_so(browser, address):
    with browser.new_context(java_script_enabled=False, offline=True) as context:
        tab = context.new_page()
        tab.goto(address)
        expect(tab.get_by_text("The interactive demos need JavaScript")).to_be_visible()
        expect(tab.locator("#sequences h2")).to_be_visible()


def test_with_javascript_nothing_is_said_of_it(opened, address):
    expect(opened(address).get_by_text("need JavaScript")).to_be_hidden()
