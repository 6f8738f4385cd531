"""Runs trained as one ensemble: each ends as it would alone but for the rounding of sums, and goes on by itself."""

import dataclasses

import numpy as np
import pytest

from kuzushi.configs import CheckerboardConfig, SequencesConfig
from kuzushi.errors import RunError
from kuzushi.experiments import subjects
from kuzushi.experiments.together import STAGE, TRAINING
from kuzushi.runs import RunFolder, load
from memory import Memory
from sweeping import assert_same

SRN = {"nets": 3, "updates": 25, "test_length": 6}
LSTM = {"model": "lstm", "lang": "anbncn", "hid": 3, "length": 3, **SRN}
KINDS = {
    "srn": [SequencesConfig(seed=seed, **SRN) for seed in (4, 0, 7)],
    "lstm": [SequencesConfig(seed=seed, **LSTM) for seed in (4, 0, 7)],
    "streams of their own": [SequencesConfig(seed=seed, preset="report", **SRN) for seed in (4, 0)],
    "with noise": [SequencesConfig(seed=seed, preset="counting", **LSTM) for seed in (4, 0, 7)],
    "tested apart": [SequencesConfig(seed=2, **SRN | {"test_length": length}) for length in (6, 9)],
    "checkerboard": [CheckerboardConfig(nets=3, epochs=150, hid=4, seed=seed) for seed in (4, 0, 7)],
}

ENDING_APART = [CheckerboardConfig(nets=1, epochs=2_000, seed=seed) for seed in (0, 4, 5)]
"""Boards that are solved after 100, 800 and 200 epochs."""


def together(configs, journals=None):
    journals = [Memory() for _ in configs] if journals is None else journals
    subjects.train_together(configs, journals=journals)
    return journals


@pytest.fixture(scope="module", params=KINDS)
def trained(request):
    configs = KINDS[request.param]
    return [
        ((subjects.run(config, journal=journal), journal), (subjects.run(config, journal=own), own))
        for config, journal, own in zip(configs, together(configs), [Memory() for _ in configs], strict=True)
    ]


def test_the_nets_of_each_run_are_those_it_would_have_had_alone_but_for_rounding(trained):
    for (result, journal), (alone, own) in trained:
        (arrays, _), (expected, _) = journal.load(TRAINING), own.load(TRAINING)
        assert arrays.keys() == expected.keys()
        for name, array in expected.items():
            assert arrays[name].dtype == array.dtype
            np.testing.assert_allclose(arrays[name], array, rtol=0, atol=3e-4)
        assert (result.config, result.solved) == (alone.config, alone.solved)


def test_the_nets_of_one_run_are_not_those_of_another(trained):
    ((first, _), _), ((second, _), _), *_ = trained
    alike = all(np.allclose(first.weights[name], second.weights[name], atol=1e-2) for name in first.weights)
    assert alike == (first.config.seed == second.config.seed)


def test_the_evaluations_are_each_runs_own(trained):
    for (result, _), (alone, _) in trained:
        told = [result.history, alone.history] if hasattr(result, "history") else [result.epochs, alone.epochs]
        for ours, theirs in zip(*told, strict=True):
            for name, value in dataclasses.asdict(theirs).items():
                assert dataclasses.asdict(ours)[name] == pytest.approx(value, abs=1e-3)


def test_a_result_says_beside_how_many_others_its_nets_were_trained_and_counts_its_share_of_the_time(trained):
    for (result, _), (alone, _) in trained:
        assert (result.provenance.beside, alone.provenance.beside) == (len(trained) - 1, 0)
        assert dataclasses.replace(result.provenance, beside=0) == alone.provenance
    assert len({result.seconds for (result, _), _ in trained}) == 1


def test_each_run_is_told_of_in_its_own_journal(trained):
    for (result, journal), _ in trained:
        told = [progress for progress in journal.seen if progress.stage == TRAINING]
        looks = result.history if hasattr(result, "history") else result.epochs
        assert [progress.done for progress in told] == [
            look.update if hasattr(look, "update") else look.epoch for look in looks
        ]


def test_a_run_whose_nets_are_all_right_ends_there_while_the_others_go_on():
    configs = ENDING_APART
    journals = together(configs)
    ended = []
    for config, journal in zip(configs, journals, strict=True):
        result, alone = subjects.run(config, journal=journal), subjects.run(config, journal=Memory())
        assert [score.epoch for score in result.epochs] == [score.epoch for score in alone.epochs]
        assert result.epochs_to_solve == alone.epochs_to_solve
        for name, weights in alone.weights.items():
            np.testing.assert_allclose(result.weights[name], weights, rtol=0, atol=1e-6)
        ended.append(result.epochs[-1].epoch)
    assert len(set(ended)) == 3


def test_what_was_handed_over_is_not_looked_at_again():
    asked = []

    class Asked(Memory):
        def load(self, stage):
            asked.append(self)
            return super().load(stage)

    first, *_ = journals = together(ENDING_APART, [Asked() for _ in ENDING_APART])
    assert [asked.count(journal) for journal in journals[1:]] == [2, 2]  # before the training, and at its end
    assert asked.count(first) < 6  # also for the checkpoint of all, whatever the number of evaluations, here eight


class Stopping(RunFolder):
    """A folder in which a run is stopped after so many checkpoints."""

    left = 0

    def save(self, stage, arrays, note):
        if type(self).left == 0:
            raise KeyboardInterrupt
        type(self).left -= 1
        super().save(stage, arrays, note)


@pytest.mark.parametrize("saves", range(12))
def test_runs_that_are_stopped_go_on_together_and_end_as_if_they_had_not_been(tmp_path, saves):
    configs = ENDING_APART
    folders = [tmp_path / str(config.seed) for config in configs]

    def in_folders(kind, places):
        opened = [kind(place, resume=(place / "config.json").is_file(), every=0) for place in places]
        try:
            together(configs, opened)
        finally:
            for journal in opened:
                journal.__exit__()

    Stopping.left = saves
    try:
        in_folders(Stopping, folders)
    except KeyboardInterrupt:
        in_folders(RunFolder, folders)
    unstopped = [tmp_path / f"unstopped-{config.seed}" for config in configs]
    in_folders(RunFolder, unstopped)
    for config, *places in zip(configs, folders, unstopped, strict=True):
        for place in places:
            with RunFolder(place, resume=True) as journal:
                journal.finish(subjects.run(config, journal=journal))
        assert_same(*places)
        assert load(places[0]).provenance.beside == 2


def test_runs_that_have_begun_by_themselves_are_left_to_themselves():
    configs = KINDS["srn"]
    journals = [Memory() for _ in configs]
    alone = subjects.run(configs[1], journal=journals[1])
    together(configs, journals)
    assert subjects.run(configs[1], journal=journals[1]).provenance.beside == 0
    assert subjects.run(configs[0], journal=journals[0]).provenance.beside == 1
    np.testing.assert_array_equal(journals[1].load(TRAINING)[0]["model.bias"], alone.weights["bias"])


def test_a_training_that_others_had_begun_is_not_gone_on_with():
    configs = KINDS["srn"]
    journals = together(configs)
    assert journals[0].load(STAGE) is not None
    del journals[1].kept[TRAINING]
    with pytest.raises(RunError, match="other runs that were trained together"):
        together(configs[:2], journals[:2])
