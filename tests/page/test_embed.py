"""Figures, scripts and kana inside the page: each is what it was outside, and none needs a script to be seen."""

import base64
import io
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

from kuzushi.core.figure_style import Drawn, new_figure
from kuzushi.core.kana import KANA
from kuzushi.page.embed import LARGE, MODULES, image, import_map, kana_symbols, with_kana


def attributes_of(markup):
    """The attributes of an <img> element, as a browser reads them."""
    read = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: read.append((tag, dict(attributes)))
    parser.feed(str(markup))
    ((tag, attributes),) = read
    assert tag == "img"
    return attributes


def elements(svg):
    """Every element of an SVG image with its attributes, apart from the ids of groups."""
    return [
        (element.tag, {
            name: " ".join(value.split()).replace("base64, ", "base64,") for name, value in element.attrib.items()
            if not (name == "id" and element.tag.endswith("}g"))
        })
        for element in ET.fromstring(svg).iter()
    ]  # fmt: skip


@pytest.fixture
def small():
    """A figure with a line, a bitmap, and characters that mean something in XML, HTML and addresses."""
    figure = new_figure(2, 1.5)
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], color="#0072B2")
    left.set_title("50 % of 'a' < \"b\" & #1")
    right.imshow(np.arange(4).reshape(2, 2))
    return Drawn(name="one", figure=laid_out(figure), caption="", alternative='1 < 2 & "3"')


@pytest.fixture
def large():
    """A figure with many marks."""
    figure = new_figure(4, 3)
    figure.subplots().plot(*np.random.default_rng(0).normal(size=(2, 3_000)), ".", color="#D55E00")
    return Drawn(name="many", figure=laid_out(figure), caption="", alternative="many")


def laid_out(figure):
    """The figure with its layout fixed, which otherwise moves a little with every drawing."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return figure


def test_a_figure_is_an_svg_image_with_every_element_that_was_drawn(small):
    found = attributes_of(image(small))
    kind, text = found["src"].split(",", 1)
    assert kind == "data:image/svg+xml"
    assert elements(unquote(text)) == elements(small.svg())
    assert (found["width"], found["height"], found["alt"]) == ("192", "144", small.alternative)


def test_a_figure_with_many_marks_is_a_sharp_bitmap_of_the_same_picture(large):
    found = attributes_of(image(large))
    kind, data = found["src"].split(",")
    assert kind == "data:image/webp;base64"
    assert LARGE < len(found["src"]) < len(large.svg())
    bitmap = Image.open(io.BytesIO(base64.b64decode(data, validate=True))).convert("RGB")
    assert bitmap.size == (2 * int(found["width"]), 2 * int(found["height"])) == (768, 576)
    drawn = Image.open(io.BytesIO(large.png())).convert("RGB").resize(bitmap.size)
    np.testing.assert_allclose(np.mean(bitmap, (0, 1)), np.mean(drawn, (0, 1)), atol=1)


def test_the_same_figure_gives_the_same_bytes(small, large):
    for drawn in (small, large):
        assert image(drawn) == image(drawn)


def test_every_module_is_in_the_import_map_under_its_path():
    modules = json.loads(import_map())["imports"]
    assert {f"{name}.js" for name in modules} == {str(path.relative_to(MODULES)) for path in MODULES.rglob("*.js")}
    for name, address in modules.items():
        kind, data = address.split(",")
        assert kind == "data:text/javascript;base64"
        assert base64.b64decode(data) == (MODULES / f"{name}.js").read_bytes()


def test_every_import_names_a_module_that_exports_it():
    """Browsers say that only when the module is loaded, which some are late."""
    sources = {path.relative_to(MODULES).with_suffix("").as_posix(): path.read_text() for path in MODULES.rglob("*.js")}
    exported = {
        name: set(re.findall(r"^export (?:async )?(?:const|function\*?|let) (\w+)", text, re.M))
        for name, text in sources.items()
    }
    for text in sources.values():
        for names, module in re.findall(r"^import \{([^}]*)\} from \"([^\"]+)\";", text, re.M):
            assert {name.strip() for name in names.split(",") if name.strip()} <= exported[module]
        for alias, module in re.findall(r"^import \* as (\w+) from \"([^\"]+)\";", text, re.M):
            assert set(re.findall(rf"\b{alias}\.(\w+)", text)) <= exported[module]


def test_only_one_module_computes_a_recurrent_step():
    """Every other module calls `read` of nets.js, and none has an activation of its own."""
    computing = [path.name for path in MODULES.rglob("*.js") if re.search(r"Math\.(tanh|exp)\b", path.read_text())]
    assert computing == ["nets.js"]


@pytest.mark.parametrize("kana", KANA, ids=lambda kana: kana.romaji)
def test_a_kana_is_a_use_of_its_symbol_that_is_read_aloud_as_itself(kana):
    drawn = ET.fromstring(f"<p>{with_kana(f'{kana.kana} {kana.romaji}')}</p>")
    assert "".join(drawn.itertext()) == f" {kana.romaji}"
    (svg,) = drawn
    assert svg.attrib == {"class": "kana", "role": "img", "aria-label": kana.kana}
    (use,) = svg
    assert (use.tag, use.attrib) == ("use", {"href": f"#kana-{kana.label}"})


def test_every_kana_of_a_text_is_drawn_in_its_place():
    assert str(with_kana("は ha read as す su")) == (
        '<svg class="kana" role="img" aria-label="は"><use href="#kana-5"/></svg> ha read as '
        '<svg class="kana" role="img" aria-label="す"><use href="#kana-2"/></svg> su'
    )


@pytest.mark.parametrize("text", ["", "p < 0.05 & q > 0", '<script>alert("!")</script>', "it's 亨 &amp; ほ", "aⁿb²ⁿ"])
def test_text_stays_text(text):
    markup = str(with_kana(text))
    assert "".join(ET.fromstring(f"<p>{markup}</p>").itertext()) == text
    assert not re.search(r"[<>\"']", markup)


def test_there_is_one_symbol_for_each_kana_with_its_strokes():
    root = ET.fromstring(str(kana_symbols()))
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
    root = ET.fromstring(str(kana_symbols()))
    assert (root.attrib["width"], root.attrib["height"], root.attrib["aria-hidden"]) == ("0", "0", "true")
