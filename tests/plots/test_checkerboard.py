"""Figures of perceptrons, read back from their artists."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_hex

from kuzushi.configs import CheckerboardConfig
from kuzushi.experiments.checkerboard import run
from kuzushi.plots.checkerboard import draw_success, figures
from kuzushi.plots.style import BLUE, new_figure


@pytest.fixture(scope="module")
def trained():
    return run(CheckerboardConfig(nets=16, epochs=800))


@pytest.fixture(scope="module")
def by_hand():
    return run(CheckerboardConfig(set_weights="report"))


@pytest.fixture
def ax():
    return new_figure(4, 4).subplots()


def drawn(*results):
    return {figure.name: figure for figure in figures(results)}


def test_every_figure_has_a_name_of_its_own_and_words_and_can_be_rendered(trained, by_hand):
    figured = list(figures([trained, by_hand]))
    assert [one.name for one in figured] == [
        "1-units", "1-net", "1-designed", "1-diagram", "1-training", "1-epochs-to-solve", "1-solutions", "1-missed",
        "2-units", "2-net", "2-diagram", "2-scale",
    ]  # fmt: skip
    for one in figured:
        assert one.caption.endswith(".")
        assert one.alternative.endswith(".")
        one.figure.savefig(io.BytesIO(), format="png")


def test_every_unit_is_drawn_with_its_values_its_line_and_the_points(by_hand):
    figure = drawn(by_hand)["1-units"].figure
    panels, bar = figure.axes[:4], figure.axes[4]
    for j, panel in enumerate(panels):
        np.testing.assert_array_equal(panel.images[0].get_array(), by_hand.arrays["hidden"][j])
        assert panel.images[0].get_clim() == (0, 1)
        assert panel.get_title() == f"H{j + 1}: {by_hand.shown.lines[j]}"
        assert sum(len(points.get_offsets()) for points in panel.collections) == 9
    assert bar.get_ylabel() == "output of the hidden unit"


def test_tanh_units_are_drawn_from_minus_1_to_1():
    result = run(CheckerboardConfig(act="tanh", nets=1, epochs=100))
    figure = drawn(result)
    assert figure["1-units"].figure.axes[0].images[0].get_clim() == (-1, 1)
    assert figure["1-net"].figure.axes[0].images[0].get_clim() == (0, 1)


def test_the_net_is_drawn_with_its_border_and_says_how_many_points_are_right(by_hand):
    net = drawn(by_hand)["1-net"]
    np.testing.assert_array_equal(net.figure.axes[0].images[0].get_array(), by_hand.arrays["output"])
    assert "9 of 9 points" in net.caption
    wrong = drawn(run(CheckerboardConfig(set_weights="report", act="sig")))["1-net"]
    assert "4 of 9 points" in wrong.caption


def test_the_training_curves_are_those_of_the_result(trained):
    training = drawn(trained)["1-training"]
    loss, solved = training.figure.axes
    np.testing.assert_array_equal(loss.lines[0].get_xydata(), [(e.epoch, e.loss) for e in trained.epochs])
    np.testing.assert_array_equal(solved.lines[0].get_xydata(), [(e.epoch, e.solved) for e in trained.epochs])
    assert f"{trained.solved} after {trained.epochs[-1].epoch} epochs" in training.caption


def test_every_net_is_counted_once_among_the_epochs_to_solve(trained):
    success = drawn(trained)["1-epochs-to-solve"]
    bars = success.figure.axes[0].patches
    heights = [bar.get_height() for bar in bars]
    assert sum(heights) == trained.nets
    assert heights[-1] == trained.nets - trained.solved
    within_200 = sum(epoch is not None and epoch <= 200 for epoch in trained.epochs_to_solve)
    assert sum(heights[:2]) == within_200
    assert f"{trained.solved} of {trained.nets} nets" in success.caption


def test_unsolved_nets_are_hatched(ax):
    draw_success(ax, [("100", 3), ("200", 5)], unsolved=2)
    assert [bar.get_height() for bar in ax.patches] == [3, 5, 2]
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [False, False, True]
    assert to_hex(ax.patches[0].get_facecolor()) == BLUE.lower()


def test_without_a_plane_only_weights_and_training_are_drawn(tmp_path):
    path = tmp_path / "line.csv"
    path.write_text("x1,target\n0,0\n1,1\n2,0\n")
    result = run(CheckerboardConfig(data=str(path), nets=2, epochs=100))
    assert list(drawn(result)) == ["1-diagram", "1-training", "1-epochs-to-solve"]


def test_an_ensemble_in_which_no_net_is_solved_is_drawn_too():
    result = run(CheckerboardConfig(nets=2, hid=1, epochs=50))
    assert "0 of 2 nets" in drawn(result)["1-epochs-to-solve"].caption
    assert list(drawn(result)) == [
        "1-units", "1-net", "1-diagram", "1-training", "1-epochs-to-solve", "1-missed"
    ]  # fmt: skip


def test_the_factor_of_the_run_is_marked_where_the_units_are_sigmoids(by_hand):
    scaled = run(CheckerboardConfig(set_weights="report", act="sig", scale=7.0))
    labels = [
        [text.get_text() for text in drawn(result)["1-scale"].figure.legends[0].get_texts()]
        for result in (by_hand, scaled)
    ]
    assert [any("used here: 7" in label for label in group) for group in labels] == [False, True]
