"""Names of classes as text and as drawings; a figure never needs a font for a kana."""

import numpy as np
import pytest

from kuzushi.characters.figures.names import (
    LONGEST,
    ROMAJI,
    class_name,
    draw_class,
    draw_class_ticks,
    draw_kana_at,
    figure_name,
    pair_name,
)
from kuzushi.core.figure_style import new_figure
from kuzushi.core.kana import KANA

PICTURES = ("cat", "dog")


@pytest.fixture
def ax():
    """Return the axes of a matrix of ten by ten."""
    ax = new_figure(5, 5).subplots()
    ax.imshow(np.zeros((10, 10)))
    return ax


def position_of(inset, ax):
    """Return the middle and the size of axes within axes, in the units of the outer ones."""
    ax.figure.draw_without_rendering()
    (left, top), (right, bottom) = ax.transData.inverted().transform(inset.get_window_extent().get_points()[:, :])
    return ((left + right) / 2, (top + bottom) / 2, right - left, top - bottom)


def kana_in(ax):
    """Return which kana is drawn in each of the axes within these, by its control points."""
    labels = []
    for inset in ax.child_axes:
        drawn = [line.get_xydata()[::12] for line in inset.lines]
        labels += [
            kana.label
            for kana in KANA
            if len(drawn) == len(kana.strokes)
            and all(np.array_equal(np.round(a, 9), b) for a, b in zip(drawn, kana.strokes, strict=True))
        ]
    return labels


def test_a_kana_is_named_with_its_romaji_and_another_class_by_its_name():
    assert class_name(ROMAJI, 5) == "は ha"
    assert pair_name(ROMAJI, 5, 2) == "は ha read as す su"
    assert class_name(PICTURES, 1) == "dog"
    assert pair_name(PICTURES, 1, 0) == "dog read as cat"


def test_ten_other_classes_are_not_named_as_the_kana():
    assert class_name(tuple(reversed(ROMAJI)), 0) == "wo"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ha", "ha"),
        ("twelve chars", "twelve chars"),
        ("thirteen char", "thirteen ch…"),
        ("亨", "U+4EA8"),
        ("𠮟", "U+20B9F"),
        ("éa", "U+00E9 U+0061"[: LONGEST - 1] + "…"),
        ("US$", r"US\$"),
        ("$x^2$", r"\$x^2\$"),
        ("", ""),
    ],
)
def test_a_name_is_drawn_with_letters_that_every_font_has(name, expected):
    assert figure_name((name,), 0) == expected


def test_a_name_with_dollars_is_drawn_as_it_is_written(ax):
    text = ax.text(0, 0, figure_name(("$x^2$",), 0))
    assert text._preprocess_math(text.get_text()) == ("$x^2$", False)


@pytest.mark.parametrize("label", range(10))
def test_a_kana_is_drawn_around_the_given_point(ax, label):
    draw_kana_at(ax, label, x=3, y=label, size=0.8)
    (inset,) = ax.child_axes
    assert position_of(inset, ax) == pytest.approx((3, label, 0.8, 0.8), abs=1e-6)
    assert kana_in(ax) == [label]


def test_a_kana_class_is_its_picture_with_its_romaji_to_the_right(ax):
    draw_class(ax, ROMAJI, 7, x=2, y=4, size=1)
    (text,) = ax.texts
    assert (text.get_text(), text.get_ha()) == ("ya", "left")
    x, y, width, _ = position_of(ax.child_axes[0], ax)
    assert (x, y) == pytest.approx((2, 4))
    assert text.get_position()[0] > x + width / 2
    assert text.get_position()[1] == 4
    assert kana_in(ax) == [7]


def test_another_class_is_its_name_alone(ax):
    draw_class(ax, ("亨", "cat"), 0, x=2, y=4, size=1)
    assert [(text.get_text(), text.get_position()) for text in ax.texts] == [("U+4EA8", (1.5, 4))]
    assert not ax.child_axes


def test_rows_and_columns_of_kana_have_their_romaji_and_their_pictures(ax):
    draw_class_ticks(ax, ROMAJI)
    for axis in (ax.xaxis, ax.yaxis):
        assert axis.get_ticklocs().tolist() == list(range(10))
        assert tuple(label.get_text() for label in axis.get_ticklabels()) == ROMAJI
    assert kana_in(ax) == [label for label in range(10) for _ in "xy"]
    for label, (left, below) in enumerate(zip(ax.child_axes[::2], ax.child_axes[1::2], strict=True)):
        assert position_of(left, ax)[:2] == pytest.approx((-1.05, label))
        assert position_of(below, ax)[:2] == pytest.approx((label, 10.05))


def test_rows_and_columns_of_other_classes_have_names_and_columns_are_turned():
    ax = new_figure(3, 3).subplots()
    ax.imshow(np.zeros((2, 2)))
    draw_class_ticks(ax, PICTURES)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["cat", "dog"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["cat", "dog"]
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {90}
    assert not ax.child_axes
