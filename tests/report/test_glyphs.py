"""Kana in texts: each is a picture with its name, and everything else is the text itself."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from kuzushi.kana import KANA
from kuzushi.report.glyphs import symbols, written


@pytest.mark.parametrize("kana", KANA, ids=lambda kana: kana.romaji)
def test_a_kana_is_a_use_of_its_symbol_that_is_read_aloud_as_itself(kana):
    drawn = ET.fromstring(f"<p>{written(f'{kana.kana} {kana.romaji}')}</p>")
    assert "".join(drawn.itertext()) == f" {kana.romaji}"
    (svg,) = drawn
    assert svg.attrib == {"class": "kana", "role": "img", "aria-label": kana.kana}
    (use,) = svg
    assert (use.tag, use.attrib) == ("use", {"href": f"#kana-{kana.label}"})


def test_every_kana_of_a_text_is_drawn_in_its_place():
    assert str(written("は ha read as す su")) == (
        '<svg class="kana" role="img" aria-label="は"><use href="#kana-5"/></svg> ha read as '
        '<svg class="kana" role="img" aria-label="す"><use href="#kana-2"/></svg> su'
    )


@pytest.mark.parametrize("text", ["", "p < 0.05 & q > 0", '<script>alert("!")</script>', "it's 亨 &amp; ほ", "aⁿb²ⁿ"])
def test_text_stays_text(text):
    markup = str(written(text))
    assert "".join(ET.fromstring(f"<p>{markup}</p>").itertext()) == text
    assert not re.search(r"[<>\"']", markup)


def test_there_is_one_symbol_for_each_kana_with_its_strokes():
    root = ET.fromstring(str(symbols()))
    assert [symbol.attrib["id"] for symbol in root] == [f"kana-{kana.label}" for kana in KANA]
    for symbol, kana in zip(root, KANA, strict=True):
        assert symbol.attrib["viewBox"] == "0 0 100 100"
        (path,) = symbol
        strokes = [
            np.array([point.split() for point in stroke.split("L")], float)
            for stroke in path.attrib["d"].split("M")[1:]
        ]
        assert len(strokes) == len(kana.strokes)
        for line, stroke in zip(strokes, kana.strokes, strict=True):
            np.testing.assert_allclose(line[::6], stroke, atol=0.0501)


def test_the_symbols_themselves_take_no_room_and_are_not_read_aloud():
    root = ET.fromstring(str(symbols()))
    assert (root.attrib["width"], root.attrib["height"], root.attrib["aria-hidden"]) == ("0", "0", "true")
