"""The page: one well-formed file that needs no other, the same for the same results."""

import dataclasses
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from kuzushi.characters import experiment as characters
from kuzushi.characters.configs import CharactersConfig
from kuzushi.core.figure_style import Drawn, new_figure
from kuzushi.core.kana import KANA
from kuzushi.core.run_folder import RunFolder
from kuzushi.core.sections import Section, Table
from kuzushi.experiments import load, text
from kuzushi.page.build import demos, page, sections
from kuzushi.perceptrons import experiment as checkerboard
from kuzushi.perceptrons.configs import CheckerboardConfig, DesignConfig
from kuzushi.perceptrons.minimal import experiment as design
from kuzushi.sequences import experiment as sequences
from kuzushi.sequences.configs import SequencesConfig

VOID = {"meta", "img", "link", "br", "hr", "input"}
HREF = "{http://www.w3.org/1999/xlink}href"


class Page(HTMLParser):
    """What a browser finds in a page: elements with their attributes, texts, and tags that do not match."""

    def __init__(self, html):
        super().__init__()
        self.open, self.elements, self.texts, self.unbalanced = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def subjects(read):
    """The sections that are no demos."""
    return [attributes["id"] for attributes in read.all("section") if "class" not in attributes]


@pytest.fixture(scope="module")
def lin():
    return characters.run(CharactersConfig(net="lin", data="brush:60/50", epochs=1))


@pytest.fixture(scope="module")
def by_hand():
    return checkerboard.run(CheckerboardConfig(set_weights="report"))


@pytest.fixture(scope="module")
def srn():
    return sequences.run(SequencesConfig(lang="anbn", nets=2, length=2, test_length=3, updates=20))


@pytest.fixture(scope="module")
def parts(lin, by_hand, srn):
    """What is to be on the page; the results are not in the order of the study."""
    return sections([srn, lin, by_hand])


@pytest.fixture(scope="module")
def html(parts):
    """The page without its demos, with these very parts: to draw them again takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kuzushi.page.build.sections", lambda results: parts)
        patch.setattr("kuzushi.page.build.demos", lambda results, sections: {})
        return page([None] * 3)


@pytest.fixture(scope="module")
def read(html):
    return Page(html)


def test_the_page_is_one_well_formed_document(html, read):
    assert html.startswith("<!DOCTYPE html>")
    assert (read.open, read.unbalanced) == ([], [])
    for tag in ("html", "head", "title", "body", "main", "style"):
        assert len(read.all(tag)) == 1
    assert read.all("html") == [{"lang": "en"}]
    assert {"charset": "utf-8"} in read.all("meta")


def test_the_page_needs_nothing_beside_it_and_may_fetch_nothing(html, read):
    for tag, attributes in read.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base")
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "srcset", "action", "data"):
                assert value.startswith(("#", "data:image/")), f"{tag} {name}={value[:60]}"
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.S)
    assert "url(" not in style and "@import" not in style
    (policy,) = (each for each in read.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert policy["content"].startswith("default-src 'none'; ")
    assert not re.search(r"https?:|\*|'self'|connect-src|default-src (?!'none')", policy["content"])
    scripts = read.all("script")
    assert [each.get("type") for each in scripts] == [None, "importmap", "module"]


def test_every_id_is_unique_and_every_reference_leads_to_one(read):
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    leads = {attributes["href"] for _, attributes in read.elements if "href" in attributes}
    assert leads <= {f"#{name}" for name in ids}


def test_the_subjects_stand_in_the_order_of_the_study_and_are_linked(read):
    assert subjects(read) == ["characters", "checkerboard", "sequences"]
    assert [attributes["href"] for attributes in read.all("a")] == [
        "#characters", "#checkerboard", "#sequences", "#sequences-1",
    ]  # fmt: skip
    assert "from 3 runs" in read.text


def test_every_figure_of_every_section_is_embedded_with_its_words(html, read, parts):
    figures = [(one.name, drawn) for one in parts for drawn in one.all_figures]
    assert [attributes["id"] for attributes in read.all("figure")] == [
        f"{name}-{drawn.name}" for name, drawn in figures
    ]
    kinds = set()
    for attributes, (_, drawn) in zip(read.all("img"), figures, strict=True):
        assert attributes["alt"] == drawn.alternative != ""
        assert [int(attributes[name]) for name in ("width", "height")] == [
            round(96 * inches) for inches in drawn.figure.get_size_inches()
        ]
        kind, data = attributes["src"].split(",", 1)
        kinds.add(kind)
        if kind == "data:image/svg+xml":
            svg = ET.fromstring(unquote(data))
            assert svg.tag == "{http://www.w3.org/2000/svg}svg"
            for element in svg.iter():
                assert not element.tag.endswith(("}script", "}text")), "letters are outlines"
                assert element.attrib.get(HREF, "#").startswith(("#", "data:image/png;base64,"))
    assert kinds == {"data:image/svg+xml", "data:image/webp;base64"}
    assert html.count("<figcaption>") == len(figures)


def test_every_paragraph_table_and_cell_is_on_the_page(read, parts):
    tables = [table for one in parts for table in one.all_tables]
    assert len(read.all("table")) == len(tables)
    assert len(read.all("tr")) == sum(1 + len(table.rows) for table in tables)
    unnamed = sum(not cell for table in tables for cell in table.header)
    assert len(read.all("td")) == sum(len(row) - 1 for table in tables for row in table.rows) + unnamed
    without_kana = str.maketrans(dict.fromkeys("".join(kana.kana for kana in KANA), " "))
    for one in parts:
        titles = [one.title, *(chapter.title for chapter in one.chapters)]
        told = [text for part in (one, *one.parts) for text in (part.question, *part.answer)]
        for paragraph in (*titles, *told):
            assert " ".join(paragraph.split()) in read.text
        for table in one.all_tables:
            for cell in (table.title, table.note, *table.header, *(cell for row in table.rows for cell in row)):
                assert " ".join(cell.translate(without_kana).split()) in read.text
    assert len(read.all("details")) == sum(table.folded for table in tables) + len(read.all("img"))


def test_kana_are_drawn_and_stand_nowhere_as_letters(read):
    letters = {kana.kana for kana in KANA}
    assert not letters & set(read.text)
    kana = [attributes for attributes in read.all("svg") if attributes.get("class") == "kana"]
    assert len(kana) == len(read.all("use")) > 20
    for svg, use in zip(kana, read.all("use"), strict=True):
        (label,) = (one.label for one in KANA if one.kana == svg["aria-label"])
        assert use == {"href": f"#kana-{label}"}
    assert len(read.all("symbol")) == 10


def test_the_same_results_give_the_same_bytes_also_when_read_back(tmp_path, monkeypatch, html, lin, by_hand, srn):
    kept = []
    for name, result in {"srn": srn, "lin": lin, "by-hand": by_hand}.items():
        with RunFolder(tmp_path / name) as folder:
            folder.begin(result.config, result.provenance, "")
            folder.finish(result)
        kept.append(load(tmp_path / name))
    names = ["characters", "checkerboard", "sequences"]
    assert demos(kept, names) == demos([srn, lin, by_hand], names)
    assert list(demos(kept, names)) == names
    monkeypatch.setattr("kuzushi.page.build.demos", lambda results, sections: {})
    assert page(kept) == html


def test_what_others_have_named_is_text_and_no_markup(monkeypatch, tmp_path, lin, by_hand):
    monkeypatch.setattr("kuzushi.characters.section.figures", lambda results: ())
    name = '<b>& "quoted"</b>'
    classes = (name, *lin.data.classes[1:])
    pets = dataclasses.replace(lin, data=dataclasses.replace(lin.data, name="a<i>&amp;", classes=classes))
    path = tmp_path / "<u>points.csv"
    path.write_text("x1,target\n0,0\n1,1\n")
    points = checkerboard.run(CheckerboardConfig(data=str(path), nets=1, epochs=1))
    html = page([pets, points])
    read = Page(html)
    assert (read.open, read.unbalanced) == ([], [])
    outside = Page(re.sub('<section class="demo".*?</section>', "", html, flags=re.S))
    assert not {tag for tag, _ in outside.elements} & {"b", "i", "u"}
    for said in (name, "a<i>&amp; 60 / 50", "Most confused pairs on a<i>&amp;", str(path)):
        assert said in read.text
    assert points.provenance.command in read.text


def test_words_of_a_figure_are_text_and_no_markup(monkeypatch, by_hand):
    words = 'Is 1 < 2 & "<b>3</b>" > は?'
    one = Drawn(name="one", figure=new_figure(1, 1), caption=words, alternative=words)
    monkeypatch.setattr("kuzushi.perceptrons.section.perceptrons.figures", lambda results: (one,))
    read = Page(page([by_hand]))
    assert (read.open, read.unbalanced) == ([], [])
    assert not read.all("b")
    assert read.all("img")[0]["alt"] == words
    assert read.text.count('Is 1 < 2 & "<b>3</b>" > ?') == 2


def test_a_section_begins_with_a_warning_if_its_runs_are_not_comparable(monkeypatch, by_hand):
    table = Table(title="", header=(), rows=())
    plain = Section(name="", title="", question="", answer=("Answer.",), tables=(), figures=(), runs=table)
    monkeypatch.setattr("kuzushi.page.build.section", lambda name, results: plain)
    assert sections([by_hand, by_hand]) == [plain]
    other = dataclasses.replace(by_hand, data_sha256="f00d" * 16)
    ((warning, answer),) = [one.answer for one in sections([by_hand, other])]
    assert warning.startswith("Not comparable: board is not the same data in all 2 runs")
    assert answer == "Answer."


def test_a_demo_stands_in_the_first_of_its_sections_that_is_there(by_hand):
    assert list(demos([by_hand], ["checkerboard", "design"])) == ["checkerboard"]
    assert list(demos([design.run(DesignConfig(data="xor"))], ["design"])) == ["design"]


def test_only_subjects_that_have_results_have_a_section(monkeypatch, by_hand):
    monkeypatch.setattr("kuzushi.perceptrons.section.perceptrons.figures", lambda results: ())
    read = Page(page([by_hand, by_hand]))
    assert subjects(read) == ["checkerboard"]
    assert "from 2 runs" in read.text
    assert sections([]) == []


def test_every_result_has_its_words_for_a_terminal(lin, by_hand, srn):
    assert text(lin).startswith("NetLin, preset fast, float32, on brush")
    assert text(by_hand).startswith("Initial Weights:")
    assert text(srn).startswith("SRN with 2 hidden units on anbn")
