"""Figures of the forms of a class, read back from their artists."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from comparisons import comparison
from kuzushi.plots.forms import draw_rates, figures
from kuzushi.plots.pairs import COLOURS

NAMES = ["NetLin", "NetConv"]


@pytest.fixture(scope="module")
def result():
    return comparison()


@pytest.fixture(scope="module")
def drawn(result):
    return list(figures("1", result, NAMES))


def test_each_form_has_the_rate_and_the_interval_of_each_net(result):
    ax, pair = Figure().subplots(), result.forms[0]
    draw_rates(ax, pair, NAMES)
    for net, bars in enumerate(ax.containers):
        line, _, (interval,) = bars.lines
        tested = [form.rates[net] for form in pair.forms if form.rates]
        assert line.get_color() == COLOURS[net]
        assert list(line.get_xdata()) == [100 * rate.mean for rate in tested]
        assert list(np.round(line.get_ydata().astype(float))) == [0, 1]
        ends = [sorted(end[:, 0]) for end in interval.get_segments()]
        np.testing.assert_allclose(ends, [[100 * rate.low, 100 * rate.high] for rate in tested])


def test_the_images_of_a_pair_are_its_own_rows_with_gaps_between_mean_typical_and_misread(result, drawn):
    for figure, rows in zip(drawn, (slice(0, 3), slice(3, 4)), strict=True):
        (image,) = figure.figure.axes[0].images
        numbers = np.asarray(image.get_array()).reshape(rows.stop - rows.start, 12, -1, 12)[:, 6, :, 6]
        own, misread = (result.arrays[name][rows, :, 0, 0] for name in ("forms", "misread"))
        gap = np.zeros((len(own), 1))
        assert (numbers == np.hstack([own[:, :1], gap, own[:, 1:], gap, misread])).all()


def test_the_rates_lie_beside_the_rows_of_their_forms(drawn):
    for figure, forms in zip(drawn, (3, 1), strict=True):
        ax = figure.figure.axes[0]
        figure.png()  # lays it out
        (rates,) = ax.child_axes
        for row in range(forms):
            beside, of_rates = (each.transData.transform((0, row))[1] for each in (ax, rates))
            assert beside == pytest.approx(of_rates, abs=1)


def test_the_words_name_forms_counts_and_rates(drawn):
    several, one = drawn
    assert several.caption.startswith("Which form of は ha is read as す su?")
    assert "fall into 3 groups" in several.caption
    assert "form 2, 200 training and 60 test images: NetLin 50.0 % (25.0 to 75.0), NetConv" in several.alternative
    assert "form 3, 100 training and 0 test images: none to test" in several.alternative
    assert one.caption.startswith("な na read as お o. No two groups were found")
    texts = [text.get_text() for text in several.figure.axes[0].texts]
    assert texts == [
        "500 training\n120 test", "200 training\n60 test", "100 training\n0 test", "mean", "typical training images",
        "test images read as su",
    ]  # fmt: skip
