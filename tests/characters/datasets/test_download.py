"""Downloads from local mirrors, good and bad ones, with a clock of the tests' own."""

import contextlib
import errno
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import filelock
import numpy as np
import pooch
import pytest

from kuzushi.characters.datasets import download
from kuzushi.characters.datasets.download import Limits, fetch, unwatched
from kuzushi.core.errors import DataError
from mirror_server import (
    Mirror,
    after,
    claims,
    cuts_off,
    down,
    fails,
    refers_to,
    resets,
    silently,
    speaks_no_http,
    stalls,
    without_length,
)

CONTENT = np.random.default_rng(0).bytes(300_000)
OTHER = np.random.default_rng(1).bytes(300_000)
NAME = "images.gz"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Put the cache in an empty folder."""
    monkeypatch.delenv("KUZUSHI_MIRROR", raising=False)
    monkeypatch.delenv("KUZUSHI_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "cache", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def right() -> Iterator[Mirror]:
    with Mirror({NAME: CONTENT}) as mirror:
        yield mirror


def check(path: Path) -> str | None:
    return None if path.read_bytes() == CONTENT else "other content than published"


def get(mirrors: Iterable[str], *, limits: Limits | None = None, watch=unwatched) -> bytes:
    fetch({NAME: check}, mirrors=mirrors, advice="put it there", limits=limits, watch=watch)
    return (download.cache() / NAME).read_bytes()


class Clock:
    """A clock that stands still but for 60 seconds at each piece from some servers."""

    def __init__(self, *slow: Mirror) -> None:
        self.now, self.slow, self.pieces = 0.0, {mirror.url.removeprefix("http://") for mirror in slow}, list[int]()

    def __call__(self) -> float:
        return self.now

    def watch(self, file: str, server: str, done: int, total: int | None) -> None:
        self.pieces.append(done)
        self.now += 60 * (server in self.slow)


def test_a_file_is_fetched_whole_and_nothing_else_is_left(folder: Path, right: Mirror) -> None:
    progress = []
    assert get([f"{right.url}/"], watch=lambda *moment: progress.append(moment)) == CONTENT
    assert os.listdir(folder) == [NAME]
    done = [moment[2] for moment in progress]
    assert done == sorted(done)
    assert progress[-1] == (NAME, right.url.removeprefix("http://"), len(CONTENT), len(CONTENT))


@pytest.mark.skipif(os.name != "posix", reason="this system has no umask")
@pytest.mark.parametrize("umask", [0o022, 0o027])
def test_a_file_has_the_mode_of_the_umask(folder: Path, right: Mirror, umask: int) -> None:
    before = os.umask(umask)
    try:
        get([right.url])
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert (folder / NAME).stat().st_mode & 0o777 == 0o666 & ~umask


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        (fails, "HTTP 503"),
        (speaks_no_http, "BadStatusLine: 220 ready"),
        (claims(-1000), "other content than published"),
        (claims(1000), "cut off"),
        (cuts_off(0), "cut off"),
        (cuts_off(1000), "cut off"),
        (resets, "cut off"),
    ],
)
def test_a_bad_mirror_is_left_for_the_next_in_time_and_named_where_there_is_none(
    folder: Path, right: Mirror, manner, reason: str
) -> None:
    with Mirror({NAME: CONTENT}, manner) as bad:
        with pytest.raises(DataError) as caught:
            get([bad.url])
        assert f"and no mirror gave it ({bad.url}: {reason}" in str(caught.value)
        assert os.listdir(folder) in ([], [f".{NAME}.lock"]), "nothing wrong or partial is kept"
        assert get([bad.url, right.url]) == CONTENT
    assert bad.requested == [NAME, NAME]


def test_mirrors_that_are_down_lack_the_file_or_have_another_are_left_for_the_next(right: Mirror) -> None:
    with Mirror({}) as empty, Mirror({NAME: OTHER}) as wrong:
        off = down()
        bad = [off, empty.url, wrong.url, "ftp://old", "http://[bad"]
        with pytest.raises(DataError) as caught:
            get(bad)
        assert str(caught.value).startswith(
            f"{NAME} is not in {download.cache()}, and no mirror gave it ({off}: Connection refused; {empty.url}: HTTP "
            f"404; {wrong.url}: other content than published; ftp://old: is not a web address, which begins with "
            "http:// or https://; http://[bad: "
        )
        assert str(caught.value).endswith("); put it there")
        assert get([*bad, right.url]) == CONTENT


def test_a_silent_mirror_is_left_for_the_next() -> None:
    with Mirror({NAME: CONTENT}, silently) as dead, Mirror({NAME: CONTENT}, stalls(1000)) as stalled:
        off = down()
        with pytest.raises(DataError) as caught:
            get([dead.url, stalled.url, off], limits=Limits(timeout=0.05))
        assert (
            f"({dead.url}: no answer within 0.05 s; {stalled.url}: no answer within 0.05 s; {off}: Connection refused)"
        ) in str(caught.value)


def test_a_slow_mirror_is_left_for_the_next(right: Mirror) -> None:
    with Mirror({NAME: CONTENT}) as slow:
        clock = Clock(slow)
        with pytest.raises(DataError, match=f"{slow.url}: fewer than 10,000 bytes a second"):
            get([slow.url], limits=Limits(clock=clock), watch=clock.watch)
        assert get([slow.url, right.url], limits=Limits(clock=clock), watch=clock.watch) == CONTENT
        assert slow.requested == [NAME, NAME]


def test_a_mirror_that_is_just_fast_enough_is_used() -> None:
    with Mirror({NAME: CONTENT}) as slow:
        clock = Clock(slow)
        assert get([slow.url], limits=Limits(clock=clock, least_speed=0.01), watch=clock.watch) == CONTENT
        assert clock.now > Limits().window


def test_the_total_time_is_kept_however_many_mirrors_there_are() -> None:
    with Mirror({NAME: CONTENT}, stalls(1000)) as slow, Mirror({NAME: CONTENT}, stalls(2000)) as other:
        clock = Clock(other)
        limits = Limits(timeout=0.05, least_speed=0.0, total=30.0, clock=clock)
        with pytest.raises(DataError) as caught:
            get([slow.url, other.url, slow.url, other.url], limits=limits, watch=clock.watch)
        assert (
            f"({slow.url}: no answer within 0.05 s; {other.url}: the file is not complete; 30 s are over); put"
        ) in str(caught.value)
        assert (slow.requested, other.requested) == ([NAME], [NAME])


def test_what_arrives_is_seen_at_once_however_little_it_is() -> None:
    with Mirror({NAME: CONTENT}, stalls(10)) as drip:
        clock = Clock(drip)
        with pytest.raises(DataError, match=r"the file is not complete; 30 s are over"):
            get([drip.url], limits=Limits(clock=clock, least_speed=0.0, total=30.0), watch=clock.watch)
        assert clock.pieces == [10]


def test_a_file_without_an_announced_length_is_accepted() -> None:
    with Mirror({NAME: CONTENT}, without_length) as odd:
        assert get([odd.url]) == CONTENT


def test_a_mirror_is_asked_by_the_address_it_refers_to(right: Mirror) -> None:
    with Mirror({NAME: CONTENT}, refers_to(right.url)) as former:
        assert get([former.url]) == CONTENT


def test_more_than_any_published_file_has_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "LARGEST", 200_000)
    with Mirror({NAME: CONTENT}, without_length) as endless, pytest.raises(DataError, match="more than 200,000 bytes"):
        get([endless.url])
    assert os.listdir(folder) in ([], [f".{NAME}.lock"])


def test_a_mirror_that_failed_once_is_not_asked_for_the_other_files() -> None:
    names = ["a", "b", "c"]
    with Mirror({"a": CONTENT}) as first, Mirror(dict.fromkeys(names, CONTENT)) as second:
        mirrors = [first.url, second.url]
        fetch(dict.fromkeys(names, check), mirrors=mirrors, advice="", limits=None, watch=unwatched)
        assert first.requested == ["a", "b"]
        assert second.requested == ["b", "c"]


def test_the_mirror_of_the_user_is_asked_first(right: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    with Mirror({f"some/folder/{NAME}": CONTENT}) as own:
        monkeypatch.setenv("KUZUSHI_MIRROR", f"{own.url}/some/folder/")
        assert get([right.url]) == CONTENT
    assert right.requested == []


def test_a_full_disk_is_one_clear_line_and_no_fault_of_the_mirror(
    right: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    monkeypatch.setattr(pooch.core, "temporary_file", lambda path: contextlib.nullcontext("/dev/full"))
    with pytest.raises(DataError) as caught:
        get([right.url] * 2)
    assert str(caught.value).startswith(f"{download.cache()}: cannot be written ({os.strerror(errno.ENOSPC)}); make")
    assert "\n" not in str(caught.value)
    assert right.requested == [NAME]


def test_a_folder_that_cannot_be_made_is_one_clear_line(
    tmp_path: Path, right: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(download, "cache", lambda: tmp_path / "file" / "cache")
    with pytest.raises(DataError, match=r"cannot be written \(Not a directory\); .* KUZUSHI_DATA"):
        get([right.url])


def test_another_process_that_fetches_the_file_is_waited_for_and_nothing_is_fetched_twice(
    folder: Path, right: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    waiting = threading.Event()

    class Announced(filelock.FileLock):
        def acquire(self, *words: object, **named: object) -> object:
            waiting.set()
            return super().acquire(*words, **named)

    with filelock.FileLock(folder / f".{NAME}.lock"):
        monkeypatch.setattr(filelock, "FileLock", Announced)
        thread = threading.Thread(target=get, args=([right.url],))
        thread.start()
        waiting.wait()
        (folder / NAME).write_bytes(CONTENT)
    thread.join()
    assert right.requested == []


def test_another_process_is_not_waited_for_beyond_the_total_time(folder: Path, right: Mirror) -> None:
    folder.mkdir()
    with filelock.FileLock(folder / f".{NAME}.lock"), pytest.raises(DataError, match=r"another process .*0\.01 s are"):
        get([right.url], limits=Limits(total=0.01))


ONE_PROCESS = """
import hashlib, sys
from pathlib import Path
from kuzushi.characters.datasets import download
folder, url, name, digest = sys.argv[1:]
download.cache = lambda: Path(folder)
print("ready", flush=True)
download.fetch(
    {name: lambda path: None if hashlib.sha256(path.read_bytes()).hexdigest() == digest else "other"},
    mirrors=[url], advice="", limits=None, watch=lambda file, server, done, total: print(done, flush=True),
)
"""


def start(folder: Path, url: str) -> subprocess.Popen:
    words = [sys.executable, "-c", ONE_PROCESS, str(folder), url, NAME, hashlib.sha256(CONTENT).hexdigest()]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_processes_that_start_together_fetch_the_file_once(folder: Path) -> None:
    started = threading.Event()
    with Mirror({NAME: CONTENT}, after(started)) as slow:
        processes = [start(folder, slow.url) for _ in range(3)]
        assert [process.stdout.readline() for process in processes] == [b"ready\n"] * 3
        started.set()
        assert [process.communicate()[1] for process in processes] == [b""] * 3
        assert slow.requested == [NAME]
    assert (folder / NAME).read_bytes() == CONTENT


def test_control_c_leaves_no_part_of_a_file(folder: Path) -> None:
    with Mirror({NAME: CONTENT}, stalls(1000)) as slow:
        process = start(folder, slow.url)
        assert [process.stdout.readline() for _ in range(2)] == [b"ready\n", b"1000\n"]
        process.send_signal(2)
        assert b"KeyboardInterrupt" in process.communicate()[1]
    assert os.listdir(folder) == [f".{NAME}.lock"]
