"""Palette, figures and kana."""

import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from kuzushi.core import figure_style as style
from kuzushi.core.figure_style import BLACK, RED, Drawn, draw_kana, new_figure, new_grid
from kuzushi.core.kana import KANA


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("ORANGE", (230, 159, 0)),
        ("SKY", (86, 180, 233)),
        ("GREEN", (0, 158, 115)),
        ("YELLOW", (240, 228, 66)),
        ("BLUE", (0, 114, 178)),
        ("RED", (213, 94, 0)),
        ("PURPLE", (204, 121, 167)),
    ],
)
def test_the_colours_are_those_of_okabe_and_ito(name, printed):
    assert tuple(round(255 * part) for part in to_rgb(getattr(style, name))) == printed


def test_a_figure_has_its_size_and_belongs_to_no_window():
    figure = new_figure(3, 2)
    assert figure.get_size_inches().tolist() == [3, 2]
    assert figure.get_layout_engine() is not None
    assert plt.get_fignums() == []


@pytest.mark.parametrize(("panels", "inches"), [(1, [3, 2]), (2, [6, 2]), (3, [6, 4])])
def test_a_grid_has_one_axes_for_each_panel_and_the_size_of_all(panels, inches):
    figure, axes = new_grid(panels, columns=2, width=3, height=2)
    assert figure.axes == axes
    assert len(axes) == panels
    assert figure.get_size_inches().tolist() == inches


@pytest.mark.parametrize("kana", KANA, ids=lambda kana: kana.romaji)
def test_every_stroke_of_a_kana_is_a_line_through_its_control_points(kana):
    ax = new_figure(2, 2).subplots()
    draw_kana(ax, kana.label)
    assert len(ax.lines) == len(kana.strokes)
    for line, stroke in zip(ax.lines, kana.strokes, strict=True):
        np.testing.assert_allclose(line.get_xydata()[::12], stroke)
        assert to_hex(line.get_color()) == BLACK
    assert not ax.texts


def test_a_kana_is_drawn_upright_in_a_square_without_axes():
    ax = new_figure(3, 2).subplots()
    draw_kana(ax, 3, colour=RED, width=1.0)
    assert (ax.get_xlim(), ax.get_ylim(), ax.get_aspect()) == ((0, 100), (100, 0), 1.0)
    assert not ax.axison
    (line,) = ax.lines
    assert (line.get_color(), line.get_linewidth()) == (RED, 1.0)


def test_svg_has_the_artists_and_the_size_and_no_date():
    figure = new_figure(2, 1)
    (line,) = figure.subplots().plot([0, 1], [1, 0])
    line.set_gid("the-line")
    svg = Drawn(name="one", figure=figure, caption="", alternative="").svg().decode()
    assert 'id="the-line"' in svg
    assert 'width="144pt" height="72pt"' in svg
    assert "<dc:date>" not in svg


def test_a_layout_that_differs_in_the_last_bit_gives_the_same_svg():
    pictures, clips = set(), set()
    for left in (0.1, np.nextafter(0.1, 1)):
        figure = Figure(figsize=(2, 1))
        for bottom in (0.1, 0.6):
            figure.add_axes((left, bottom, 0.8, 0.3)).plot([0, 1], [1, 0])
        pictures.add(Drawn(name="one", figure=figure, caption="", alternative="").svg())
        root = ET.fromstring(max(pictures))
        clips |= {element.attrib["id"] for element in root.iter() if element.tag.endswith("clipPath")}
    assert len(pictures) == 1
    assert len(clips) == 2
