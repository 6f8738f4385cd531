"""The whole column: the report's own commands, training, and going on after a stop."""

import dataclasses
import math
from math import inf

import numpy as np
import pytest
import torch
from torch import nn

from kuzushi.core.errors import ConfigError, DataError, ShapeError
from kuzushi.core.run_folder import RunFolder
from kuzushi.core.training import History
from kuzushi.experiments import load as load_run
from kuzushi.perceptrons import experiment as checkerboard
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.perceptrons.experiment import epochs_to_solve, fewest, run
from kuzushi.perceptrons.minimal.experiment import find
from kuzushi.perceptrons.nets import MLP
from kuzushi.perceptrons.trained_dichotomies import solutions
from memory import Memory

SMALL = {"nets": 8, "epochs": 450}
BOARD = (
    ("000000100", "000100110", "001000000", "011001000"),
    ("000001011", "000100110", "001011111", "011001000"),
    ("000000001", "000001011", "001011111", "011111111"),
)
"""The three smallest step nets of the board: lines along one diagonal, two along each, and along the other."""


@pytest.fixture(scope="module")
def small():
    return run(CheckerboardConfig(**SMALL))


@pytest.mark.parametrize(
    "options",
    [
        {"act": "step", "hid": 4, "set_weights": "report"},
        {"set_weights": "report"},
        {"act": "sig", "set_weights": "report", "scale": 10.0},
        {"set_weights": "report-trained"},
    ],
)
def test_the_nets_of_the_study_are_right_on_every_point(options):
    result = run(CheckerboardConfig(**options))
    assert (result.shown.accuracy, result.solved, result.nets, result.trained) == (100.0, 1, 1, False)
    assert (result.epochs_to_solve, result.epochs, result.seconds) == ((0,), (), 0.0)


def test_the_activation_is_that_of_the_settings_or_of_the_weights():
    assert run(CheckerboardConfig(set_weights="report")).act == "step"
    assert run(CheckerboardConfig(set_weights="report", act="tanh")).act == "tanh"
    assert run(CheckerboardConfig(set_weights="report-trained")).act == "sig"


def test_steps_with_sigmoid_units_and_no_scale_are_not_right_everywhere():
    result = run(CheckerboardConfig(set_weights="report", act="sig"))
    assert (result.solved, result.epochs_to_solve) == (0, (None,))
    assert result.shown.accuracy < 100


@pytest.mark.parametrize("act", ["sig", "tanh"])
def test_most_nets_learn_the_board(act):
    result = run(CheckerboardConfig(act=act, nets=32, epochs=2000))
    assert result.solved >= 20
    assert result.shown.accuracy == 100
    assert result.epochs_to_solve[result.shown.net] is not None
    assert result.solved == result.epochs[-1].solved == sum(epoch is not None for epoch in result.epochs_to_solve)
    assert result.solved_interval.mean == result.solved / 32
    assert result.epochs[-1].loss < result.epochs[0].loss


def test_training_stops_as_soon_as_every_net_is_right():
    result = run(CheckerboardConfig(nets=4, hid=10))
    assert result.solved == 4
    assert result.epochs[-1].epoch == max(result.epochs_to_solve) < 20_000


def test_the_same_seed_gives_the_same_nets_and_another_seed_others(small):
    again, other = run(CheckerboardConfig(**SMALL)), run(CheckerboardConfig(**SMALL, seed=1))
    for name, weights in small.weights.items():
        np.testing.assert_array_equal(weights, again.weights[name])
        assert not np.array_equal(weights, other.weights[name])
    assert (small.epochs, small.shown, small.epochs_to_solve) == (again.epochs, again.shown, again.epochs_to_solve)


def test_every_net_of_an_ensemble_learns_as_it_would_alone_in_a_plain_loop():
    data = load("board")
    points, targets = torch.from_numpy(data.points), torch.from_numpy(data.targets).double()
    standardised = (points - points.mean(0)) / points.std(0, correction=0)
    start, learned = MLP(3, 2, 5, "sig"), MLP(3, 2, 5, "sig")
    start.start(standardised, generator=torch.Generator().manual_seed(7))
    result = run(CheckerboardConfig(nets=3, epochs=100, lr=0.03, seed=7))
    learned.load_state_dict({name: torch.from_numpy(weights) for name, weights in result.weights.items()})
    for net in range(3):
        plain = nn.Sequential(nn.Linear(2, 5), nn.Sigmoid(), nn.Linear(5, 1)).double()
        weights = [parameter[net].detach().clone() for parameter in start.parameters()]
        plain.load_state_dict(dict(zip(plain.state_dict(), weights, strict=True)))
        optimiser = torch.optim.Adam(plain.parameters(), lr=0.03)
        for _ in range(100):
            optimiser.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(plain(standardised)[:, 0], targets).backward()
            optimiser.step()
        torch.testing.assert_close(learned(points).logits[net], plain(standardised)[:, 0], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("stop_at", [1, 2, 4])
def test_a_stopped_training_goes_on_to_the_same_result(small, stop_at):
    journal = Memory(stop_at)
    with pytest.raises(KeyboardInterrupt):
        run(CheckerboardConfig(**SMALL), journal=journal)
    resumed = run(CheckerboardConfig(**SMALL), journal=journal)
    for name, weights in small.weights.items():
        np.testing.assert_array_equal(weights, resumed.weights[name])
    assert (small.epochs, small.epochs_to_solve) == (resumed.epochs, resumed.epochs_to_solve)
    assert [progress.done for progress in journal.seen] == [100, 200, 300, 400, 450]


def test_epochs_to_solve_is_the_evaluation_from_which_a_net_stayed_right():
    history = History(
        updates=(100, 200, 300),
        metrics=({"switched": [0, 1]}, {"switched": [1, 2]}, {"switched": [1]}),
    )
    assert epochs_to_solve(history, 4) == (100, 300, 200, None)


def test_the_dichotomies_of_trained_nets_are_those_of_their_weights(small):
    model = MLP(8, 2, 5, "sig")
    model.load_state_dict({name: torch.from_numpy(weights) for name, weights in small.weights.items()})
    data = load("board")
    found = solutions(model, torch.from_numpy(data.points), torch.from_numpy(data.targets), minimal=4, designs=BOARD)
    assert small.solutions == found
    assert sum(found.active) == small.solved
    assert small.scale is None


@pytest.mark.parametrize("act", [None, "sig", "tanh", "step"])
def test_step_weights_have_a_sigmoid_scale_with_any_activation(act):
    result = run(CheckerboardConfig(set_weights="report", act=act, scale=3.0))
    assert 1.97 < result.scale.right_from < 1.99
    assert result.scale.certified == pytest.approx(2 * math.log(7))
    assert result.scale.stays_right
    assert result.solutions is None


def test_sigmoid_weights_have_no_sigmoid_scale():
    result = run(CheckerboardConfig(set_weights="report-trained", act="step"))
    assert (result.scale, result.solutions) == (None, None)


def table_of(path, rows):
    path.write_text("x1,x2,target\n" + "".join(f"{x1},{x2},{target}\n" for x1, x2, target in rows))
    return str(path)


def test_the_smallest_step_nets_are_found_for_few_points_of_two_inputs(tmp_path, small):
    # AND is one unit, on at (1, 1) alone; the four points of XOR are divided by two, in two ways.
    land = table_of(tmp_path / "and.csv", [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 1)])
    found = [run(CheckerboardConfig(data=data, nets=2, epochs=100)).solutions for data in (land, "xor")]
    assert (small.solutions.minimal, set(small.solutions.designs)) == (4, set(BOARD))
    assert [one.minimal for one in found] == [1, 2]
    assert [set(one.designs) for one in found] == [{("0001",)}, {("0001", "0111"), ("0010", "0100")}]


def test_without_smallest_step_nets_nothing_is_compared(tmp_path):
    one_target = table_of(tmp_path / "ones.csv", [(0, 0, 1), (0, 1, 1), (2, 0, 1)])
    for data in (one_target, "grid:5", "parity:3"):
        result = run(CheckerboardConfig(data=data, nets=2, epochs=20))
        assert (result.solutions.minimal, result.solutions.designs, result.solutions.shared) == (None, (), ())
        assert result.nearest is None


def test_if_not_all_designs_are_enumerated_only_their_size_is_known(monkeypatch):
    monkeypatch.setattr(checkerboard, "smallest_nets", lambda data: find(data, seconds=inf, enumerate_all=False))
    result = run(CheckerboardConfig(data="xor", nets=2, epochs=300))
    assert (result.solutions.minimal, result.solutions.designs, result.nearest) == (2, (), None)


def test_the_size_of_a_net_that_is_not_proved_minimal_is_not_the_fewest():
    found = find(load("board"), seconds=inf, enumerate_all=False)
    assert fewest(found) == 4
    assert fewest(dataclasses.replace(found, bounds=dataclasses.replace(found.bounds, lower=3))) is None
    assert fewest(dataclasses.replace(found, sets=())) is None
    assert fewest(None) is None


def test_the_nearest_design_has_its_dichotomies_and_shares_the_most(small):
    nearest, table = small.nearest, small.shown.table
    points = np.array([row.point for row in table])
    heights = points @ np.array(nearest.hidden_weight).T + nearest.hidden_bias
    assert np.abs(heights).min() == 0.5  # halfway between whole numbers
    on = heights > 0
    design = small.solutions.designs[nearest.design]
    assert tuple("".join("01"[side] for side in column) for column in (on ^ on[0]).T.astype(int)) == design
    halves = np.array([row.hidden for row in table]) > 0.5
    own = ["".join("01"[side] for side in column) for column in (halves ^ halves[0]).T.astype(int)]
    assert nearest.same == tuple(design.index(unit) if unit in design else None for unit in own)
    shared = [len(set(own) & set(other)) for other in BOARD]
    assert len(set(nearest.same) - {None}) == max(shared) > 0
    assert nearest.lines[0].endswith(" = 0")


def test_a_net_that_is_not_right_or_was_not_trained_has_no_nearest_design():
    assert run(CheckerboardConfig(nets=1, hid=1, epochs=20)).nearest is None
    assert run(CheckerboardConfig(set_weights="report-trained")).nearest is None


def test_a_design_that_float64_cannot_draw_is_left_out(monkeypatch):
    def near(*_):
        raise ArithmeticError

    monkeypatch.setattr(checkerboard, "step_net", near)
    result = run(CheckerboardConfig(**SMALL))
    assert (result.nearest, result.solutions.minimal) == (None, 4)


def test_points_of_any_scale_are_learned_alike(tmp_path):
    path = tmp_path / "large.csv"
    rows = "".join(f"{64 * i + 512},{0.25 * j - 8},{(i + j) % 2}\n" for i in range(3) for j in range(3))
    path.write_text(f"x1,x2,target\n{rows}")
    large, board = run(CheckerboardConfig(**SMALL, data=str(path))), run(CheckerboardConfig(**SMALL))
    assert large.epochs_to_solve == board.epochs_to_solve
    assert large.shown.loss == pytest.approx(board.shown.loss)


def test_three_inputs_are_learned_and_have_no_plane(tmp_path):
    path = tmp_path / "parity.csv"
    rows = "".join(f"{a},{b},{c},{(a + b + c) % 2}\n" for a in (0, 1) for b in (0, 1) for c in (0, 1))
    path.write_text(f"x1,x2,x3,target\n{rows}")
    result = run(CheckerboardConfig(data=str(path), nets=4, epochs=3000))
    assert result.shown.accuracy == 100
    assert result.arrays == {}
    assert all("x3" in line for line in result.shown.lines)


def test_a_result_is_read_back_from_its_run_folder(tmp_path, small):
    config = CheckerboardConfig(**SMALL)
    with RunFolder(tmp_path / "run") as folder:
        result = run(config, journal=folder)
        folder.finish(result)
    read = load_run(tmp_path / "run")
    assert (read.config, read.shown, read.epochs, read.epochs_to_solve, read.solutions, read.nearest) == (
        config, small.shown, small.epochs, small.epochs_to_solve, small.solutions, small.nearest
    )  # fmt: skip
    for name, array in small.arrays.items():
        np.testing.assert_array_equal(read.arrays[name], array)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"set_weights": "report", "hid": 5}, ConfigError, "--hid 5: the weights report have 4 hidden units"),
        ({"set_weights": "report", "scale": 1e200}, ConfigError, "--scale 1e+200: makes a weight of report larger"),
        ({"set_weights": "none.json"}, DataError, "none.json: cannot be read"),
        ({"data": "none.csv"}, DataError, "none.csv: cannot be read"),
        ({"lr": 1e308, "nets": 1}, ConfigError, "--lr 1e+308: training diverged"),
    ],
)
def test_settings_that_do_not_fit_are_refused(options, error, message):
    with pytest.raises(error) as caught:
        run(CheckerboardConfig(**options))
    assert message in str(caught.value)


def test_a_net_by_hand_is_read_back_with_its_factors(tmp_path):
    with RunFolder(tmp_path / "run") as folder:
        result = run(CheckerboardConfig(set_weights="report"), journal=folder)
        folder.finish(result)
    assert load_run(tmp_path / "run").scale == result.scale


def test_weights_that_are_too_large_are_refused_with_any_factor(tmp_path):
    path = tmp_path / "large.json"
    path.write_text(
        '{"hidden_weight": [[1, 1e200]], "hidden_bias": [0], "output_weight": [[1]], "output_bias": [0], "act": "step"}'
    )
    with pytest.raises(DataError, match=r"large.json: holds a number larger than 1e\+100; give smaller weights"):
        run(CheckerboardConfig(set_weights=str(path), scale=1e-150))


def test_weights_for_other_points_are_refused_before_anything_is_written(tmp_path):
    path = tmp_path / "line.csv"
    path.write_text("x1,target\n0,0\n1,1\n")
    with (
        pytest.raises(ShapeError, match=r"has shape \(4, 2\); expected \(4, 1\), since a point of .*line.csv has 1"),
        RunFolder(tmp_path / "run") as folder,
    ):
        run(CheckerboardConfig(set_weights="report", data=str(path)), journal=folder)
    assert not (tmp_path / "run").exists()
