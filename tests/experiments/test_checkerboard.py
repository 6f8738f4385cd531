"""The whole column: the study's own commands, training, and going on after a stop."""

import numpy as np
import pytest
import torch
from torch import nn

from kuzushi import runs
from kuzushi.configs import CheckerboardConfig
from kuzushi.data.checkerboard import load
from kuzushi.errors import ConfigError, DataError, ShapeError
from kuzushi.experiments.checkerboard import epochs_to_solve, run
from kuzushi.models.perceptron import MLP
from kuzushi.training import History
from memory import Memory

SMALL = {"nets": 8, "epochs": 450}


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


def test_the_units_are_those_asked_for_or_those_the_weights_were_made_for():
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
    with runs.RunFolder(tmp_path / "run") as folder:
        result = run(config, journal=folder)
        folder.finish(result)
    read = runs.load(tmp_path / "run")
    assert (read.config, read.shown, read.epochs, read.epochs_to_solve) == (
        config, small.shown, small.epochs, small.epochs_to_solve
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
        ({"lr": 1e308}, ConfigError, "--lr 1e+308: the weights grew beyond all numbers"),
    ],
)
def test_settings_that_do_not_fit_are_refused(options, error, message):
    with pytest.raises(error) as caught:
        run(CheckerboardConfig(nets=1, epochs=200, **options))
    assert message in str(caught.value)


def test_weights_for_other_points_are_refused_before_anything_is_written(tmp_path):
    path = tmp_path / "line.csv"
    path.write_text("x1,target\n0,0\n1,1\n")
    with (
        pytest.raises(ShapeError, match=r"has shape \(4, 2\); expected \(4, 1\), since a point of .*line.csv has 1"),
        runs.RunFolder(tmp_path / "run") as folder,
    ):
        run(CheckerboardConfig(set_weights="report", data=str(path)), journal=folder)
    assert not (tmp_path / "run").exists()
