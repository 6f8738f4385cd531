"""Classes by name and by picture; a figure never needs a font for a kana."""

import numpy as np
import pytest

from kuzushi.kana import KANA
from kuzushi.plots.classes import (
    LONGEST,
    ROMAJI,
    in_figure,
    in_words,
    place_class,
    place_class_ticks,
    place_kana,
    read_as,
)
from kuzushi.plots.style import new_figure

PICTURES = ("cat", "dog")


@pytest.fixture
def ax():
    """The axes of a matrix of ten by ten."""
    ax = new_figure(5, 5).subplots()
    ax.imshow(np.zeros((10, 10)))
    return ax


def place_of(inset, ax):
    """The middle and the size of axes within axes, in the units of the outer ones."""
    ax.figure.draw_without_rendering()
    (left, top), (right, bottom) = ax.transData.inverted().transform(inset.get_window_extent().get_points()[:, :])
    return ((left + right) / 2, (top + bottom) / 2, right - left, top - bottom)


def kana_in(ax):
    """Which kana is drawn in each of the axes within these, by its control points."""
    found = []
    for inset in ax.child_axes:
        drawn = [line.get_xydata()[::12] for line in inset.lines]
        found += [
            kana.label
            for kana in KANA
            if len(drawn) == len(kana.strokes)
            and all(np.array_equal(np.round(a, 9), b) for a, b in zip(drawn, kana.strokes, strict=True))
        ]
    return found


def test_a_kana_is_named_in_words_with_its_romaji_and_another_class_by_its_name():
    assert in_words(ROMAJI, 5) == "は ha"
    assert read_as(ROMAJI, 5, 2) == "は ha read as す su"
    assert in_words(PICTURES, 1) == "dog"
    assert read_as(PICTURES, 1, 0) == "dog read as cat"


def test_ten_other_classes_are_not_taken_for_the_kana():
    assert in_words(tuple(reversed(ROMAJI)), 0) == "wo"


@pytest.mark.parametrize(
    ("name", "shown"),
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
def test_a_name_is_shown_with_letters_that_every_font_has(name, shown):
    assert in_figure((name,), 0) == shown


def test_a_name_with_dollars_is_drawn_as_it_is_written(ax):
    text = ax.text(0, 0, in_figure(("$x^2$",), 0))
    assert text._preprocess_math(text.get_text()) == ("$x^2$", False)


@pytest.mark.parametrize("label", range(10))
def test_a_kana_is_drawn_where_it_was_asked_for(ax, label):
    place_kana(ax, label, x=3, y=label, size=0.8)
    (inset,) = ax.child_axes
    assert place_of(inset, ax) == pytest.approx((3, label, 0.8, 0.8), abs=1e-6)
    assert kana_in(ax) == [label]


def test_a_kana_class_is_its_picture_with_its_romaji_to_the_right(ax):
    place_class(ax, ROMAJI, 7, x=2, y=4, size=1)
    (text,) = ax.texts
    assert (text.get_text(), text.get_ha()) == ("ya", "left")
    x, y, width, _ = place_of(ax.child_axes[0], ax)
    assert (x, y) == pytest.approx((2, 4))
    assert text.get_position()[0] > x + width / 2
    assert text.get_position()[1] == 4
    assert kana_in(ax) == [7]


def test_another_class_is_its_name_alone(ax):
    place_class(ax, ("亨", "cat"), 0, x=2, y=4, size=1)
    assert [(text.get_text(), text.get_position()) for text in ax.texts] == [("U+4EA8", (1.5, 4))]
    assert not ax.child_axes


def test_rows_and_columns_of_kana_have_their_romaji_and_their_pictures(ax):
    place_class_ticks(ax, ROMAJI)
    for axis in (ax.xaxis, ax.yaxis):
        assert axis.get_ticklocs().tolist() == list(range(10))
        assert tuple(label.get_text() for label in axis.get_ticklabels()) == ROMAJI
    assert kana_in(ax) == [label for label in range(10) for _ in "xy"]
    for label, (beside, below) in enumerate(zip(ax.child_axes[::2], ax.child_axes[1::2], strict=True)):
        assert place_of(beside, ax)[:2] == pytest.approx((-1.05, label))
        assert place_of(below, ax)[:2] == pytest.approx((label, 10.05))


def test_rows_and_columns_of_other_classes_have_names_and_columns_are_turned():
    ax = new_figure(3, 3).subplots()
    ax.imshow(np.zeros((2, 2)))
    place_class_ticks(ax, PICTURES)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["cat", "dog"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["cat", "dog"]
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {90}
    assert not ax.child_axes
