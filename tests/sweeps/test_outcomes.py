"""What is taken from the results of cells: the same numbers as the result itself has."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuzushi.analysis.intervals import wilson
from kuzushi.configs import (
    CharactersConfig,
    CheckerboardConfig,
    DesignConfig,
    SequencesConfig,
    WidthsConfig,
    WidthSearchConfig,
)
from kuzushi.results import Interval
from kuzushi.runs import load
from kuzushi.sweeps.cells import run
from kuzushi.sweeps.grid import SUBJECTS
from kuzushi.sweeps.outcomes import MEASURES, READ, quartiles, read_outcome

TINY = [
    SequencesConfig(nets=3, updates=3, test_length=6),
    CheckerboardConfig(nets=3, epochs=300, hid=8),
    WidthsConfig(nets=2, epochs=100, narrowest=3, widest=4),
    CharactersConfig(net="lin", data="brush:100/20", epochs=1, seeds=2),
    WidthSearchConfig(data="brush:100/20", epochs=1, seeds=1, narrowest=2, widest=3, step=1),
    DesignConfig(data="xor"),
]


@pytest.fixture(scope="module", params=TINY, ids=lambda config: type(config).__name__)
def cell(request, tmp_path_factory):
    """A config, and the folder that it was run in."""
    folder = tmp_path_factory.mktemp("cell") / "run"
    run(request.param, folder)
    return request.param, folder


def expected(result):
    """Score and what it is taken over, straight from the whole result."""
    match result.subject:
        case "sequences" | "checkerboard":
            return result.solved_interval, result.nets
        case "widths":
            return wilson(sum(width.solved for width in result.widths), 4), 4
        case "characters":
            return result.summary.accuracy, 20
        case "width-search":
            (chosen,) = (width for width in result.widths if width.hid == result.chosen)
            return chosen.test.accuracy, 20
        case "design":
            return Interval(2.0, 2.0, 2.0), None  # xor needs two units


def test_the_outcome_of_a_cell_is_the_score_of_its_result(cell):
    config, folder = cell
    result, found = load(folder), read_outcome(folder, config)
    assert found is not None
    assert (found.score, found.n) == expected(result)
    assert found.seconds == result.seconds


def test_a_result_of_another_config_or_a_damaged_one_is_not_an_outcome(cell, tmp_path):
    config, folder = cell
    other = dataclasses.replace(config, **({"shown": 3} if isinstance(config, DesignConfig) else {"seed": 9}))
    assert read_outcome(folder, other) is None
    data = (folder / "result.json").read_bytes()
    for damaged in (b"", data[: len(data) // 2], b"[]", data.replace(b'"schema": 1', b'"schema": 2')):
        (tmp_path / "result.json").write_bytes(damaged)
        assert read_outcome(tmp_path, config) is None
    assert read_outcome(tmp_path / "none", config) is None


def test_every_subject_that_can_be_swept_has_a_score():
    assert set(READ) == set(SUBJECTS.values())
    assert set(MEASURES) == set(SUBJECTS)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_quartiles_are_those_of_numpy(numbers):
    assert quartiles(numbers) == tuple(np.quantile(numbers, (0.25, 0.5, 0.75), method="inverted_cdf").tolist())


def test_what_never_fails_is_beyond_every_number_in_the_quartiles():
    assert quartiles((3, 5, None, 9)) == (3, 5, 9)
    assert quartiles((7, None, None, None)) == (7, None, None)
    assert quartiles(()) is None
