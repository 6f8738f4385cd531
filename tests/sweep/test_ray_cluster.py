"""The same cells on a cluster of several Ray nodes on this machine; nodes die, the driver dies, nothing is lost."""

import builtins
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from kuzushi.core.errors import RunError
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sweep import ray_cluster as cluster
from kuzushi.sweep.cell import Cell, folder_of, name_of
from kuzushi.sweep.configs import SweepConfig
from kuzushi.sweep.local_workers import run_here
from kuzushi.sweep.ray_cluster import run_on_ray, run_remote
from kuzushi.sweep.sweep import sweep
from sweeping import assert_same, done, run_in_this_process, wait_until

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning:ray")

UPDATES = [60, 61, 62, 63]
CONFIGS = [SequencesConfig(nets=4, updates=each, test_length=6, seed=seed) for each in UPDATES for seed in (0, 1)]
GRID = f'subject = "sequences"\n[settings]\nnets = 4\ntest_length = 6\n[grid]\nupdates = {UPDATES}\nseed = [0, 1]\n'
ENDLESS = 10**7
SMALL = {"num_cpus": 1, "object_store_memory": 80 * 2**20}


@pytest.fixture(scope="module", autouse=True)
def quiet():
    """Ray asks nobody, and keeps what the tests say of threads."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patched.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        yield


@pytest.fixture(scope="module")
def nodes(quiet):
    """A cluster: a head node that runs nothing, and two nodes of one processor each."""
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args=SMALL | {"num_cpus": 0})
    try:
        for _ in range(2):
            made.add_node(**SMALL)
        made.wait_for_nodes()
        yield made
    finally:
        made.shutdown()


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text(GRID)
    return path


def unexpected(line):
    raise AssertionError(line)


def on(address, configs, folder):
    return run_on_ray(configs, folder, address=address, cpus=1, gpus=0, warn=unexpected)


def test_a_cluster_finds_the_same_to_the_last_bit_as_this_machine_and_a_node_that_is_killed_costs_nothing(
    nodes, grid, tmp_path
):
    doomed, ended = nodes.add_node(**SMALL), []

    def runner(configs, folder):
        for config, error in on(nodes.address, configs, folder):
            ended.append(config)
            if len(ended) == 2:  # the node is in the middle of a cell
                nodes.remove_node(doomed, allow_graceful=False)
            yield config, error

    result = sweep(SweepConfig(grid=str(grid)), tmp_path / "away", runner, where="Ray", watch=lambda *_: None)
    assert result.failed == 0
    assert sorted(map(name_of, ended)) == sorted(map(name_of, CONFIGS))
    assert len({cell.name for cell in result.cells}) == 8
    local = [*CONFIGS[:2], *CONFIGS[-2:]]
    assert {error for _, error in run_here(iter(local), tmp_path / "here", workers=1)} == {None}
    for config in local:
        assert_same(folder_of(tmp_path / "away", name_of(config)), folder_of(tmp_path / "here", name_of(config)))


def test_a_driver_that_is_killed_goes_on_with_the_same_command(nodes, grid, tmp_path):
    command = [sys.executable, "-m", "kuzushi", "sweep", str(grid), "--out", "sweep", "--ray", nodes.address]
    out = tmp_path / "sweep"
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as driver:
        wait_until(lambda: done(out, CONFIGS) > 1)
        driver.send_signal(signal.SIGKILL)
    assert driver.returncode == -signal.SIGKILL
    finished = done(out, CONFIGS)
    assert finished < len(CONFIGS)
    written = {path: path.stat().st_mtime_ns for path in out.glob("cells/*/*/result.json")}
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert done(out, CONFIGS) == len(CONFIGS)
    assert {path: path.stat().st_mtime_ns for path in written} == written  # what was done is not done twice
    assert {error for _, error in run_in_this_process(iter(CONFIGS[-2:]), tmp_path / "here")} == {None}
    for config in CONFIGS[-2:]:
        assert_same(*(folder_of(place, name_of(config)) for place in (out, tmp_path / "here")))


def test_a_cell_that_fails_is_tried_twice_and_one_that_kills_its_workers_costs_no_other(nodes, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "MAX_RETRIES", 0)
    monkeypatch.setattr(cluster, "IN_FLIGHT", 1)
    stopping = threading.Event()

    def kill():
        """Kill every process that runs the endless cell."""
        while not stopping.wait(0.02):
            for folder in Path("/tmp").glob("kuzushi-*/cells/*/*"):
                held = folder / "config.json"
                if held.is_file() and f'"updates":{ENDLESS}' in held.read_text():
                    for process in _inside(folder):
                        os.kill(process, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    configs = [
        SequencesConfig(nets=2, updates=2, test_length=6, lang="nonsense"),
        SequencesConfig(nets=4, updates=ENDLESS, test_length=6),
        CONFIGS[0],
    ]
    try:
        bad, deadly, good = on(nodes.address, iter(configs), tmp_path)
    finally:
        stopping.set()
        killer.join()
    assert (bad[0], good) == (configs[0], (configs[2], None))
    assert "nonsense" in bad[1]
    assert deadly[1].startswith("WorkerCrashedError: ")


def _inside(folder: Path) -> list[int]:
    """The processes that hold the lock of a run."""
    inside = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == str(folder / ".lock"):
                inside.append(int(link.parts[2]))
        except OSError:
            continue
    return inside


def test_a_node_of_another_version_is_refused(tmp_path):
    cell = msgspec.json.encode(Cell.of(CONFIGS[0], Path(name_of(CONFIGS[0]))))
    error, files = run_remote(cell, "99.0.0", 1)
    assert files == []
    assert "install 99.0.0 there" in error


def test_where_ray_is_not_installed_one_line_says_how_to_get_it(monkeypatch, tmp_path):
    def absent(name, *rest, real=builtins.__import__):
        if name == "ray":
            raise ImportError
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(RunError, match=r"needs the extra ray; install it with pip install 'kuzushi\[ray\]'"):
        next(on("auto", iter(CONFIGS), tmp_path))


def test_where_there_is_no_cluster_one_line_says_how_to_start_one(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"  # where nobody listens
        for wrong in (address, "127.0.0.1:port"):
            with pytest.raises(RunError, match=f"--ray {wrong}: no cluster is there"):
                next(on(wrong, iter(CONFIGS), tmp_path))
