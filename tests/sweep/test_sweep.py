"""Sweeps in a folder, with runners of the test: what is done is found, what fails is told, nothing is done twice."""

import contextlib
import dataclasses
import json
import shutil
from pathlib import Path

import msgspec
import pytest

from kuzushi.characters.configs import CharactersConfig
from kuzushi.core.errors import ConfigError, KuzushiError, RunError
from kuzushi.core.result_files import to_json
from kuzushi.core.results import Interval
from kuzushi.experiments import SWEPT, load
from kuzushi.perceptrons.configs import CheckerboardConfig, DesignConfig
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sweep.cell import Cell, attempt, folder_of, name_of, run
from kuzushi.sweep.configs import SweepConfig
from kuzushi.sweep.sweep import read_cell, sweep

GRID = (
    'subject = "sequences"\n[settings]\nnets = 3\nupdates = 3\ntest_length = 6\n[grid]\nhid = [2, 3]\nseed = [0, 1]\n'
)
CONFIGS = [SequencesConfig(nets=3, updates=3, test_length=6, hid=hid, seed=seed) for hid in (2, 3) for seed in (0, 1)]


class Runner:
    """Runs cells in this process, and remembers which; it fails where it is told to."""

    def __init__(self, failing=()):
        self.ran = []
        self.failing = set(failing)

    def __call__(self, configs, folder):
        for config in configs:
            self.ran.append(config)
            error = "it broke\nlong story" if name_of(config) in self.failing else None
            yield config, error or attempt(Cell.of(config, folder_of(folder, name_of(config))))


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text(GRID)
    return path


@pytest.fixture
def swept(grid, tmp_path):
    def run(runner, watch=lambda *_: None, out=tmp_path / "sweep"):
        return sweep(SweepConfig(grid=str(grid)), out, runner, where="here", watch=watch)

    return run


def test_every_cell_is_run_once_and_kept_as_a_run_of_its_own(swept, tmp_path):
    runner, heard = Runner(), []
    result = swept(runner, lambda *told: heard.append(told))
    assert runner.ran == CONFIGS
    assert heard == [(done, 0, 4) for done in range(5)]
    assert [cell.settings for cell in result.cells] == [(2, 0), (2, 1), (3, 0), (3, 1)]
    for config, cell in zip(CONFIGS, result.cells, strict=True):
        run = load(folder_of(tmp_path / "sweep", name_of(config)))
        assert run.config == config
        assert (cell.score, cell.n, cell.seconds) == (run.solved_interval, run.nets, run.seconds)
    assert load(tmp_path / "sweep") == result
    assert (tmp_path / "sweep" / "result.json").read_bytes() == to_json(result)
    assert len((tmp_path / "sweep" / "table.csv").read_text().splitlines()) == 5


def test_a_sweep_does_not_go_on_with_other_points_than_it_began_with(grid, tmp_path, swept):
    points = tmp_path / "points.csv"
    grid.write_text(f'subject = "design"\n[grid]\ndata = ["xor", "{points}"]\n')
    points.write_text("x1,x2,target\n0,0,0\n1,1,1\n")
    first = swept(Runner())
    assert swept(Runner()) == first
    points.write_text("x1,x2,target\n0,0,1\n1,1,0\n")
    with pytest.raises(RunError, match="the points of this finished run have changed since"):
        swept(Runner())
    points.unlink()
    assert swept(Runner()).cells == first.cells


def test_what_is_done_is_not_done_again_and_a_grown_grid_runs_only_what_is_new(swept, grid):
    first = swept(Runner())
    again = Runner()
    second = swept(again)
    assert again.ran == []
    assert second.cells == first.cells
    grid.write_text(GRID.replace("[0, 1]", "[1, 5, 0]"))
    grown = Runner()
    third = swept(grown)
    assert [(config.hid, config.seed) for config in grown.ran] == [(2, 5), (3, 5)]
    assert [cell.settings for cell in third.cells] == [(2, 1), (2, 5), (2, 0), (3, 1), (3, 5), (3, 0)]


def test_a_sweep_that_was_stopped_goes_on_where_it_was(swept):
    class Stopped(Runner):
        def __call__(self, configs, folder):
            for place, ended in enumerate(super().__call__(configs, folder)):
                if place == 2:
                    raise KeyboardInterrupt
                yield ended

    with pytest.raises(KeyboardInterrupt):
        swept(Stopped())
    rest, heard = Runner(), []
    swept(rest, lambda *told: heard.append(told))
    assert rest.ran == CONFIGS[3:]
    assert heard[0] == (3, 0, 4)  # the third was done, though nobody had heard of it


def test_a_cell_that_failed_is_told_with_its_reason_while_the_others_are_done_and_is_tried_again_next_time(
    swept, tmp_path
):
    bad = name_of(CONFIGS[1])
    result = swept(Runner(failing=[bad]))
    assert [cell.error for cell in result.cells] == [None, "it broke", None, None]
    assert result.failed == 1
    reason = folder_of(tmp_path / "sweep", bad) / "error.txt"
    assert reason.read_text() == "it broke\nlong story\n"
    assert result.axes[0].means[0].cells == 1
    again = Runner()
    mended = swept(again)
    assert again.ran == [CONFIGS[1]]
    assert mended.failed == 0
    assert not reason.exists()


def test_a_cell_whose_result_is_damaged_or_of_other_settings_is_run_again(swept, tmp_path):
    swept(Runner())
    first, second = (folder_of(tmp_path / "sweep", name_of(config)) for config in CONFIGS[:2])
    (first / "result.json").write_bytes((first / "result.json").read_bytes()[:100])
    shutil.copy(folder_of(tmp_path / "sweep", name_of(CONFIGS[3])) / "result.json", second / "result.json")
    again = Runner()
    assert swept(again).failed == 0
    assert again.ran == CONFIGS[:2]


def test_a_cell_that_says_it_is_done_and_has_no_result_has_failed(swept):
    def lazy(configs, folder):
        yield from ((config, None) for config in configs)

    result = swept(lazy)
    assert result.failed == 4
    assert result.cells[0].error == "it ended without a readable result"
    assert result.axes[0].means == (None, None)


def test_cells_that_are_given_twice_are_one(swept, grid):
    grid.write_text(
        'subject = "design"\n[settings]\ndata = "xor"\n[[cells]]\nshown = 3\n[[cells]]\n[[cells]]\nshown = 3\n'
    )
    runner = Runner()
    result = swept(runner)
    assert [config.shown for config in runner.ran] == [3, 12]
    assert [cell.settings for cell in result.cells] == [(3,), (12,)]
    assert result.cells[0].score.mean == 2.0


def test_settings_that_do_not_go_together_are_told_before_anything_runs(swept, grid, tmp_path):
    grid.write_text(GRID.replace("[2, 3]", "[2, 0]"))
    with pytest.raises(ConfigError, match=r"the cell hid = 0, seed = 0: --hid 0"):
        swept(Runner())
    assert not (tmp_path / "sweep").exists()


def test_a_folder_of_something_else_is_refused_and_left_alone(swept, tmp_path):
    for content in ('{"subject": "sequences"}', "[]", "{"):
        folder = tmp_path / f"other{len(content)}"
        folder.mkdir()
        (folder / "config.json").write_text(content)
        with pytest.raises(RunError, match="is not empty and holds no sweep"):
            swept(Runner(), out=folder)
        assert [path.name for path in folder.iterdir()] == ["config.json"]


def test_two_sweeps_at_once_in_one_folder_are_refused(swept):
    def second(configs, folder):
        with pytest.raises(RunError, match="another process is running in it"):
            swept(Runner())
        yield from Runner()(configs, folder)

    assert swept(second).failed == 0


def test_a_cell_that_was_killed_before_it_had_kept_anything_starts_anew(swept, tmp_path):
    left = folder_of(tmp_path / "sweep", name_of(CONFIGS[0]))
    with contextlib.suppress(KuzushiError):
        swept(Runner(failing=[name_of(config) for config in CONFIGS]))
    (left / ".config.json.123.part").write_text("{")
    assert swept(Runner()).failed == 0


def test_a_name_is_of_all_settings_and_does_not_depend_on_their_order():
    names = {name_of(config) for config in CONFIGS}
    assert len(names) == 4
    changed = msgspec.to_builtins(CONFIGS[0])
    assert name_of(SequencesConfig(**dict(reversed(changed.items())))) == name_of(CONFIGS[0])
    assert name_of(dataclasses.replace(CONFIGS[0], preset="report")) not in names


def test_a_mistake_in_the_code_is_told_with_where_it_was_made(monkeypatch, tmp_path):
    monkeypatch.setattr("kuzushi.sequences.experiment.run", lambda config, journal: 1 / 0)
    error = attempt(Cell.of(CONFIGS[0], tmp_path / "cell"))
    assert error.startswith("ZeroDivisionError: division by zero\nTraceback")


def test_too_little_memory_is_told_in_one_line(monkeypatch, tmp_path):
    def run(config, journal):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr("kuzushi.sequences.experiment.run", run)
    error = attempt(Cell.of(CONFIGS[0], tmp_path / "cell"))
    assert error == "there is not enough memory for this; give fewer nets, units or images"


def test_the_record_of_the_sweep_names_its_command(swept, tmp_path, grid):
    swept(Runner())
    held = json.loads((tmp_path / "sweep" / "config.json").read_bytes())
    assert held["subject"] == "sweep"
    assert held["provenance"]["command"] == f"kuzushi sweep {Path(grid)}"


TINY = [
    SequencesConfig(nets=3, updates=3, test_length=6),
    CheckerboardConfig(nets=3, epochs=300, hid=8),
    CharactersConfig(net="lin", data="brush:100/20", epochs=1, seeds=2),
    DesignConfig(data="xor"),
]


@pytest.fixture(scope="module", params=TINY, ids=lambda config: type(config).__name__)
def cell(request, tmp_path_factory):
    """A config, and the folder of its run."""
    folder = tmp_path_factory.mktemp("cell") / "run"
    run(request.param, folder)
    return request.param, folder


def test_the_score_of_a_cell_is_that_of_its_result(cell):
    config, folder = cell
    result, found = load(folder), read_cell(folder, config)
    expected = {
        "sequences": lambda: (result.solved_interval, result.nets),
        "checkerboard": lambda: (result.solved_interval, result.nets),
        "characters": lambda: (result.summary.accuracy, 20),
        "design": lambda: (Interval(2.0, 2.0, 2.0), None),  # xor needs two units
    }[result.subject]()
    assert (found.score.value, found.score.n) == expected
    assert found.seconds == result.seconds


def test_a_result_of_another_config_or_a_damaged_one_is_not_read(cell, tmp_path):
    config, folder = cell
    other = dataclasses.replace(config, **({"shown": 3} if isinstance(config, DesignConfig) else {"seed": 9}))
    assert read_cell(folder, other) is None
    data = (folder / "result.json").read_bytes()
    for damaged in (b"", data[: len(data) // 2], b"[]", data.replace(b'"schema": 1', b'"schema": 2')):
        (tmp_path / "result.json").write_bytes(damaged)
        assert read_cell(tmp_path, config) is None
    assert read_cell(tmp_path / "none", config) is None


def test_every_experiment_with_a_score_can_be_swept():
    assert set(SWEPT.values()) == {type(config) for config in TINY}
