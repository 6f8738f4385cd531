"""Why no smaller step net is right, in words that claim no more than was checked."""

import dataclasses

import pytest

from designs import board, contradiction, proof
from kuzushi.configs import DesignConfig
from kuzushi.report.minimality import minimum, reasons, smaller_sets
from kuzushi.results import Unit, Weighing


def with_units(count, **changes):
    """The board, as if its points had so many dichotomies."""
    return board(proof=dataclasses.replace(proof(), units=(Unit(on="", weight=(), bias=0),) * count), **changes)


def test_the_board_is_explained_by_counts_by_its_edge_and_by_all_that_can_do_it():
    too_small, edge, realisable = reasons(board())
    assert too_small == "28 + 378 + 3,276 sets of 1, 2, 3 units: none can do it"
    assert edge.startswith("Walk around the edge of the board: its 8 steps")
    assert edge.endswith("no fewer than 4 lines will do")
    assert realisable == ("Of the 20,475 sets of 4 units, 3 can do it, of 2 kinds up to the symmetries of the points")


def test_the_board_of_the_tests_has_the_dichotomies_that_are_counted():
    assert len(proof().units) == 28


@pytest.mark.parametrize(
    ("units", "lower", "numbers", "sizes"),
    [
        (28, 1, "", ""),
        (6, 2, "6", "1"),
        (86, 5, "86 + 3,655 + 102,340 + 2,123,555", "1, 2, 3, 4"),
        (86, 6, "37,055,938", "1 to 5"),
        (418, 10, "about 1.0 x 10^18", "1 to 9"),
    ],
)
def test_sets_that_are_too_small_are_counted_by_size_or_together(units, lower, numbers, sizes):
    assert smaller_sets(with_units(units, lower=lower)) == (numbers, sizes)


def test_a_single_set_size_is_named_in_the_singular():
    assert "6 sets of 1 unit: none can do it" in reasons(
        with_units(6, lower=2, upper=2, config=DesignConfig(data="xor"))
    )


def test_bounds_come_with_the_time_limit_that_left_them_apart():
    limited = board(lower=6, upper=8, config=DesignConfig(data="cells:3,gap=0.5", time_limit=12))
    assert minimum(limited) == "at least 6, at most 8: the time limit of 12 s was reached"
    assert not any("can do it, of" in reason for reason in reasons(limited))
    none = board(lower=6, upper=None, designs=())
    assert minimum(none) == "at least 6 units: the time limit of 60 s was reached and no net was found"


def test_the_walk_around_the_edge_is_told_for_boards_alone_and_only_for_their_bound():
    def walks(**changes):
        return any("Walk" in reason for reason in reasons(board(**changes)))

    assert walks(config=DesignConfig(data="grid:3"))
    assert not walks(config=DesignConfig(data="cells:3,gap=1"))
    assert not walks(proof=dataclasses.replace(proof(), bound=3))


def test_a_count_that_was_not_checked_is_called_so():
    assert reasons(board(count_checked=False))[-1].endswith("that there are no others was NOT checked")


def test_what_is_not_listed_or_not_shown_is_said():
    assert reasons(board(realisable=None))[-1] == (
        "Not all of the 20,475 sets of 4 units were gone through, so there may be more designs than those shown"
    )
    assert "of 5 kinds up to the symmetries of the points (2 are shown)" in reasons(board(realisable=9, kinds=5))[-1]


def test_points_at_one_place_with_both_targets_are_named():
    assert minimum(contradiction()) == "no net of any width"
    assert reasons(contradiction()) == [
        "Points with the targets 0 and 1 lie at the same place, (1, 0.5): no net tells them apart"
    ]


def test_a_weighing_that_no_unit_unbalances_is_told_by_its_numbers():
    weighed = dataclasses.replace(contradiction(), impossible=Weighing(points=(1, 2), numbers=(2, -2)))
    (reason,) = reasons(weighed)
    assert "the numbers +2 at (1, 0.5), -2 at (2, 0)" in reason
