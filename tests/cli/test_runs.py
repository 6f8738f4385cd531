"""The commands for many runs, in process."""

import json
from pathlib import Path

import pytest

from kuzushi.sweep import local_workers as local
from sweeping import run_in_this_process

GRID = 'subject = "design"\n[grid]\ndata = ["xor", {}]\n'


@pytest.fixture(autouse=True)
def cells_in_this_process(monkeypatch):
    monkeypatch.setattr(local, "run_here", lambda configs, folder, workers: run_in_this_process(configs, folder))


def test_a_sweep_is_kept_printed_and_laid_out_on_a_page(kuzushi):
    Path("grid.toml").write_text(GRID.format('"grid:2"'))
    status, out, err = kuzushi("sweep", "grid.toml", "--out", "sweep", "--json")
    assert status == 0
    assert json.loads(out) == json.loads(Path("sweep/result.json").read_bytes())
    assert json.loads(out)["provenance"]["command"] == "kuzushi sweep grid.toml"
    assert "sweep/table.csv has every cell" in err
    status, out, _ = kuzushi("sweep", "grid.toml", "--out", "sweep")
    assert (status, out.splitlines()[0][:31]) == (0, "2 cells of kuzushi design: 2 do")
    assert kuzushi("report", "sweep", "-o", "page.html")[0] == 0
    assert '<section id="sweep">' in Path("page.html").read_text(encoding="utf-8")


def test_a_cell_that_fails_makes_the_exit_code_one_and_is_named(kuzushi):
    Path("grid.toml").write_text(GRID.format('"nonsense"'))
    status, out, _ = kuzushi("sweep", "grid.toml", "--out", "sweep")
    assert status == 1
    assert "Failed: cells/" in out
    assert "nonsense" in out


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("sweep", "none.toml", "--out", "sweep"), "none.toml: cannot be read"),
        (("sweep", "grid.toml", "--out", "sweep", "--workers", "0"), "--workers 0: must be a whole number"),
        (("sweep", "grid.toml", "--out", "s", "--workers", "1", "--ray", "auto"), "--workers: is for this machine"),
        (("sweep", "grid.toml", "--out", "s", "--cpus-per-cell", "0"), "must be a number above 0"),
        (("sweep", "grid.toml", "--out", "s", "--gpus-per-cell", "nan"), "must be a number above 0"),
        (("runs", "list", "none"), "none: is not a folder"),
        (("runs", "show", "."), ".: holds no run"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(kuzushi, words, because):
    Path("grid.toml").write_text(GRID.format('"grid:2"'))
    status, out, err = kuzushi(*words)
    assert (status, out) == (2, "")
    assert because in err
    assert err.count("\n") == 1


def test_a_run_is_listed_and_shown_finished_or_not(kuzushi):
    command = ("checkerboard", "--nets", "2", "--epochs", "100", "--out", "runs/board")
    kuzushi(*command)
    status, out, _ = kuzushi("runs", "list", "runs")
    assert status == 0
    assert "runs/board  checkerboard  --nets 2 --epochs 100" in out
    assert out.endswith("\n\n1 run\n")
    assert kuzushi("runs", "show", "runs/board")[1] == kuzushi(*command, "--resume")[1]
    Path("runs/board/result.json").unlink()
    assert kuzushi("runs", "show", "runs/board")[1] == (
        f"runs/board: not finished; resume it with kuzushi {' '.join(command)} --resume\n"
    )
