"""Figures of single images, read back from their artists."""

import dataclasses

import numpy as np
import pytest

from comparisons import comparison
from kuzushi.plots.confused import MOST_SHOWN, figures
from kuzushi.results import AlwaysWrong

NAMES = ["NetLin", "NetConv"]


@pytest.fixture(scope="module")
def result():
    return comparison()


@pytest.fixture(scope="module")
def drawn(result):
    return dict(zip(("nearest", "evidence", "always"), figures("1", result, NAMES), strict=True))


def images_of(figure):
    """What is drawn, from left to right and from above, by row."""
    placed = {}
    for image in figure.figure.axes[0].images:
        left, _, _, top = image.get_extent()
        placed.setdefault(top, []).append((left, np.asarray(image.get_array())))
    return [[array for _, array in sorted(row, key=lambda place: place[0])] for _, row in sorted(placed.items())]


def texts_of(figure):
    return [text.get_text() for text in figure.figure.axes[0].texts]


def test_beside_each_image_are_the_nearest_of_its_class_and_then_those_of_the_other(result, drawn):
    for row, images in enumerate(images_of(drawn["nearest"])):
        expected = [result.arrays["confused"][row], *result.arrays["nearest"][row].reshape(4, 8, 8)]
        np.testing.assert_array_equal(images, expected)


def test_distances_probabilities_and_heads_are_written(drawn):
    texts = texts_of(drawn["nearest"])
    assert [text for text in texts if "." in text] == ["3.5", "4.0", "3.0", "4.5", "2.5", "2.8", "5.0", "5.2"]
    assert texts.count("12 %") == texts.count("75 %") == 2
    assert texts[-3:] == ["test image", "nearest of its class", "nearest of the class it is read as"]


def test_the_caption_counts_the_images_that_are_nearer_to_the_wrong_class(drawn):
    assert "1 of the 2 are nearer to the wrong class" in drawn["nearest"].caption
    assert drawn["nearest"].alternative.startswith(
        "test image 17, は ha read as す su: distances 3.5, 4.0 to は ha and 3.0, 4.5 to す su; "
    )


def test_the_evidence_is_drawn_for_either_class_and_as_their_difference_on_one_scale(result, drawn):
    for row, (image, *panels) in enumerate(images_of(drawn["evidence"])):
        target, predicted = result.arrays["evidence"][row]
        np.testing.assert_array_equal(image, result.arrays["confused"][row])
        np.testing.assert_allclose(panels, [target, predicted, predicted - target])
    artists = drawn["evidence"].figure.axes[0].images
    shown = [artist for artist in artists if artist.get_cmap().name == "PuOr_r"]
    for row in (shown[:3], shown[3:]):
        most = max(np.abs(artist.get_array()).max() for artist in row)
        assert {artist.get_clim() for artist in row} == {(-most, most)}


def test_what_the_ink_adds_is_written_below_and_in_words(result, drawn):
    target, predicted = result.arrays["evidence"][0].sum((1, 2))
    nats = [text for text in texts_of(drawn["evidence"]) if "nats" in text]
    assert nats[:3] == [f"{target:+.1f} nats", f"{predicted:+.1f} nats", f"{predicted - target:+.1f} nats"]
    assert (
        f"its ink adds {target:+.1f} nats for は ha and {predicted:+.1f} nats for す su"
        in drawn["evidence"].alternative
    )


def test_every_image_that_nobody_reads_is_shown_with_what_it_was_read_as(result, drawn):
    (row,) = images_of(drawn["always"])
    np.testing.assert_array_equal(row, result.arrays["always_wrong"])
    assert texts_of(drawn["always"])[0] == "na, read ma\n4 of 4, 50 %"
    assert drawn["always"].caption.startswith("The 3 test images that all 4 trained nets misread")
    assert drawn["always"].alternative.endswith("test image 102, な na read as ま ma by 2 of 4, 50 %.")


def test_of_many_such_images_the_first_are_shown_and_it_is_said(result):
    many = tuple(
        AlwaysWrong(index=place, target=4, predicted=6, agreeing=4, probability=0.5) for place in range(MOST_SHOWN + 5)
    )
    arrays = result.arrays | {"always_wrong": np.zeros((len(many), 8, 8), dtype=np.uint8)}
    *_, drawn = figures("1", dataclasses.replace(result, always_wrong=many, arrays=arrays), NAMES)
    assert len(drawn.figure.axes[0].images) == MOST_SHOWN
    assert f"Shown are the first {MOST_SHOWN}." in drawn.caption


def test_without_such_images_there_is_no_figure(result):
    assert list(figures("1", dataclasses.replace(result, images=(), always_wrong=()), NAMES)) == []
