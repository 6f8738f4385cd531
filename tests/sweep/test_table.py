"""Means over axes and the table of all cells, against sums done by hand."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuzushi.core.results import Interval, Provenance, Score
from kuzushi.core.statistics import wilson
from kuzushi.perceptrons.configs import DesignConfig
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sweep.configs import SweepConfig
from kuzushi.sweep.results import SweepCell, SweepResult
from kuzushi.sweep.table import MOST_VALUES, Means, drawn_axes, quartiles, table

MADE = Provenance(
    command="kuzushi sweep grid.toml", kuzushi="0", commit=None, python="3", torch="2", numpy="2", platform="",
    device="cpu", threads=1,
)  # fmt: skip


def solved(nets: int, of: int) -> Score:
    return Score(value=wilson(nets, of), n=of)


def taken(axes, *cells):
    means = Means(axes)
    for config, outcome in cells:
        means.add(config, outcome)
    return means


def test_a_mean_over_cells_is_the_rate_of_all_their_nets_together():
    means = taken(
        {"hid": (2, 3), "length": (4, 5)},
        (SequencesConfig(hid=2, length=4), solved(1, 4)),
        (SequencesConfig(hid=2, length=4, seed=1), solved(7, 16)),
        (SequencesConfig(hid=2, length=5), solved(4, 4)),
        (SequencesConfig(hid=3, length=5), solved(0, 4)),
    )
    by_hid, by_length = means.axes("solved")
    assert [(mean.score, mean.n, mean.cells) for mean in by_hid.means] == [
        (wilson(12, 24), 24, 3),
        (wilson(0, 4), 4, 1),
    ]
    assert [mean.score for mean in by_length.means] == [wilson(8, 20), wilson(4, 8)]
    (pair,) = means.pairs("solved")
    assert (pair.rows, pair.columns) == ("hid", "length")
    assert [[None if mean is None else mean.score for mean in row] for row in pair.means] == [
        [wilson(8, 20), wilson(4, 4)],
        [None, wilson(0, 4)],
    ]


def test_accuracies_on_the_same_images_are_averaged_and_their_interval_is_of_so_many_images():
    means = taken(
        {"hid": (2,)},
        (SequencesConfig(), Score(value=Interval(0.5, 0, 1), n=200)),
        (SequencesConfig(), Score(value=Interval(0.8, 0, 1), n=200)),
    )
    (axis,) = means.axes("accuracy")
    (mean,) = axis.means
    assert mean is not None
    assert (mean.n, mean.cells) == (200, 2)
    assert mean.score.mean == pytest.approx(0.65)
    assert mean.score.low == pytest.approx(wilson(130, 200).low)


def test_units_are_averaged_with_their_bounds_and_a_cell_without_a_score_adds_nothing():
    means = taken(
        {"data": ("xor",)},
        (DesignConfig(data="xor"), Score(value=Interval(4.0, 3.0, 4.0), n=None)),
        (DesignConfig(data="xor"), Score(value=Interval(2.0, 2.0, 2.0), n=None)),
        (DesignConfig(data="xor"), Score(value=None, n=None)),
    )
    (axis,) = means.axes("units")
    assert axis.means[0] is not None
    assert axis.means[0].score == Interval(3.0, 2.5, 3.0)
    assert axis.means[0].cells == 2


def test_axes_are_the_settings_that_vary_but_the_seed_and_but_those_of_too_many_values():
    configs = [
        SequencesConfig(hid=hid, seed=seed, nets=nets, lang=lang)
        for hid in (3, 10, 2)
        for seed in (0, 1)
        for nets in range(1, MOST_VALUES + 2)
        for lang in ("anbn", "anb2n")
    ]
    assert drawn_axes(iter(configs), ("hid", "seed", "nets", "lang")) == {"hid": (2, 3, 10), "lang": ("anbn", "anb2n")}
    assert drawn_axes(iter(configs), ("seed",)) == {"seed": (0, 1)}


def test_the_table_has_a_line_for_each_cell_and_is_read_back_by_any_reader():
    cells = (
        SweepCell(
            name="a" * 16, settings=(2, "a,b"), error=None, score=Interval(0.5, 0.25, 0.75), n=4,
            quartiles=(1, 2, None), seconds=1.5,
        ),
        SweepCell(name="b" * 16, settings=(3, "x"), error='said "no", twice'),
    )  # fmt: skip
    result = SweepResult(
        config=SweepConfig(grid="grid.toml"), data_sha256="0", swept="sequences", measure="solved", same={},
        varied=("hid", "data"), cells=cells, failed=1, per_net="first_failure", axes=(), pairs=(), seconds=1.5,
        provenance=MADE,
    )  # fmt: skip
    one, other = csv.DictReader(io.StringIO(table(result).decode()))
    assert one == {
        "cell": "a" * 16, "hid": "2", "data": "a,b", "state": "done", "solved": "0.5", "low": "0.25", "high": "0.75",
        "n": "4", "first_failure_first_quartile": "1", "first_failure_median": "2", "first_failure_third_quartile": "",
        "seconds": "1.5", "error": "",
    }  # fmt: skip
    assert {name: value for name, value in other.items() if value} == {
        "cell": "b" * 16, "hid": "3", "data": "x", "state": "failed", "error": 'said "no", twice',
    }  # fmt: skip


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_quartiles_are_those_of_numpy(numbers):
    assert quartiles(numbers) == tuple(np.quantile(numbers, (0.25, 0.5, 0.75), method="inverted_cdf").tolist())


def test_what_never_fails_is_beyond_every_number_in_the_quartiles():
    assert quartiles((3, 5, None, 9)) == (3, 5, 9)
    assert quartiles((7, None, None, None)) == (7, None, None)
    assert quartiles(()) is None
