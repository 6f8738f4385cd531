"""Sheets of images, read back from their artists."""

import dataclasses
import re

import numpy as np
import pytest
from matplotlib.colors import to_hex

from comparisons import comparison
from drawings import is_kana, of_other_images, tiles
from kuzushi.characters.comparison_results import AlwaysWrong
from kuzushi.characters.figures.images import (
    MOST_ALWAYS_WRONG,
    MOST_CLASSES,
    always_wrong,
    draw_sheet,
    misread,
    samples,
)
from kuzushi.core.kana import KANA


@pytest.fixture(scope="module")
def result():
    return comparison()


@pytest.fixture(scope="module")
def drawn(result):
    return {"misread": misread("misread", result, "NetConv"), "always": always_wrong("always", result)}


def images_of(figure):
    """Return the images in each row, from left to right."""
    placed = {}
    for image in figure.figure.axes[0].images:
        left, _, _, top = image.get_extent()
        placed.setdefault(top, []).append((left, np.asarray(image.get_array())))
    return [[array for _, array in sorted(row, key=lambda entry: entry[0])] for _, row in sorted(placed.items())]


def texts_of(figure):
    return [text.get_text() for text in figure.figure.axes[0].texts]


def test_the_samples_show_the_training_images_of_each_class_with_its_code_point(both, lin):
    ax = both["1-samples"].figure.axes[0]
    images, between = tiles(ax.images[0])
    assert images.shape[:2] == (10, 12)
    np.testing.assert_array_equal(images, lin.arrays["samples"][:, :12])
    assert between == 0
    named = {text.get_position()[1]: text.get_text() for text in ax.texts}
    assert named == {kana.label: f"{kana.romaji}\n{kana.codepoint}" for kana in KANA}
    assert all(is_kana(inset, label) for label, inset in enumerate(ax.child_axes))
    assert len(ax.child_axes) == 10


def test_of_many_classes_the_first_are_sampled_and_the_caption_says_so(full):
    classes = tuple(f"c{i}" for i in range(25))
    one = samples("samples", of_other_images(full, classes=classes))
    assert tiles(one.figure.axes[0].images[0])[0].shape == (MOST_CLASSES, 12, 28, 28)
    assert f"The first {MOST_CLASSES} of 25 classes" in one.caption
    assert [text.get_text() for text in one.figure.axes[0].texts] == list(classes[:MOST_CLASSES])


def test_a_sheet_is_dark_ink_on_white_with_each_image_around_its_place(ax):
    images = np.zeros((2, 3, 28, 28), np.uint8)
    images[1, 2] = 255
    draw_sheet(ax, images, margin=4)
    (image,) = ax.images
    assert (ax.get_xlim(), ax.get_ylim()) == ((-4.5, 2.5), (1.5, -0.5))
    assert to_hex(image.cmap(image.norm(0))) == "#ffffff"
    assert to_hex(image.cmap(image.norm(255))) == "#000000"
    left, right, bottom, top = image.get_extent()
    row, column = np.nonzero(image.get_array())
    height, width = image.get_array().shape
    middle = (row.mean() + 0.5) / height, (column.mean() + 0.5) / width
    assert (top + middle[0] * (bottom - top), left + middle[1] * (right - left)) == pytest.approx((1, 2))


def test_each_row_has_the_image_the_nearest_of_both_classes_and_the_evidence_on_its_own_scale(result, drawn):
    for row, (*images, evidence) in enumerate(images_of(drawn["misread"])):
        expected = [result.arrays["confused"][row], *result.arrays["nearest"][row].reshape(4, 8, 8)]
        np.testing.assert_array_equal(images, expected)
        target, predicted = result.arrays["evidence"][row]
        np.testing.assert_allclose(evidence, predicted - target)
    for artist in drawn["misread"].figure.axes[0].images:
        if artist.get_cmap().name == "PuOr_r":
            most = np.abs(artist.get_array()).max()
            assert artist.get_clim() == (-most, most)


def test_distances_probabilities_sums_of_evidence_and_headings_are_written(result, drawn):
    texts = texts_of(drawn["misread"])
    assert [text for text in texts if re.fullmatch(r"\d\.\d", text)] == [
        "3.5", "4.0", "3.0", "4.5", "2.5", "2.8", "5.0", "5.2",
    ]  # fmt: skip
    assert texts.count("12 %") == texts.count("75 %") == 2
    assert texts[:4] == ["test image", "nearest of its class", "nearest of that read", "evidence"]
    differences = [predicted.sum() - target.sum() for target, predicted in result.arrays["evidence"]]
    assert [text for text in texts if "nats" in text] == [f"{nats:+.1f} nats" for nats in differences]


def test_the_caption_counts_the_images_that_are_nearer_to_the_wrong_class(drawn):
    assert "1 of the 2 are nearer to the wrong class" in drawn["misread"].caption
    assert drawn["misread"].alternative.startswith(
        "test image 17, は ha read as す su: distances 3.5, 4.0 to は ha (12 %) and 3.0, 4.5 to す su (75 %), "
    )


def test_every_image_that_all_nets_misread_is_drawn_with_its_label_and_prediction(result, drawn):
    (row,) = images_of(drawn["always"])
    np.testing.assert_array_equal(row, result.arrays["always_wrong"])
    assert texts_of(drawn["always"])[0] == "na, read ma\n4 of 4, 50 %"
    assert drawn["always"].caption.startswith("The 3 test images that all 4 trained nets misread")
    assert drawn["always"].alternative.endswith("test image 102, な na read as ま ma by 2 of 4, 50 %.")


def test_of_many_such_images_the_first_are_drawn_and_the_caption_says_so(result):
    many = tuple(
        AlwaysWrong(index=index, target=4, predicted=6, agreeing=4, probability=0.5)
        for index in range(MOST_ALWAYS_WRONG + 5)
    )
    arrays = result.arrays | {"always_wrong": np.zeros((len(many), 8, 8), dtype=np.uint8)}
    drawn = always_wrong("always", dataclasses.replace(result, always_wrong=many, arrays=arrays))
    assert len(drawn.figure.axes[0].images) == MOST_ALWAYS_WRONG
    assert f"The first {MOST_ALWAYS_WRONG} are drawn." in drawn.caption
