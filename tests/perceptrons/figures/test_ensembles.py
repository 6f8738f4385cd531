"""Figures of ensembles, read back from their artists."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_hex

from kuzushi.core.figure_style import BLUE, RED, new_figure
from kuzushi.perceptrons.figures.ensembles import (
    MOST_POINTS,
    MOST_UNITS,
    draw_dichotomy,
    draw_misses,
    draw_success,
    frequent_solutions,
    missed_points,
)
from kuzushi.perceptrons.figures.nets import figures
from kuzushi.perceptrons.figures.plane import VALUES
from kuzushi.perceptrons.results import Activations, Solution, Solutions

TABLE = tuple(
    Activations(point=(float(i), float(j)), target=(i + j) % 2, hidden=(), output=0.5) for i in (0, 1) for j in (0, 1)
)


def solutions(*units, fewest=2):
    frequent = (Solution(units=one, nets=3, fewest=fewest, design=None, shared=None) for one in units)
    return Solutions(
        distinct=7, most_frequent=tuple(frequent), steps=0, realisable=0, active=(), minimal=None, designs=(),
        shared=(), wrong=(0, 1, 1, 2),
    )  # fmt: skip


@pytest.fixture
def ax():
    return new_figure(2, 2).subplots()


def colours(ax):
    """The colour of every point drawn."""
    return {
        tuple(point): to_hex(colour)
        for group in ax.collections
        for point, colour in zip(group.get_offsets().tolist(), group.get_facecolors(), strict=True)
    }


def test_a_small_board_has_the_colour_of_each_side(ax):
    draw_dichotomy(ax, TABLE, "0001")
    on, off = to_hex(VALUES(1.0)), to_hex(VALUES(0.0))
    assert colours(ax) == {(0, 0): off, (0, 1): off, (1, 0): off, (1, 1): on}


def test_there_is_a_row_for_each_solution_and_a_board_for_each_of_its_units():
    drawn = frequent_solutions(
        "a", solutions(("0001", "0111"), ("0011", "0101", "0111")), TABLE, solved=9, kind="3 sigmoid units"
    )
    boards = [ax for ax in drawn.figure.axes if ax.collections]
    assert len(boards) == 5
    texts = [text.get_text() for ax in drawn.figure.axes for text in ax.texts]
    assert texts == ["3 nets\nsteps need 2"] * 2
    assert "7 sets of dichotomies in 9 solved nets of 3 sigmoid units" in drawn.caption
    assert drawn.alternative.startswith("3 nets, steps need 2: on at (1, 1) | (0, 1) (1, 0) (1, 1); 3 nets")
    drawn.figure.savefig(io.BytesIO(), format="png")


def test_dichotomies_that_are_not_enough_for_steps_are_marked():
    drawn = frequent_solutions("a", solutions(("0001",), fewest=None), TABLE, solved=9, kind="")
    assert drawn.figure.axes[0].texts[0].get_text() == "3 nets\nno step net"


@pytest.mark.parametrize(
    ("units", "table"),
    [
        pytest.param([], TABLE, id="none solved"),
        pytest.param([()], TABLE, id="no active unit"),
        pytest.param([("0001",) * (MOST_UNITS + 1)], TABLE, id="too many units"),
        pytest.param([("0" * (MOST_POINTS + 1),)], TABLE[:1] * (MOST_POINTS + 1), id="too many points"),
    ],
)
def test_boards_are_not_drawn_if_there_are_none_or_no_room(units, table):
    assert frequent_solutions("a", solutions(*units), table, solved=9, kind="") is None


def test_a_point_is_the_redder_the_more_nets_miss_it_and_has_the_number(ax):
    draw_misses(ax, TABLE, (0, 1, 1, 4))
    assert {text.get_position(): text.get_text() for text in ax.texts} == {
        (0, 0): "0", (0, 1): "1", (1, 0): "1", (1, 1): "4"
    }  # fmt: skip
    drawn = colours(ax)
    assert (drawn[0, 0], drawn[1, 1]) == ("#ffffff", RED.lower())


def test_many_points_are_drawn_without_numbers(ax):
    table = [Activations(point=(float(i), 0.0), target=0, hidden=(), output=0.5) for i in range(MOST_POINTS + 1)]
    draw_misses(ax, table, [1] * len(table))
    assert not ax.texts


def test_the_caption_of_missed_points_has_counts_and_their_mean():
    drawn = missed_points("a", (0, 1, 1, 2), TABLE, unsolved=2, kind="2 sigmoid units")
    assert "2 unsolved nets of 2 sigmoid units" in drawn.caption
    assert "they miss 2.0 of the 4 points" in drawn.caption
    assert drawn.alternative == "Nets that get each point wrong. (0, 0): 0; (0, 1): 1; (1, 0): 1; (1, 1): 2."
    bar = drawn.figure.axes[1]
    assert bar.get_ylabel() == "nets that get the point wrong"
    drawn.figure.savefig(io.BytesIO(), format="png")
    ticks = bar.get_yticks()
    np.testing.assert_array_equal(ticks, ticks.round())


# --- training --------------------------------------------------------------------------------------------------


@pytest.fixture
def trained(ensemble):
    return ensemble


def drawn(*results):
    return {figure.name: figure for figure in figures(results)}


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
