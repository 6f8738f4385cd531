"""Bars on standard error, and the journal behind them that receives everything."""

import re

import numpy as np
import pytest

from kuzushi.core.journal import Progress, Silent
from kuzushi.core.progress_bars import DownloadBars, StageBars, SweepBar
from kuzushi.core.provenance import provenance
from kuzushi.perceptrons.configs import CheckerboardConfig


class Recorder(Silent):
    """A journal that records its calls in order."""

    def __init__(self):
        self.calls = []

    def begin(self, *arguments):
        self.calls.append(("begin", *arguments))

    def progress(self, *arguments):
        self.calls.append(("progress", *arguments))

    def save(self, *arguments):
        self.calls.append(("save", *arguments))

    def load(self, stage):
        self.calls.append(("load", stage))
        return {"w": np.ones(2)}, {"note": stage}


@pytest.fixture(autouse=True)
def a_wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")


def step(stage="train", done=3, total=20, **metrics):
    return Progress(stage=stage, done=done, total=total, metrics=metrics)


def shown(title, *steps):
    with StageBars(title, Silent()) as bars:
        for one in steps:
            bars.progress(one)


def test_a_bar_shows_title_stage_count_and_the_last_two_metrics_on_standard_error(capsys):
    shown("characters", step("seed 0", 3, 20, train_loss=0.5, test_loss=0.123456, test_accuracy=0.875))
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("characters seed 0 ")
    assert re.search(r" 3/20 ", line)
    assert line.rstrip().endswith("test_loss 0.1235  test_accuracy 0.875")
    assert "train_loss" not in line


def test_a_bar_ends_at_the_last_step_of_its_stage(capsys):
    shown("sequences", step(done=5, loss=0.9), step(done=20, loss=0.25))
    (line,) = capsys.readouterr().err.splitlines()
    assert " 20/20 " in line
    assert line.rstrip().endswith("loss 0.25")


def test_every_stage_has_its_own_bar(capsys):
    shown("characters", step("seed 0", 20, loss=0.5), step("seed 1", 7, loss=0.75), step("seed 1", 8, loss=0.7))
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("characters seed 0 ") and " 20/20 " in first and first.rstrip().endswith("loss 0.5")
    assert second.startswith("characters seed 1 ") and " 8/20 " in second and second.rstrip().endswith("loss 0.7")


def test_metrics_that_are_not_numbers_are_left_out(capsys):
    shown("checkerboard", step(loss=0.5, solved=3, switched=[1, 2]))
    line = capsys.readouterr().err.rstrip()
    assert line.endswith("loss 0.5  solved 3")
    assert "switched" not in line


def test_everything_is_passed_on_unchanged():
    config = CheckerboardConfig()
    made, journal, arrays = provenance(config, device="cpu", threads=1), Recorder(), {"w": np.zeros(2)}
    one = step(loss=0.5, switched=[1])
    with StageBars("checkerboard", journal) as bars:
        bars.begin(config, made, "abc")
        loaded, note = bars.load("train")
        bars.progress(one)
        bars.save("train", arrays, {"finished": True})
    assert (loaded["w"].tolist(), note) == ([1, 1], {"note": "train"})
    assert journal.calls == [
        ("begin", config, made, "abc"),
        ("load", "train"),
        ("progress", one),
        ("save", "train", arrays, {"finished": True}),
    ]
    assert journal.calls[3][2] is arrays


def test_nothing_is_printed_when_an_error_comes_before_the_first_progress(capsys):
    with pytest.raises(ValueError, match="before"), StageBars("characters", Recorder()) as bars:
        bars.begin(CheckerboardConfig(), provenance(CheckerboardConfig(), device="cpu", threads=1), "abc")
        bars.load("train")
        raise ValueError("before")
    assert capsys.readouterr() == ("", "")


def test_an_error_after_the_first_progress_leaves_the_bar_and_is_raised(capsys):
    with pytest.raises(KeyboardInterrupt), StageBars("characters", Silent()) as bars:
        bars.progress(step(loss=0.5))
        raise KeyboardInterrupt
    assert " 3/20 " in capsys.readouterr().err


def test_a_journal_that_cannot_write_ends_the_run_before_a_bar_is_shown(capsys):
    class Full(Silent):
        def progress(self, progress):
            raise OSError("full")

    with pytest.raises(OSError, match="full"), StageBars("characters", Full()) as bars:
        bars.progress(step(loss=0.5))
    assert capsys.readouterr() == ("", "")


def test_a_download_shows_file_bytes_and_source(capsys):
    with DownloadBars() as watch:
        watch("images.gz", "codh.rois.ac.jp", 100_000, 2_000_000)
        watch("images.gz", "huggingface.co", 1_500_000, 2_000_000)
        watch("labels.gz", "huggingface.co", 5_000, None)
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert first.startswith("images.gz ") and "1.5/2.0 MB" in first and first.rstrip().endswith("huggingface.co")
    assert second.startswith("labels.gz ") and "5.0/? kB" in second


def test_no_bar_is_shown_without_a_download(capsys):
    with DownloadBars():
        pass
    assert capsys.readouterr() == ("", "")


def test_one_bar_shows_how_many_cells_of_a_sweep_are_done_and_how_many_failed(capsys):
    with SweepBar() as bar:
        bar(2, 0, 5)
        bar(3, 0, 5)
        bar(4, 1, 5)
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert re.search(r"^cells .* 4/5 ", line)
    assert line.rstrip().endswith("1 failed")
