"""All figures of recognisers together."""

import dataclasses
import io

import pytest
from matplotlib.text import Text

from drawings import figures_by_name, of_other_images
from kuzushi.characters.section import figures


def test_every_figure_has_its_own_name_and_text_and_can_be_rendered(both):
    assert list(both) == [
        "1-samples", "1-learning-curves", "1-confusion-lin", "2-confusion-full", "1-gallery", "1-calibration",
    ]  # fmt: skip
    for one in both.values():
        for text in (one.caption, one.alternative):
            assert text.endswith(".")
            assert "\n" not in text
        file = io.BytesIO()
        one.figure.savefig(file, format="png", dpi=60)
        assert file.getvalue().startswith(b"\x89PNG")


def test_no_figure_needs_a_font_with_kana(full, both):
    others = of_other_images(full, classes=("亨", "é", "a rather long name"), name="pictures", sha256="other")
    for one in (*both.values(), *figures([others])):
        letters = {letter for text in one.figure.findobj(Text) for letter in text.get_text()}
        assert {letter for letter in letters if not letter.isascii()} <= {"×", "…"}


def test_results_on_other_images_have_separate_sheets_and_curves(lin, full):
    others = of_other_images(full, classes=("cat", "dog"), name="pictures", sha256="other")
    drawn = figures_by_name(lin, others)
    names = set(drawn)
    assert {"1-samples", "2-samples", "1-learning-curves", "2-learning-curves", "1-gallery"} <= names
    assert "2-gallery" not in names, "a net without errors misreads no image"
    assert "the largest: none." in drawn["2-confusion-full"].caption
    assert "pictures" in drawn["2-learning-curves"].caption
    assert "NetLin" not in drawn["2-learning-curves"].caption


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"name": "kmnist", "verified": True}, "Images: kmnist, 200 for training and 50 for testing."),
        (
            {"name": "pictures", "verified": False},
            "Images: pictures, 200 for training and 50 for testing, not verified.",
        ),
        (
            {"name": "kmnist-mini"},
            "Images: kmnist-mini, 200 for training and 50 for testing out of the official test file; "
            "not comparable with results on all of it.",
        ),
        (
            {"name": "kmnist-mini", "verified": False},
            "Images: kmnist-mini, 200 for training and 50 for testing, not verified.",
        ),
    ],
)
def test_every_caption_names_the_images_and_the_official_ones_have_their_credit(lin, data, text):
    letters = tuple("abcdefghij")  # quicker to draw than kana
    result = dataclasses.replace(lin, data=dataclasses.replace(lin.data, classes=letters, **data))
    for name, one in figures_by_name(result).items():
        assert (text if name == "1-samples" else f"Images: {result.data.name}.") in one.caption
        assert ("CC BY-SA 4.0" in one.caption) == (name == "1-samples" and result.data.verified)
