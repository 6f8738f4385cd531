"""Comparisons: every number is counted again from the runs and the images."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from comparisons import comparison
from kuzushi.characters import compare
from kuzushi.characters import experiment as characters
from kuzushi.characters import glyph_clusters as forms
from kuzushi.characters import hard_pairs as hardness
from kuzushi.characters.compare import fingerprint, read_runs, run
from kuzushi.characters.configs import CharactersConfig, CompareConfig
from kuzushi.characters.datasets.catalogue import load_images
from kuzushi.characters.glyph_clusters import blurred
from kuzushi.characters.nets import scaled
from kuzushi.characters.saved_net import load_net
from kuzushi.core.errors import ConfigError, DataError, RunError
from kuzushi.core.published import PUBLISHED
from kuzushi.core.result_files import to_json
from kuzushi.core.run_folder import RunFolder
from kuzushi.experiments import load
from memory import Memory

DATA = "brush:900/300"


@pytest.fixture(scope="module", autouse=True)
def small():
    """Compute less: forms and hard pairs have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forms, "SPLITS", 2)
        patch.setattr(forms, "STARTS", 2)
        patch.setattr(hardness, "LEAST_IMAGES", 3)
        yield


def finished(folder, experiment, config):
    """Run an experiment into the folder."""
    with RunFolder(folder) as journal:
        result = experiment.run(config, journal=journal)
        journal.finish(result)
    return str(folder)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A weak run and a better one."""
    root = tmp_path_factory.mktemp("runs")
    lin = CharactersConfig(net="lin", data=DATA, epochs=1, seeds=2)
    full = CharactersConfig(net="full", data=DATA, epochs=6, seeds=3)
    return finished(root / "lin", characters, lin), finished(root / "full", characters, full)


@pytest.fixture(scope="module")
def result(folders):
    return run(CompareConfig(runs=folders))


@pytest.fixture(scope="module")
def read(folders):
    """Read the runs from their folders."""
    return [load(folder) for folder in map(Path, folders)]


@pytest.fixture(scope="module")
def data():
    return load_images(DATA, seed=0)


def test_the_nets_are_those_of_the_runs(result, read, folders):
    assert [net.run for net in result.nets] == list(folders)
    assert [net.accuracy for net in result.nets] == [each.summary.accuracy for each in read]
    assert [net.seeds for net in result.nets] == [(0, 1), (0, 1, 2)]
    assert [net.parameters for net in result.nets] == [7850, 87460]
    assert result.strongest == 1
    assert result.data == read[0].data


def test_nets_are_compared_image_by_image(result, read):
    (pair,) = result.paired
    first, second = (each.arrays["predicted"][0] == each.arrays["target"] for each in read)
    assert pair.first_seeds.both_right == sum(a and b for a, b in zip(first, second, strict=True))
    assert pair.first_seeds.only_first == sum(a and not b for a, b in zip(first, second, strict=True))
    assert pair.first_seeds.only_second == sum(b and not a for a, b in zip(first, second, strict=True))
    assert pair.combinations == 6


def test_confusions_are_counted_by_net_and_seed(result, read):
    found = result.hardness
    assert (found.weakest, found.strongest) == (0, 1)
    assert found.pairs
    for pair in found.pairs:
        assert pair.counts == tuple(
            tuple(seed.confusion[pair.target][pair.predicted] for seed in each.seeds) for each in read
        )


def test_the_rates_of_the_forms_add_up_to_those_of_the_class(result, read, data):
    for pair in result.forms:
        test = (data.test_labels == pair.target).sum()
        assert sum(form.test for form in pair.forms) == test
        assert sum(form.train for form in pair.forms) == (data.train_labels == pair.target).sum()
        for net, each in enumerate(read):
            made = np.mean([seed.confusion[pair.target][pair.predicted] for seed in each.seeds])
            assert sum(form.rates[net].mean * form.test for form in pair.forms if form.rates) == pytest.approx(made)


def test_the_images_of_the_forms_are_of_the_class_and_those_misread_are_misread(result, read, data):
    predicted = np.concatenate([each.arrays["predicted"] for each in read])
    row = 0
    for pair in result.forms:
        own = {image.tobytes() for image in data.train_images[data.train_labels == pair.target]}
        confused = (data.test_labels == pair.target) & (predicted == pair.predicted).any(0)
        wrong = {image.tobytes() for image in data.test_images[confused]}
        shown = set()
        for _ in pair.forms:
            typical = [image for image in result.arrays["forms"][row, 1:] if image.any()]
            assert {image.tobytes() for image in typical} <= own
            shown |= {image.tobytes() for image in result.arrays["misread"][row] if image.any()}
            row += 1
        assert shown
        assert shown <= wrong
    assert len(result.arrays["forms"]) == len(result.arrays["misread"]) == row


def test_typical_images_are_as_many_as_there_is_room_for_and_near_the_mean(result, data):
    for row, form in zip(result.arrays["forms"], (form for pair in result.forms for form in pair.forms), strict=True):
        shown = [image for image in row[1:] if image.any()]
        assert len(shown) == min(len(row) - 1, form.train)
    (alone, row) = next((pair, row) for row, pair in _first_rows(result) if len(pair.forms) == 1)
    own = data.train_images[data.train_labels == alone.target]
    mean = blurred(own).mean(0)
    apart = [np.linalg.norm(images - mean, axis=(1, 2)) for images in (blurred(row[1:]), blurred(own))]
    assert apart[0].max() < np.median(apart[1])


def _first_rows(result):
    """Return the images of the first form of each pair, and the pair."""
    starts = np.cumsum([0, *(len(pair.forms) for pair in result.forms)])
    return zip(result.arrays["forms"][starts[:-1]], result.forms, strict=True)


def test_a_mean_image_is_the_mean_of_its_form(result, data):
    rows = iter(result.arrays["forms"][:, 0])
    for pair in result.forms:
        means = np.array([next(rows) for _ in pair.forms], dtype=float)
        sizes = np.array([form.train for form in pair.forms])
        own = data.train_images[data.train_labels == pair.target]
        np.testing.assert_allclose((means * sizes[:, None, None]).sum(0) / sizes.sum(), own.mean(0), atol=0.51)


def test_misread_images_are_those_of_the_strongest_net_and_as_many_agree(result, read, data):
    strongest, every = read[1].arrays, np.concatenate([each.arrays["predicted"] for each in read])
    assert result.images
    for index, image in enumerate(result.images):
        assert strongest["target"][image.index] == image.target != image.predicted
        assert strongest["predicted"][0, image.index] == image.predicted
        assert image.probability == pytest.approx(strongest["probability"][0, image.index], rel=1e-5)
        assert image.target_probability < image.probability
        assert image.agreeing == (every[:, image.index] == image.predicted).sum()
        np.testing.assert_array_equal(result.arrays["confused"][index], data.test_images[image.index])


def test_neighbours_are_training_images_of_either_class_nearest_first(result, data):
    for index, image in enumerate(result.images):
        for side, (label, found) in enumerate(
            ((image.target, image.nearest_target), (image.predicted, image.nearest_predicted))
        ):
            assert {data.train_labels[neighbour.index] for neighbour in found} == {label}
            distances = [neighbour.distance for neighbour in found]
            assert distances == sorted(distances)
            np.testing.assert_array_equal(
                result.arrays["nearest"][index, side], data.train_images[[neighbour.index for neighbour in found]]
            )


def test_the_evidence_adds_up_to_what_the_ink_adds_for_either_class(result, folders, data):
    model = load_net(Path(folders[1])).model
    for index, image in enumerate(result.images):
        pixels = torch.from_numpy(data.test_images[[image.index]])
        with torch.no_grad():
            (added,) = model(scaled(pixels)) - model(scaled(torch.zeros_like(pixels)))
        found = result.arrays["evidence"][index].sum((1, 2))
        np.testing.assert_allclose(found, added[[image.target, image.predicted]], atol=1e-3)


def test_what_every_net_misreads_is_listed(result, read, data):
    every = np.concatenate([each.arrays["predicted"] for each in read])
    wrong = np.flatnonzero((every != data.test_labels).all(0))
    assert {image.index for image in result.always_wrong} == set(wrong)
    assert len(wrong) > 0
    for index, image in enumerate(result.always_wrong):
        np.testing.assert_array_equal(result.arrays["always_wrong"][index], data.test_images[image.index])


def test_the_same_runs_give_the_same_result_whatever_the_order_of_the_names(result, folders):
    again = run(result.config)
    assert dataclasses.replace(again, seconds=0, arrays={}) == dataclasses.replace(result, seconds=0, arrays={})
    turned = run(CompareConfig(runs=folders[::-1]))
    assert (turned.strongest, turned.hardness.weakest) == (0, 1)
    assert turned.always_wrong == result.always_wrong


def test_one_run_alone_is_explained_but_compared_with_nothing(folders):
    alone = run(CompareConfig(runs=folders[1:]))
    assert (alone.paired, alone.hardness, alone.strongest) == ((), None, 0)
    assert alone.forms
    assert alone.images
    assert all(image.agreeing <= 3 for image in alone.images)


def test_the_forms_of_a_class_are_the_same_whatever_the_nets(folders, result):
    alone = run(CompareConfig(runs=folders[:1]))
    strengths = [{pair.target: pair.strengths for pair in found.forms} for found in (result, alone)]
    shared = strengths[0].keys() & strengths[1].keys()
    assert any(len(strengths[0][target]) > 1 for target in shared)
    assert all(strengths[0][target] == strengths[1][target] for target in shared)


def test_the_pairs_of_the_study_are_explained_where_the_images_are_its_own(folders, monkeypatch):
    # The kana that the program writes, taken for the official ones.
    original = compare.read_run

    def renamed(folder):
        found = original(folder)
        return dataclasses.replace(found, data=dataclasses.replace(found.data, name="kmnist-mini"))

    monkeypatch.setattr(compare, "read_run", renamed)
    named = {(pair.target, pair.predicted) for pair in PUBLISHED.characters.pairs}
    found = run(CompareConfig(runs=folders))
    assert found.in_report
    assert named <= {(pair.target, pair.predicted) for pair in found.forms}


def test_a_result_is_read_back_from_its_run_folder(result, tmp_path):
    with RunFolder(tmp_path / "compared") as folder:
        folder.begin(result.config, result.provenance, result.data.sha256)
        folder.finish(result)
    back = load(tmp_path / "compared")
    assert dataclasses.replace(back, arrays={}) == dataclasses.replace(result, arrays={})
    assert back.arrays.keys() == result.arrays.keys()
    fields = json.loads(to_json(result))
    assert fields["subject"] == "compare"
    assert fields["paired"][0]["first_seeds"]["only_second"] == result.paired[0].first_seeds.only_second


def test_the_journal_gets_the_progress_of_each_step(folders, result):
    journal = Memory()
    run(result.config, journal=journal)
    assert [(seen.done, seen.total) for seen in journal.seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    ((config, made, begun_with),) = journal.begun
    assert (config, begun_with) == (result.config, fingerprint(read_runs(folders)))
    assert made.command == f"kuzushi compare {folders[0]} {folders[1]}"


def unmeasured(result):
    """Return the result without times and arrays."""
    return dataclasses.replace(result, seconds=0.0, arrays={})


@pytest.mark.parametrize("stop_at", [1, 2, 3, 4])
def test_a_stopped_comparison_goes_on_with_the_next_step_and_ends_alike(folders, result, monkeypatch, stop_at):
    journal = Memory(stop_at)
    with pytest.raises(KeyboardInterrupt):
        run(result.config, journal=journal)

    def again(*_, **__):
        raise AssertionError

    done = ("compare_pairs", "hardness", "forms_of_pairs", "images_of_pairs")[:stop_at]
    for name in done:
        monkeypatch.setattr(f"kuzushi.characters.compare.{name}", again)
    resumed = run(result.config, journal=journal)
    assert unmeasured(resumed) == unmeasured(result)
    assert resumed.arrays.keys() == result.arrays.keys()
    for name, array in result.arrays.items():
        np.testing.assert_array_equal(resumed.arrays[name], array)
        assert resumed.arrays[name].dtype == array.dtype
    assert [seen.done for seen in journal.seen] == [1, 2, 3, 4]


def test_the_fingerprint_of_runs_depends_on_what_is_read_of_them_and_not_on_seconds(folders):
    first, second = read_runs(folders)
    same = dataclasses.replace(first, seconds=1e6)
    others = [
        [second, first],
        [first],
        [dataclasses.replace(first, config=dataclasses.replace(first.config, seed=9)), second],
        [dataclasses.replace(first, arrays=first.arrays | {"predicted": 1 - first.arrays["predicted"]}), second],
        [dataclasses.replace(first, weights={name: array + 1 for name, array in first.weights.items()}), second],
    ]
    assert fingerprint([same, second]) == fingerprint([first, second])
    assert len({fingerprint(each) for each in [[first, second], *others]}) == 6


def test_a_checkpoint_of_other_steps_is_refused_in_one_line(folders, result):
    journal = Memory()
    journal.saved["compare"] = ({}, {"steps": ["nonsense"]})
    with pytest.raises(RunError, match=r"^the checkpoint of compare does not fit this run \(.*\); start") as caught:
        run(result.config, journal=journal)
    assert "\n" not in str(caught.value)


# --- what is refused ------------------------------------------------------------------------------------------


def test_runs_on_other_images_are_refused(folders, tmp_path):
    other = finished(tmp_path / "other", characters, CharactersConfig(net="lin", data="brush:60/30", epochs=1))
    with pytest.raises(RunError, match=r"other: has other images \(brush, \w{12}\) than .*; give runs"):
        run(CompareConfig(runs=(folders[0], other)))


def test_a_run_of_something_else_is_refused(folders, tmp_path):
    with RunFolder(tmp_path / "compared") as folder:
        folder.finish(comparison())
    with pytest.raises(RunError, match=r"compare.*expected characters"):
        run(CompareConfig(runs=(folders[0], str(tmp_path / "compared"))))


def test_a_run_without_predictions_is_refused(folders, tmp_path):
    old = load(Path(folders[0]))
    del old.arrays["probability"]
    with RunFolder(tmp_path / "old") as folder:
        folder.finish(dataclasses.replace(old, weights={"fc": np.zeros(1)}))
    with pytest.raises(RunError, match="old: its predictions are missing; make the run again with kuzushi characters"):
        run(CompareConfig(runs=(str(tmp_path / "old"),)))


def test_images_that_have_changed_since_are_refused(folders, monkeypatch):
    monkeypatch.setattr(compare, "load_images", lambda name, seed: load_images("brush:60/30", seed=seed))
    with pytest.raises(DataError, match=f"--data {DATA}: the images have changed since the run in "):
        run(CompareConfig(runs=folders))


@pytest.mark.parametrize(
    ("named", "message"), [((), "no runs given"), (("a", "b", "a"), "got a b a; name each run once")]
)
def test_no_run_or_the_same_twice_is_refused(named, message):
    with pytest.raises(ConfigError, match=message):
        CompareConfig(runs=named)


def test_a_run_on_validation_images_is_compared_on_those(tmp_path):
    config = CharactersConfig(net="lin", data=DATA, epochs=1, validation=True)
    found = run(CompareConfig(runs=(finished(tmp_path / "lin", characters, config),)))
    assert (found.data.train, found.data.test) == (720, 180)
