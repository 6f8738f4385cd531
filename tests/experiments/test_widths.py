"""Success against width: counted from the nets themselves, and gone on with after a stop."""

import dataclasses

import pytest
import torch

from kuzushi import runs
from kuzushi.analysis.units import right
from kuzushi.configs import WidthsConfig
from kuzushi.data.checkerboard import load
from kuzushi.errors import ConfigError, DataError
from kuzushi.experiments.perceptrons import epochs_to_solve, train
from kuzushi.experiments.widths import run
from memory import Memory

SMALL = WidthsConfig(narrowest=4, widest=5, nets=12, epochs=150)


@pytest.fixture(scope="module")
def small():
    return run(SMALL)


def untimed(result):
    """What a run must give again: all but the time it took."""
    return [dataclasses.replace(width, seconds=0.0) for width in result.widths]


def test_every_width_is_counted_from_the_nets_that_its_training_gives(small):
    board = load("board")
    points, targets = torch.from_numpy(board.points), torch.from_numpy(board.targets)
    assert [width.hid for width in small.widths] == [4, 5]
    for width in small.widths:
        model, history = train(
            points, targets, hid=width.hid, act="sig", nets=12, epochs=150, lr=0.1, seeds=[0],
            journal=runs.Silent(), stage="alone",
        )  # fmt: skip
        correct = right(model(points).logits, targets)
        wrong = [sum(not net[point] for net in correct.tolist() if not all(net)) for point in range(9)]
        assert width.solved == sum(all(net) for net in correct.tolist())
        assert list(width.wrong) == wrong
        assert width.epochs_to_solve == epochs_to_solve(history, 12)
        assert width.solved_interval.mean == width.solved / 12
        assert width.steps <= width.solved
        assert (width.distinct > 0) == (width.solved > 0)


def test_two_units_do_not_learn_the_board_and_ten_nearly_always_do():
    narrow, wide = (run(WidthsConfig(narrowest=hid, widest=hid, nets=32, epochs=300)).widths[0] for hid in (2, 10))
    assert narrow.solved == 0
    assert (narrow.distinct, narrow.steps, set(narrow.epochs_to_solve)) == (0, 0, {None})
    assert wide.solved >= 30


def test_the_result_carries_the_points_and_where_it_comes_from(small):
    board = load("board")
    assert small.points == tuple(map(tuple, board.points.tolist()))
    assert small.targets == tuple(board.targets.tolist())
    assert (small.data_sha256, small.config) == (board.sha256, SMALL)
    assert small.provenance.command == "kuzushi widths --narrowest 4 --widest 5 --nets 12 --epochs 150"
    assert small.provenance.threads == 1
    assert small.seconds == pytest.approx(sum(width.seconds for width in small.widths))


def test_the_fewest_step_units_are_found_for_few_points_of_two_inputs(small):
    assert small.minimal == 4
    others = [run(WidthsConfig(data=data, narrowest=1, widest=1, nets=1, epochs=10)) for data in ("xor", "parity:3")]
    assert [other.minimal for other in others] == [2, None]


def test_another_seed_gives_other_nets(small):
    assert untimed(run(SMALL)) == untimed(small)
    assert untimed(run(dataclasses.replace(SMALL, seed=1))) != untimed(small)


@pytest.mark.parametrize("stop_at", [1, 2, 3, 4])
def test_a_stopped_run_goes_on_to_the_same_result(small, stop_at):
    journal = Memory(stop_at)
    with pytest.raises(KeyboardInterrupt):
        run(SMALL, journal=journal)
    assert untimed(run(SMALL, journal=journal)) == untimed(small)
    assert [(seen.stage, seen.done) for seen in journal.seen] == [
        (f"hid-{hid}", done) for hid in (4, 5) for done in (100, 150)
    ]


def test_a_result_is_read_back_from_its_run_folder(tmp_path):
    config = WidthsConfig(narrowest=2, widest=3, nets=3, epochs=100)
    with runs.RunFolder(tmp_path / "run") as folder:
        result = run(config, journal=folder)
        folder.finish(result)
    assert runs.load(tmp_path / "run") == result


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"data": "none.csv"}, DataError, "none.csv"),
        ({"lr": 1e308}, ConfigError, "--lr 1e+308: the weights grew beyond all numbers"),
    ],
)
def test_settings_that_do_not_fit_are_refused(options, error, message):
    with pytest.raises(error) as caught:
        run(WidthsConfig(narrowest=2, widest=2, nets=1, epochs=100, **options))
    assert message in str(caught.value)
