"""The whole experiment: training by the report's recipe against a plain loop, counts of errors, and resumption."""

import dataclasses
import statistics

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets import kmnist as kuzushiji
from kuzushi.characters.datasets.catalogue import load_images
from kuzushi.characters.experiment import run
from kuzushi.characters.section import figures
from kuzushi.core.errors import ConfigError, DataError
from kuzushi.core.run_folder import RunFolder
from kuzushi.core.statistics import wilson
from kuzushi.experiments import load
from memory import Memory

BRUSH = "brush:200/50"
REPORT = {
    "lin": lambda: [nn.Flatten(), nn.Linear(784, 10)],
    "full": lambda: [nn.Flatten(), nn.Linear(784, 30), nn.Tanh(), nn.Linear(30, 10)],
    "conv": lambda: [
        nn.Conv2d(1, 48, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(48, 88, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2200, 160), nn.ReLU(), nn.Linear(160, 10),
    ],
}  # fmt: skip


def brush(**options):
    settings = {"net": "lin", "data": BRUSH, "preset": "report", "epochs": 2} | options
    return CharactersConfig(**settings | ({"hid": 30} if settings["net"] == "full" else {}))


def scaled(images):
    """Scale images as torchvision's ToTensor and Normalize((0.5,), (0.5,)) do."""
    return (torch.from_numpy(images).float().div(255)[:, None] - 0.5) / 0.5


def without_times(seeds):
    return [
        dataclasses.replace(
            seed, seconds=0.0, epochs=tuple(dataclasses.replace(epoch, seconds=0.0) for epoch in seed.epochs)
        )
        for seed in seeds
    ]


def predictions(result, images):
    """Return the predictions of the first seed's net, from its weights alone."""
    net = nn.Sequential(*REPORT[result.net]())
    weights = [torch.from_numpy(weight) for weight in result.weights.values()]
    net.load_state_dict(dict(zip(net.state_dict(), weights, strict=True)))
    with torch.no_grad():
        return net(scaled(images)).argmax(1).numpy()


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Use one thread: nets as small as these gain nothing from a second one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def several():
    """NetLin from three seeds."""
    return run(brush(seeds=3, epochs=3))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three classes of pictures: a dark bar, upright, level or diagonal, at random positions."""
    path, generator = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for name, step in (("diagonal", (1, 1)), ("level", (0, 1)), ("upright", (1, 0))):
        (path / name).mkdir()
        for i in range(15):
            pixels, (y, x) = np.full((28, 28), 230, np.uint8), generator.integers(2, 10, 2)
            for k in range(16):
                pixels[y + k * step[0], x + k * step[1]] = 10
            Image.fromarray(pixels).save(path / name / f"{i:02}.png")
    return path


@pytest.mark.parametrize("net", REPORT)
def test_the_training_of_the_study_equals_a_plain_loop(net):
    config, data = brush(net=net, seed=4), load_images(BRUSH, seed=4)
    with torch.random.fork_rng():
        torch.manual_seed(4)
        plain = nn.Sequential(*REPORT[net](), nn.LogSoftmax(1))
    images, labels = scaled(data.train_images), torch.from_numpy(data.train_labels)
    tested, truth = scaled(data.test_images), torch.from_numpy(data.test_labels)
    optimiser = torch.optim.SGD(plain.parameters(), lr=0.01, momentum=0.5)
    scores = []
    for epoch in range(2):
        losses = []
        for batch in torch.from_numpy(np.random.default_rng([4, epoch]).permutation(200)).split(64):
            optimiser.zero_grad()
            loss = F.nll_loss(plain(images[batch]), labels[batch])
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        with torch.no_grad():
            test_loss, right = F.nll_loss(plain(tested), truth).item(), plain(tested).argmax(1) == truth
        scores.append((epoch + 1, statistics.fmean(losses), test_loss, right.double().mean().item()))

    result = run(config)
    (seed,) = result.seeds
    for ours, theirs in zip(seed.epochs, scores, strict=True):
        assert dataclasses.astuple(ours)[:4] == pytest.approx(theirs, abs=1e-5)
    for ours, theirs in zip(result.weights.values(), plain.parameters(), strict=True):
        torch.testing.assert_close(torch.from_numpy(ours), theirs.detach(), rtol=0, atol=1e-5)
    assert seed.test_loss == seed.epochs[-1].test_loss
    assert seed.test_accuracy == seed.epochs[-1].test_accuracy


def test_the_fast_preset_learns_more_in_the_same_time():
    assert run(brush(preset="fast")).seeds[0].test_accuracy > run(brush()).seeds[0].test_accuracy


def test_every_seed_counts_each_test_image_once(several):
    data = load_images(BRUSH, seed=0)
    assert [seed.seed for seed in several.seeds] == [0, 1, 2]
    for seed in several.seeds:
        assert [sum(row) for row in seed.confusion] == np.bincount(data.test_labels).tolist()
        assert sum(seed.confusion[i][i] for i in range(10)) == seed.test_correct
        assert seed.test_accuracy == seed.test_correct / 50
        assert [score.epoch for score in seed.epochs] == [1, 2, 3]


def test_the_matrix_of_the_first_seed_is_that_of_its_weights(several):
    data, matrix = load_images(BRUSH, seed=0), np.zeros((10, 10), int)
    np.add.at(matrix, (data.test_labels, predictions(several, data.test_images)), 1)
    np.testing.assert_array_equal(matrix, several.seeds[0].confusion)


def test_the_summary_is_of_all_seeds(several):
    accuracies = [seed.test_accuracy for seed in several.seeds]
    assert len(set(accuracies)) > 1
    assert several.summary.accuracy.mean == pytest.approx(np.mean(accuracies))
    assert several.summary.accuracy == wilson(np.mean([seed.test_correct for seed in several.seeds]), 50)
    assert several.summary.spread == pytest.approx(np.std(accuracies, ddof=1))
    assert several.seconds == pytest.approx(sum(seed.seconds for seed in several.seeds))


def test_one_seed_has_no_spread():
    assert run(brush(epochs=1)).summary.spread is None


def test_pairs_are_counted_over_all_seeds_and_the_gallery_over_the_first(several):
    together, first = np.sum([seed.confusion for seed in several.seeds], axis=0), several.seeds[0].confusion
    for cells, matrix, most in ((several.pairs, together, 20), (several.gallery, np.array(first), 8)):
        assert [cell.count for cell in cells] == [matrix[cell.target, cell.predicted] for cell in cells]
        wrong = matrix[~np.eye(10, dtype=bool)]
        assert [cell.count for cell in cells] == sorted(wrong[wrong > 0].tolist(), reverse=True)[:most]


def test_samples_are_the_first_training_images_of_each_class():
    samples = run(brush(data="brush:800/10", epochs=1)).arrays["samples"]
    assert (samples.shape, samples.dtype) == ((10, 50, 28, 28), np.uint8)
    data = load_images("brush:800/10", seed=0)
    for label in range(10):
        np.testing.assert_array_equal(samples[label], data.train_images[data.train_labels == label][:50])


def test_samples_of_a_class_with_few_training_images_are_padded_with_zeros(several):
    data, samples = load_images(BRUSH, seed=0), several.arrays["samples"]
    for label in range(10):
        own = data.train_images[data.train_labels == label]
        assert len(own) < 50
        np.testing.assert_array_equal(samples[label, : len(own)], own)
        assert not samples[label, len(own) :].any()


def test_the_gallery_holds_the_test_images_of_its_cells_and_nothing_else(several):
    data, confused = load_images(BRUSH, seed=0), several.arrays["confused"]
    assert (confused.shape, confused.dtype) == ((len(several.gallery), 12, 28, 28), np.uint8)
    read = predictions(several, data.test_images)
    for row, cell in zip(confused, several.gallery, strict=True):
        inside = data.test_images[(data.test_labels == cell.target) & (read == cell.predicted)]
        assert len(inside) == cell.count
        np.testing.assert_array_equal(row[: len(inside)], inside[:12])
        assert not row[len(inside) :].any()


def test_more_images_than_are_tested_at_once_are_all_counted_and_a_full_row_shows_the_first():
    result, data = run(brush(data="brush:10/700", epochs=1)), load_images("brush:10/700", seed=0)
    read, matrix = predictions(result, data.test_images), np.zeros((10, 10), int)
    np.add.at(matrix, (data.test_labels, read), 1)
    np.testing.assert_array_equal(matrix, result.seeds[0].confusion)
    worst = result.gallery[0]
    assert worst.count > 12
    inside = data.test_images[(data.test_labels == worst.target) & (read == worst.predicted)]
    np.testing.assert_array_equal(result.arrays["confused"][0], inside[:12])


def test_the_result_names_net_and_data(several):
    data = load_images(BRUSH, seed=0)
    summary = several.data
    assert (summary.name, summary.train, summary.test, summary.verified) == ("brush", 200, 50, True)
    assert (summary.sha256, summary.classes) == (data.sha256, data.classes)
    assert (several.net, several.parameters.total, several.config.seeds) == ("lin", 7850, 3)
    assert several.provenance.command == (
        "kuzushi characters --net lin --data brush:200/50 --preset report --epochs 3 --seeds 3"
    )


def test_the_same_seed_gives_the_same_weights_whatever_torch_drew_before(several):
    with torch.random.fork_rng():
        torch.manual_seed(12345)
        again = run(brush(seeds=3, epochs=3))
    np.testing.assert_array_equal(again.weights["fc.weight"], several.weights["fc.weight"])
    assert without_times(again.seeds) == without_times(several.seeds)


def test_each_of_several_seeds_learns_as_it_would_alone(folder):
    both, alone = (run(brush(data=str(folder), epochs=1, **options)) for options in ({"seeds": 2}, {"seed": 1}))
    assert without_times(both.seeds)[1:] == without_times(alone.seeds)
    assert without_times(both.seeds)[:1] != without_times(alone.seeds)


@pytest.mark.parametrize(
    ("options", "stop_at"),
    [
        ({"seeds": 2}, 1),
        ({"seeds": 2}, 2),
        ({"seeds": 2}, 3),
        ({"net": "conv", "data": "brush:100/20"}, 1),
        ({"net": "conv", "preset": "fast", "data": "brush:100/20"}, 1),
        ({"net": "full", "preset": "fast", "seeds": 2}, 3),
    ],
)
def test_a_stopped_training_goes_on_to_the_same_result(options, stop_at):
    config, journal, unstopped_journal = brush(**options), Memory(stop_at), Memory()
    with pytest.raises(KeyboardInterrupt):
        run(config, journal=journal)
    resumed, unstopped = run(config, journal=journal), run(config, journal=unstopped_journal)
    assert resumed.weights.keys() == unstopped.weights.keys()
    for name, weights in unstopped.weights.items():
        np.testing.assert_array_equal(resumed.weights[name], weights)
    for name, array in unstopped.arrays.items():
        np.testing.assert_array_equal(resumed.arrays[name], array)
    assert without_times(resumed.seeds) == without_times(unstopped.seeds)
    assert (resumed.pairs, resumed.gallery, resumed.summary) == (unstopped.pairs, unstopped.gallery, unstopped.summary)
    assert [(progress.stage, progress.done) for progress in journal.seen] == [
        (progress.stage, progress.done) for progress in unstopped_journal.seen
    ]


def test_the_journal_gets_the_run_and_every_epoch(several):
    journal = Memory()
    result = run(brush(seeds=3, epochs=3), journal=journal)
    assert journal.begun == [(result.config, result.provenance, result.data.sha256)]
    assert [(one.stage, one.done, one.total) for one in journal.seen] == [
        (f"seed {seed}", done, 12) for seed in range(3) for done in (4, 8, 12)
    ]
    accuracies = [one.metrics["test_accuracy"] for one in journal.seen]
    assert accuracies == [score.test_accuracy for seed in several.seeds for score in seed.epochs]


def test_a_folder_of_images_is_learned_kept_and_drawn(folder, tmp_path):
    config = brush(data=str(folder), preset="fast", net="full", epochs=20)
    with RunFolder(tmp_path / "run") as run_folder:
        result = run(config, journal=run_folder)
        run_folder.finish(result)
    assert (result.data.train, result.data.test, result.data.verified) == (36, 9, False)
    assert result.data.classes == ("diagonal", "level", "upright")
    assert result.parameters.total == 784 * 30 + 30 + 30 * 3 + 3
    assert result.seeds[0].test_accuracy > 0.6
    assert result.arrays["samples"].shape == (3, 50, 28, 28)
    read = load(tmp_path / "run")
    assert read.seeds == result.seeds
    assert {"1-confusion-full", "1-samples", "1-learning-curves"} <= {one.name for one in figures([read])}


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"data": "no-such-place"}, DataError, "--data no-such-place: no such set of images"),
        ({"data": "brush:0/10"}, ConfigError, "train must be at least 1, got 0"),
        ({"device": "cuda"}, ConfigError, "--device cuda: no CUDA device was found"),
    ],
)
def test_missing_data_or_devices_are_refused_before_anything_is_written(monkeypatch, tmp_path, options, error, message):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(error) as caught, RunFolder(tmp_path / "run") as run_folder:
        run(brush(**options), journal=run_folder)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.data
@pytest.mark.skipif(not kuzushiji.available("kmnist-mini"), reason="the published test files are not at hand")
def test_netlin_trained_as_in_the_report_reads_74_percent_of_kmnist_mini():
    result = run(CharactersConfig(net="lin", data="kmnist-mini", preset="report"))
    assert result.data.verified
    assert 0.72 <= result.seeds[0].test_accuracy <= 0.76
    assert [sum(row) for row in result.seeds[0].confusion] == [200] * 10


def test_of_very_many_classes_the_result_has_pairs_and_rates_and_no_matrix(tmp_path):
    generator = np.random.default_rng(0)
    for label in range(101):
        (tmp_path / f"{label:03}").mkdir()
        for i in range(2):
            Image.fromarray(generator.integers(0, 60, (28, 28)).astype(np.uint8)).save(
                tmp_path / f"{label:03}" / f"{i}.png"
            )
    result = run(CharactersConfig(net="lin", data=str(tmp_path), epochs=1))
    assert result.seeds[0].confusion == ()
    assert result.arrays["samples"].shape[:2] == (100, 5)  # 500 images at most
    assert len(result.pairs) == 20
    predicted = result.arrays["predicted"][0]
    assert result.summary.balanced.mean == pytest.approx(np.mean(predicted == result.arrays["target"]))
    assert [one.name for one in figures([result])] == [
        "1-samples", "1-learning-curves", "1-gallery", "1-calibration",
    ]  # fmt: skip
