"""The figure of the width search, read back from its artists."""

import dataclasses
import io

import numpy as np
import pytest
from matplotlib.colors import to_hex

from kuzushi.configs import WidthSearchConfig
from kuzushi.plots.style import BLACK, BLUE, GREEN, ORANGE, RED, new_figure
from kuzushi.plots.width_search import STUDIED, draw_accuracy, draw_loss, draw_parameters, figures, needed
from kuzushi.reference import PUBLISHED
from kuzushi.results import DataSummary, Interval, Provenance, SearchedWidth, WidthScore, WidthSearchResult

STUDY = PUBLISHED.characters


def score(*correct, of, loss, train_loss=0.1):
    mean = sum(correct) / len(correct) / of
    return WidthScore(
        accuracy=Interval(mean, mean - 0.05, mean + 0.02), spread=0.01, correct=correct, loss=(loss, loss + 0.2),
        train_loss=(train_loss, train_loss + 0.2),
    )  # fmt: skip


WIDTHS = tuple(
    SearchedWidth(
        hid=hid, parameters=795 * hid + 10, validation=score(*validation, of=100, loss=(hid - 95) / 300),
        test=score(*test, of=50, loss=(hid - 100) / 100, train_loss=(hid - 95) / 100),
    )
    for hid, validation, test in ((100, (70, 72), (30, 35)), (110, (80, 84), (40, 42)), (120, (82, 86), (41, 45)))
)  # fmt: skip


@pytest.fixture
def result():
    return WidthSearchResult(
        config=WidthSearchConfig(narrowest=100, widest=120, seeds=2), validation=100, widths=WIDTHS, best=120,
        standard_error=0.035, chosen=110, seconds=1.0,
        data=DataSummary(name="brush", train=500, test=50, sha256="0", verified=True, classes=("a", "b")),
        provenance=Provenance(
            command="kuzushi width-search", kuzushi="0", commit=None, python="3", torch="2", numpy="2", platform="",
            device="cpu", threads=1,
        ),
    )  # fmt: skip


@pytest.fixture
def official(result):
    return dataclasses.replace(
        result, data=dataclasses.replace(result.data, name="kmnist", train=STUDY.train, test=STUDY.test)
    )


@pytest.fixture
def ax():
    return new_figure(4, 4).subplots()


def panels(result):
    (drawn,) = figures([result])
    return drawn.figure.axes


def lines(ax, colour):
    return [line for line in ax.lines if to_hex(line.get_color()) == colour.lower()]


def test_every_result_has_one_figure_with_a_name_of_its_own_and_words_that_can_be_rendered(result):
    drawn = list(figures([result, result]))
    assert [one.name for one in drawn] == ["1-search", "2-search"]
    for one in drawn:
        assert one.caption.endswith(".")
        assert one.alternative.endswith(".")
        one.figure.savefig(io.BytesIO(), format="png")


def test_accuracies_are_drawn_in_percent_with_their_intervals_and_a_dot_for_each_seed(ax):
    scores = [width.validation for width in WIDTHS]
    draw_accuracy(ax, (10, 20, 30), scores, images=100, aside=2, color=BLUE, marker="o", label="x")
    (line, _, (bars,)) = ax.containers[0]
    np.testing.assert_allclose(line.get_xydata(), [(12, 71), (22, 82), (32, 84)])
    np.testing.assert_allclose([bar[:, 1] for bar in bars.get_segments()], [(66, 73), (77, 84), (79, 86)])
    dots = [line for line in ax.lines if line.get_marker() == "."]
    np.testing.assert_allclose([dot.get_ydata() for dot in dots], [(70, 80, 82), (72, 84, 86)])
    assert all(list(dot.get_xdata()) == [12, 22, 32] for dot in dots)


def test_losses_are_drawn_as_means_and_a_dot_for_each_seed(ax):
    draw_loss(ax, (10, 20), [(1.0, 3.0), (0.5, 0.7)], color=GREEN, marker="^", label="x")
    mean, *seeds = ax.lines
    np.testing.assert_allclose(mean.get_xydata(), [(10, 2), (20, 0.6)])
    np.testing.assert_allclose([seed.get_ydata() for seed in seeds], [(1, 0.5), (3, 0.7)])


def test_the_curves_of_the_figure_are_those_of_the_result(result):
    accuracy, loss = panels(result)
    for colour, part in ((BLUE, "validation"), (ORANGE, "test")):
        scores = [getattr(width, part) for width in WIDTHS]
        drawn = next(line for line in lines(accuracy, colour) if line.get_marker() in "os")
        np.testing.assert_allclose(drawn.get_ydata(), [100 * score.accuracy.mean for score in scores])
        drawn = next(line for line in lines(loss, colour) if line.get_marker() in "os")
        np.testing.assert_allclose(drawn.get_ydata(), [np.mean(score.loss) for score in scores])
    training = next(line for line in lines(loss, GREEN) if line.get_marker() == "^")
    np.testing.assert_allclose(training.get_ydata(), [np.mean(width.test.train_loss) for width in WIDTHS])


def test_the_choice_the_studys_choice_and_the_accuracy_that_is_needed_are_marked(result):
    assert needed(result) == pytest.approx(0.84 - 0.035)
    accuracy, loss = panels(result)
    for ax in (accuracy, loss):
        assert [list(line.get_xdata()) for line in lines(ax, RED)] == [[110, 110]]
        assert [list(line.get_xdata()) for line in lines(ax, BLACK)] == [[STUDIED, STUDIED]]
    (dotted,) = (line for line in lines(accuracy, BLUE) if line.get_linestyle() == ":")
    np.testing.assert_allclose(dotted.get_ydata(), [80.5, 80.5])


def test_the_parameters_stand_above_their_widths(result, ax):
    (above,) = panels(result)[0].child_axes
    found = dict(zip(above.get_xticks(), [label.get_text() for label in above.get_xticklabels()], strict=True))
    assert found == {100: "79,510", 110: "87,460", 120: "95,410"}
    many = [dataclasses.replace(WIDTHS[0], hid=hid, parameters=hid) for hid in range(10, 210, 10)]
    draw_parameters(ax, many)
    (above,) = ax.child_axes
    assert [int(label.get_text()) for label in above.get_xticklabels()] == list(range(200, 0, -20))


def test_what_the_study_printed_is_drawn_only_beside_the_same_images(result, official):
    for of, count in ((result, 0), (official, 1), (dataclasses.replace(official, data=unverified(official)), 0)):
        stars = [line for ax in panels(of) for line in ax.lines if line.get_marker() == "*"]
        assert len(stars) == 2 * count
        assert ("The star is what the study printed" in next(figures([of])).caption) == bool(count)
    accuracy, loss = (next(line for line in ax.lines if line.get_marker() == "*") for ax in panels(official))
    study = STUDY.nets["full"]
    assert (accuracy.get_xdata(), accuracy.get_ydata()) == ([STUDIED], [study.test_correct / 100])
    assert (loss.get_xdata(), loss.get_ydata()) == ([STUDIED], [study.test_loss])


def unverified(result):
    return dataclasses.replace(result.data, verified=False)


def test_the_width_of_the_study_is_that_of_its_net():
    assert f"Linear(784,{STUDIED})" in STUDY.nets["full"].layers
    assert STUDY.nets["full"].parameters == 795 * STUDIED + 10


def test_the_caption_says_what_chose_and_what_did_not(result):
    (drawn,) = figures([result])
    assert "one standard error below the best: 110." in drawn.caption
    assert "100 validation images" in drawn.caption
    assert "the other 400 training images" in drawn.caption
    assert "the 50 test images, read once, after the choice" in drawn.caption


def test_a_best_width_at_the_end_of_the_search_is_said(result):
    assert "wider nets may be better still" in next(figures([result])).caption
    inside = dataclasses.replace(result, best=110)
    assert "wider" not in next(figures([inside])).caption
    one = dataclasses.replace(result, widths=WIDTHS[:1], best=100, chosen=100)
    assert "wider" not in next(figures([one])).caption


def test_the_alternative_has_every_number(result):
    (drawn,) = figures([result])
    assert (
        "110 units, 87,460 parameters: validation 82.0 % (77.0 to 84.0) with loss 0.150, "
        "test 82.0 % (77.0 to 84.0) with loss 0.200, training loss 0.250"
    ) in drawn.alternative
    assert drawn.alternative.endswith("Chosen: 110; best: 120.")


def test_the_studys_width_is_marked_only_where_it_lies_in_the_search(official):
    narrow = dataclasses.replace(official, widths=WIDTHS[:1], best=100, chosen=100)
    for ax in panels(narrow):
        assert not lines(ax, BLACK)
        assert not [line for line in ax.lines if line.get_marker() == "*"]
    (drawn,) = figures([narrow])
    assert "dashed" not in drawn.caption
    assert "star" not in drawn.caption.replace("starts", "")


def test_every_mark_lies_inside_the_panels(official):
    for ax in panels(official):
        (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
        assert (left, right) == (90, 130)
        for line in ax.lines:
            if line.get_marker() in "os^.*":
                assert left < np.min(line.get_xdata()) <= np.max(line.get_xdata()) < right
                assert low <= np.min(line.get_ydata()) <= np.max(line.get_ydata()) < high
    assert panels(official)[1].get_ylim()[0] == 0


def test_one_seed_is_called_one_net(result):
    one = dataclasses.replace(result, config=dataclasses.replace(result.config, seeds=1))
    assert "needs: one net of each width, on brush." in next(figures([one])).caption
    assert "needs: 2 nets of each width, from different random starts (dots), on brush." in (
        next(figures([result])).caption
    )
