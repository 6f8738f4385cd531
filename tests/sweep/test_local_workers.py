"""Workers of one machine: they die, they are stopped, and nothing is lost."""

import contextlib
import os
import signal
import subprocess
import sys
import threading

import pytest

from kuzushi.core.errors import RunError
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sweep import local_workers as local
from kuzushi.sweep.cell import folder_of, name_of, run
from kuzushi.sweep.configs import SweepConfig
from kuzushi.sweep.local_workers import run_here
from kuzushi.sweep.sweep import sweep
from sweeping import assert_same, children, done, is_running, run_in_this_process, wait_until

LONG = [SequencesConfig(nets=4, updates=updates, test_length=6) for updates in (60, 61, 62, 63)]
ENDLESS = SequencesConfig(nets=4, updates=10**7, test_length=6)
GRID = 'subject = "sequences"\n[settings]\nnets = 4\ntest_length = 6\n[grid]\nupdates = [60, 61, 62, 63]\n'


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text(GRID)
    return path


def test_workers_find_the_same_to_the_last_bit_as_this_process(tmp_path):
    configs = [SequencesConfig(nets=3, updates=3, test_length=6, seed=seed) for seed in (0, 1, 2)]
    ended = list(run_here(iter(configs), tmp_path / "sweep", workers=2))
    assert sorted(config.seed for config, error in ended if error is None) == [0, 1, 2]
    run(configs[1], tmp_path / "alone")
    assert_same(folder_of(tmp_path / "sweep", name_of(configs[1])), tmp_path / "alone")


def test_a_cell_that_fails_is_tried_twice_and_the_others_are_done(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        local._Worker, "run", lambda self, task, run=local._Worker.run: asked.append(task) or run(self, task)
    )  # fmt: skip
    configs = [SequencesConfig(nets=2, updates=2, test_length=6, lang=lang) for lang in ("nonsense", "anbn")]
    bad, good = run_here(iter(configs), tmp_path, workers=1)
    assert bad[0].lang == "nonsense"
    assert "nonsense" in bad[1]
    assert "\n" not in bad[1]
    assert good == (configs[1], None)
    assert [cell.config.lang for cell in asked] == ["nonsense", "nonsense", "anbn"]


def killing(monkeypatch, *, times, once="progress.jsonl"):
    """Kill the worker with SIGKILL while it runs a cell, once a file is there, this many times."""
    killed = []

    def run(self, task, run=local._Worker.run):
        def kill():
            wait_until((local.Path(task.folder) / once).is_file)
            os.kill(self._process.pid, signal.SIGKILL)

        if len(killed) < times:
            killed.append(self._process.pid)
            threading.Thread(target=kill).start()
        return run(self, task)

    monkeypatch.setattr(local._Worker, "run", run)
    return killed


def test_a_worker_that_is_killed_in_a_cell_is_replaced_and_the_cell_finds_the_same(tmp_path, monkeypatch):
    killed = killing(monkeypatch, times=1)
    ended = list(run_here(iter(LONG[:2]), tmp_path / "sweep", workers=1))
    assert ended == [(LONG[0], None), (LONG[1], None)]
    assert len(killed) == 1
    run(LONG[0], tmp_path / "alone")
    assert_same(folder_of(tmp_path / "sweep", name_of(LONG[0])), tmp_path / "alone")


def test_a_cell_whose_workers_are_killed_again_and_again_has_failed_and_costs_no_other(tmp_path, monkeypatch):
    killing(monkeypatch, times=2, once="config.json")
    (bad, error), good = run_here(iter([ENDLESS, LONG[1]]), tmp_path, workers=1)
    assert bad == ENDLESS
    assert error.splitlines()[0] == "its worker was killed by SIGKILL; out of memory?"
    assert good == (LONG[1], None)


def test_closing_the_sweep_stops_its_workers(tmp_path):
    before = set(children(os.getpid()))
    with contextlib.closing(run_here(iter(LONG), tmp_path, workers=2)) as ended:
        next(ended)
        workers = set(children(os.getpid())) - before
        assert len(workers) == 2
    assert not any(is_running(worker) for worker in workers)


def test_a_machine_where_no_worker_starts_is_told_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RunError, match="no worker can be started: its worker ended with exit code 1"):
        list(run_here(iter(LONG), tmp_path, workers=2))


@pytest.mark.parametrize(("ending", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_sweep_that_is_ended_leaves_no_worker_and_goes_on_with_the_same_command(tmp_path, grid, ending, status):
    out, command = tmp_path / "sweep", [sys.executable, "-m", "kuzushi", "sweep", str(grid), "--out", "sweep"]
    with subprocess.Popen([*command, "--workers", "2"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as driver:
        wait_until(lambda: done(out, LONG) > 0)
        workers = children(driver.pid)
        driver.send_signal(ending)
        said = driver.communicate()[1]
    assert driver.returncode == status
    if ending == signal.SIGINT:
        assert "finished cells are saved in sweep, and the same command runs the others" in said
    assert len(workers) == 2
    wait_until(lambda: not any(map(is_running, workers)), seconds=20)
    finished, ran = done(out, LONG), []

    def counted(configs, folder):
        for ended in run_in_this_process(configs, folder):
            ran.append(ended)
            yield ended

    result = sweep(SweepConfig(grid=str(grid)), out, counted, where="here", watch=lambda *_: None)
    assert result.failed == 0
    assert len(ran) == 4 - finished
    run(LONG[3], tmp_path / "alone")
    assert_same(folder_of(out, name_of(LONG[3])), tmp_path / "alone")
