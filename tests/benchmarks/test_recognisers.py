"""Benchmark of the recognisers: contestants as their sources describe them, and a clock that counts what it says."""

import multiprocessing
from collections import deque
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from recognisers import timing
from recognisers.figure import accuracy_figure, medians
from recognisers.recipes import Images, Training, beautiful_mnist, plain, train_mnist_fast
from recognisers.timing import Contestant, Run, begun, classified, measure, operations, ours, share_right, timed
from torch import nn

from characters import contestants, longest, options, print_goals, print_growth, print_ratios, print_work
from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets.catalogue import load_images
from kuzushi.characters.nets import build, scaled
from kuzushi.core.journal import Progress

DATA = load_images("brush:640/64", seed=0)
PLAIN = Contestant(way="plain", what="lin", epochs=10)
OURS = Contestant(way="ours", what="lin", epochs=2)


class FakeTime:
    """A clock that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    fake = FakeTime()
    monkeypatch.setattr(timing, "time", fake)
    return fake


def a_run(seconds, accuracies, reading=0.0):
    return Run(seconds=seconds, accuracies=accuracies, reading=reading, before=0, peak=0)


# --- the contestants ------------------------------------------------------------------------------------------


def test_an_image_of_the_plain_loop_is_what_ours_makes_of_it():
    images = Images(DATA.test_images, DATA.test_labels)
    assert torch.equal(torch.stack([images[place][0] for place in range(len(images))]), scaled(images.images))
    assert [images[place][1] for place in range(len(images))] == DATA.test_labels.tolist()


def test_the_nets_of_the_recipes_have_the_layers_of_their_sources():
    (conv1, conv2, fc1, fc2), batches = (24 * 25, 32 * 24 * 9, 800 * 256, 256 * 10), (32 * 25, 32 * 32 * 25)
    counted = [
        sum(weights.numel() for weights in start(DATA, seed=0).model.parameters())
        for start in (train_mnist_fast, beautiful_mnist)
    ]
    assert counted[0] == conv1 + 24 + conv2 + 32 + fc1 + 256 + fc2 + 10
    late = 64 * 32 * 9 + 64 + 64 * 64 * 9 + 64 + 2 * 64 + 576 * 10 + 10
    assert counted[1] == sum(batches) + 2 * 32 + 2 * 32 + late


@pytest.mark.parametrize(
    ("start", "images"),
    [(plain, 64), (train_mnist_fast, 256), (beautiful_mnist, 512)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_an_update_learns_from_a_batch_and_changes_every_weight(start, images):
    training = start(DATA, seed=0) if start is not plain else plain(DATA, net="conv", seed=0, epochs=1, workers=0)
    before = [weights.clone() for weights in training.model.parameters()]
    assert next(training.updates) == images
    assert all(not torch.equal(old, new) for old, new in zip(before, training.model.parameters(), strict=True))


def test_the_recipe_of_one_epoch_takes_each_image_once_or_as_often_as_its_updates_say():
    assert list(train_mnist_fast(DATA, seed=0).updates) == [256, 256, 128]
    assert list(train_mnist_fast(DATA, seed=0, updates=4).updates) == [256, 256, 128, 256]


def test_the_plain_loop_and_the_recipe_learn():
    for contestant in (PLAIN, Contestant(way="recipe", what="train_mnist_fast", updates=20)):
        training = begun(contestant, DATA, 0)
        untrained = share_right(training.predict, training.model, DATA)
        deque(training.updates, maxlen=0)
        assert untrained < 0.25 < 0.45 < share_right(training.predict, training.model, DATA)


def test_a_look_sees_what_the_plain_loop_reads():
    training = begun(PLAIN, DATA, 0)
    next(training.updates)
    assert torch.equal(training.look(), training.predict())


def test_a_classifier_is_fitted_and_scored():
    run = classified("4-NN", DATA)
    assert len(run.seconds) == 1
    assert run.at_end > 0.5
    assert run.total > run.seconds[0] > 0


def test_operations_of_the_three_nets_are_those_of_their_formulas():
    # Two for each product and sum; forward, for the weights, and, but for the first layer, for the layer before.
    expected = {
        "lin": 4 * 784 * 10,
        "full": 4 * 784 * 110 + 6 * 110 * 10,
        "conv": 4 * 26 * 26 * 9 * 48 + 6 * 11 * 11 * 9 * 48 * 88 + 6 * 2200 * 160 + 6 * 160 * 10,
    }
    for net, counted in expected.items():
        assert operations(build(CharactersConfig(net=net), classes=10, side=28, seed=0), 28) == counted


# --- the clock ------------------------------------------------------------------------------------------------


def test_looks_stand_outside_the_clock_and_the_making_of_the_net_inside(clock):
    def start():
        clock.now += 5

        def updates():
            for _ in range(7):
                clock.now += 1
                yield 64

        def reading(seconds):
            def read():
                clock.now += seconds
                return torch.from_numpy(DATA.test_labels)

            return read

        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        return Training(model=model, updates=updates(), predict=reading(100), look=reading(1_000))

    run = timed(start, DATA, every=128)
    assert run.seconds == (7, 9, 11, 12)
    assert run.accuracies == (1, 1, 1, 1)
    assert (run.reading, run.total) == (100, 112)
    assert run.computed == 7 * 64 * 4 * 784 * 10


@pytest.mark.parametrize("epochs", [1, 3])
def test_the_time_of_ours_is_that_of_the_journal_without_the_evaluations(clock, monkeypatch, epochs):
    def run(config, *, journal):
        clock.now += 1_000  # reading the file
        journal.begin(config, None, "")
        clock.now += 7  # making the net
        for epoch in range(1, config.epochs + 1):
            clock.now += 10 + 100
            journal.progress(Progress(stage="", done=epoch, total=config.epochs, metrics={}))
        scores = [SimpleNamespace(seconds=10.0 * epoch, test_accuracy=epoch / 10) for epoch in range(1, epochs + 1)]
        data = SimpleNamespace(classes=DATA.classes, train=640)
        return SimpleNamespace(config=config, data=data, seeds=[SimpleNamespace(epochs=scores)])

    monkeypatch.setattr(timing, "run", run)
    measured = ours("lin", "brush:640/64", seed=0, epochs=epochs)
    assert measured.total == 7 + 10 * epochs + 100
    assert measured.accuracies == (0.1, 0.2, 0.3)[:epochs]
    assert measured.computed == epochs * 640 * 4 * 784 * 10


@pytest.mark.parametrize("net", ["lin", "full", "conv", "deep"])
def test_ours_is_measured_from_what_the_experiment_says(net):
    run = ours(net, "brush:128/64", seed=0, epochs=2)
    assert len(run.seconds) == len(run.accuracies) == 2
    assert 0 < run.seconds[0] < run.seconds[1] < run.total
    assert run.computed > 0
    assert run.peak >= run.before > 0


def test_the_whole_way_of_a_contestant_gives_a_look_each_tenth_of_an_epoch(monkeypatch):
    monkeypatch.setattr(timing, "TOY", "brush:128/16")
    usual = multiprocessing.get_start_method()
    multiprocessing.set_start_method("spawn", force=True)  # as in a process that was itself started so
    run = measure(Contestant(way="plain", what="lin", epochs=2), "brush:640/64", 0, 1)
    assert len(run.seconds) == 2 * timing.LOOKS
    assert list(run.seconds) == sorted(run.seconds)
    assert multiprocessing.get_start_method() == usual


def test_a_mark_is_reached_at_the_first_look_that_shows_it():
    run = a_run((1.0, 2.0, 3.0), (0.4, 0.6, 0.5), reading=0.25)
    assert [run.seconds_to(share) for share in (0.4, 0.5, 0.6, 0.7)] == [1.25, 2.25, 2.25, float("inf")]


# --- the tables and the figure --------------------------------------------------------------------------------


RUNS = {
    PLAIN: [a_run((10.0, 20.0), (0.6, 0.72)), a_run((12.0, 24.0), (0.5, 0.71)), a_run((12.0, 28.0), (0.55, 0.73))],
    OURS: [a_run((1.0, 2.0), (0.71, 0.80)), a_run((0.5, 3.0), (0.72, 0.85)), a_run((0.8, 1.0), (0.75, 0.84))],
}


def test_ratios_are_of_medians_and_absent_where_one_does_not_get_there(capsys):
    print_ratios(RUNS)
    *_, line = capsys.readouterr().out.splitlines()
    assert line.split() == ["lin", "/", "plain", "lin", "15.0", "30.0", *["-"] * 8]


def test_the_goal_is_set_by_what_the_plain_loop_has_at_its_end(capsys):
    print_goals(RUNS)
    *_, line = capsys.readouterr().out.splitlines()
    assert "72.00% after 10 epochs, 24 s; ours lin, 2 epochs, 0.8 s, 30.0 times sooner" in line


def test_work_is_the_median_rate_beside_the_peaks(capsys):
    runs = [
        Run(seconds=(seconds,), accuracies=(0.5,), reading=9.0, before=2 * 10**8, peak=3 * 10**8, computed=60e9)
        for seconds in (1.0, 2.0, 60.0)
    ]
    print_work({OURS: runs}, (60e9, 120e9))
    *_, line = capsys.readouterr().out.splitlines()
    assert line.removeprefix(OURS.name).split() == ["30.0", "50.0%", "25.0%", "200", "300"]


def test_growth_leaves_out_recipes_workers_and_shorter_plans(monkeypatch):
    monkeypatch.setattr("sys.argv", ["characters.py", "--nets", "lin", "--plans", "1", "4", "--workers", "2"])
    names = [contestant.name for contestant in longest(contestants(options()))]
    assert names == ["plain lin", "4-NN", "RBF-SVM", "logistic regression", "ours lin, 4 epochs"]


def test_growth_gives_the_exponent_of_time_against_images(capsys, monkeypatch):
    def in_turns(field, data, seeds, threads):
        size = int(data.removeprefix("brush:").partition("/")[0])
        return {each: [a_run((size**1.5,), (0.9,))] for each in field}

    monkeypatch.setattr("characters.in_turns", in_turns)
    print_growth([OURS], (100, 1_000, 5_000), 1)
    *_, line = capsys.readouterr().out.splitlines()
    assert line.split()[-2:] == ["1.50", "1.50"]


def test_the_figure_draws_the_medians_of_the_others_and_the_best_of_ours():
    shorter = Contestant(way="ours", what="lin", epochs=1)
    runs = RUNS | {
        shorter: [a_run((0.9,), (0.6,))],
        Contestant(way="scikit-learn", what="4-NN"): [a_run((3.0,), (0.92,))],
    }
    figure = accuracy_figure(runs, "brush")
    (ax,) = figure.axes
    lines = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
    assert lines == {
        "plain lin": [[12.0, 0.55], [24.0, 0.72]],
        "4-NN": [[3.0, 0.92]],
        "ours, lin": [[0.8, 0.72], [0.9, 0.72], [2.0, 0.84]],
    }
    assert ax.get_xscale() == "log"
    np.testing.assert_array_equal(medians(RUNS[PLAIN])[0], [12.0, 24.0])


def test_options_choose_who_takes_part(monkeypatch):
    words = [
        "characters.py",
        "--only",
        "plain",
        "ours",
        "--nets",
        "conv",
        "deep",
        "--plans",
        "4",
        "1",
        "--workers",
        "2",
    ]
    monkeypatch.setattr("sys.argv", words)
    names = [contestant.name for contestant in contestants(options())]
    assert names == [
        "plain conv", "plain conv, 2 workers",
        "ours conv, 1 epoch", "ours conv, 4 epochs", "ours deep, 1 epoch", "ours deep, 4 epochs",
    ]  # fmt: skip
