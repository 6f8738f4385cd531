"""Learning curves and reliability diagrams, read back from their artists."""

import dataclasses
from statistics import fmean

import numpy as np
import pytest

from kuzushi.characters.evaluate import calibration
from kuzushi.characters.figures.curves import draw_accuracy, draw_loss, draw_reliability, learning_curves, reliability
from kuzushi.characters.figures.names import COLOURS
from kuzushi.characters.results import EpochScore, TrainedSeed


@pytest.fixture
def calibrated():
    right = np.array([[True, True, False, True, True, False, True, True]])
    return calibration(right, np.array([[0.31, 0.32, 0.33, 0.95, 0.96, 0.97, 0.98, 0.99]]))


def seed_of(*accuracies, seed=0):
    epochs = [
        EpochScore(epoch=i, train_loss=1 / i, test_loss=2 / i, test_accuracy=accuracy, seconds=float(i))
        for i, accuracy in enumerate(accuracies, start=1)
    ]
    return TrainedSeed(
        seed=seed, test_loss=0.0, test_correct=0, test_accuracy=accuracies[-1], confusion=(), epochs=tuple(epochs),
        seconds=0.0,
    )  # fmt: skip


def test_the_curves_are_those_of_the_result(both, lin, full):
    loss, accuracy = both["1-learning-curves"].figure.axes
    seeds = [(seed, colour) for net, colour in zip((lin, full), COLOURS, strict=False) for seed in net.seeds]
    for line, (seed, colour) in zip(accuracy.lines, seeds, strict=True):
        expected = [(score.epoch, 100 * score.test_accuracy) for score in seed.epochs]
        np.testing.assert_array_equal(line.get_xydata(), expected)
        assert line.get_color() == colour
    lines = [line for line in loss.lines if len(line.get_xdata())]
    for test, training, (seed, colour) in zip(lines[::2], lines[1::2], seeds, strict=True):
        np.testing.assert_array_equal(test.get_xydata(), [(score.epoch, score.test_loss) for score in seed.epochs])
        np.testing.assert_array_equal(training.get_xydata(), [(score.epoch, score.train_loss) for score in seed.epochs])
        assert (test.get_linestyle(), training.get_linestyle()) == ("-", "--")
        assert test.get_color() == training.get_color() == colour
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["test", "training"]
    assert loss.get_ylim()[0] == 0


def test_the_curves_end_with_the_mean_of_the_seeds_and_the_caption_has_its_interval(both, lin, full):
    one = both["1-learning-curves"]
    ends = [text.get_text().strip() for text in one.figure.axes[1].texts]
    mean = 100 * fmean(seed.test_accuracy for seed in lin.seeds)
    assert ends == [f"NetLin {mean:.1f} %", f"NetFull {100 * full.seeds[0].test_accuracy:.1f} %"]
    rate = lin.summary.accuracy
    assert f"NetLin {100 * rate.mean:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})" in one.caption
    last = full.seeds[0].epochs[-1]
    assert (
        f"NetFull after epoch 2: training loss {last.train_loss:.3f}, test loss {last.test_loss:.3f}" in one.alternative
    )


def test_names_at_the_ends_of_close_curves_are_moved_apart(ax):
    nets = {name: [seed_of(0.1, end)] for name, end in (("a", 0.801), ("b", 0.8), ("c", 0.5), ("d", 0.802))}
    draw_accuracy(ax, nets)
    heights = {text.get_text().split()[0]: text.get_position()[1] for text in ax.texts}
    low, high = ax.get_ylim()
    in_order = [heights[name] for name in "cbad"]
    assert (np.diff(in_order) >= 0.05 * (high - low) - 1e-9).all()
    assert (heights["c"], heights["b"]) == pytest.approx((50, 80))


def test_one_epoch_is_drawn_as_points_and_is_in_the_alternative_once(lin):
    seeds = tuple(dataclasses.replace(seed, epochs=seed.epochs[:1]) for seed in lin.seeds)
    one = learning_curves("curves", [dataclasses.replace(lin, seeds=seeds)])
    assert {line.get_marker() for line in one.figure.axes[1].lines} == {"."}
    assert one.alternative.count("after epoch 1") == 1


def test_more_nets_than_colours_are_all_drawn(ax):
    nets = {f"net {i}": [seed_of(0.1, 0.1 * i)] for i in range(len(COLOURS) + 1)}
    draw_loss(ax, nets)
    assert len(ax.lines) == 2 * len(nets) + 2


def test_a_net_that_occurs_twice_is_named_with_its_preset_and_number(lin, full):
    fast = dataclasses.replace(lin, config=dataclasses.replace(lin.config, preset="fast"))
    ends = learning_curves("curves", [lin, full, fast]).figure.axes[1].texts
    assert [text.get_text().rsplit(maxsplit=2)[0].strip() for text in ends] == [
        "NetLin report (1)", "NetFull", "NetLin fast (3)",
    ]  # fmt: skip


def test_each_bin_is_a_dot_at_its_probability_and_accuracy_with_its_interval(ax, calibrated):
    draw_reliability(ax, calibrated, colour="black")
    (dots,) = ax.collections
    assert np.array(dots.get_offsets()) == pytest.approx(np.array([[0.32, 2 / 3], [0.97, 4 / 5]]))
    diagonal, *intervals = ax.lines
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata()) == [0, 1]
    assert [tuple(line.get_ydata()) for line in intervals] == [
        (bin.accuracy.low, bin.accuracy.high) for bin in calibrated.bins
    ]
    small, large = dots.get_sizes()
    assert (large - 12) * 3 == pytest.approx((small - 12) * 5)  # areas beyond the least one go with the predictions


def test_every_net_has_a_panel_with_its_error_and_the_alternative_has_the_bins(lin, full, calibrated):
    nets = [dataclasses.replace(net, calibration=calibrated) for net in (lin, full)]
    drawn = reliability("1-calibration", nets)
    error = (3 * abs(2 / 3 - 0.32) + 5 * abs(4 / 5 - 0.97)) / 8
    assert [ax.get_title() for ax in drawn.figure.axes] == [
        f"NetLin\ncalibration error {100 * error:.1f} %",
        f"NetFull\ncalibration error {100 * error:.1f} %",
    ]
    assert "probability 32 %, accuracy 67 % (3), probability 97 %, accuracy 80 % (5)" in drawn.alternative
