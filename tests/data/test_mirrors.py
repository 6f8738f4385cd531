"""A file is had from whichever mirror gives it, however badly the others behave, and never half or wrong."""

import errno
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import filelock
import numpy as np
import pytest

from kuzushi.data import transfer
from kuzushi.data.mirrors import ATTEMPTS, NoMirror, fetch
from kuzushi.data.transfer import Patience, unwatched
from kuzushi.errors import DataError
from mirror_server import (
    Mirror,
    after_a_second,
    another_range,
    claims,
    cuts_off,
    down,
    drips,
    fails,
    ignores_ranges,
    ignores_ranges_and_cuts_off,
    refers_to,
    resets,
    silently,
    speaks_no_http,
    without_length,
)

CONTENT = np.random.default_rng(0).bytes(300_000)
OTHER = np.random.default_rng(1).bytes(300_000)
NAME = "images.gz"
SHORT = Patience(silence=0.3, window=0.2, slowest=50_000.0)


@pytest.fixture(autouse=True)
def no_mirror_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUZUSHI_MIRROR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def right() -> Iterator[Mirror]:
    with Mirror({NAME: CONTENT}) as mirror:
        yield mirror


def why_not(path: Path) -> str | None:
    return None if path.read_bytes() == CONTENT else "other content than published"


def get(folder: Path, mirrors: Iterable[str], *, patience: Patience = SHORT, watch=unwatched) -> Path:
    fetch({NAME: why_not}, folder, mirrors=mirrors, patience=patience, watch=watch)
    return folder / NAME


def part_of(folder: Path) -> Path:
    return folder / f"{NAME}.part"


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_file_is_fetched_whole_and_nothing_else_is_left(tmp_path: Path, right: Mirror) -> None:
    heard = []
    path = get(tmp_path / "new", [f"{right.url}/"], watch=lambda *moment: heard.append(moment))
    assert path.read_bytes() == CONTENT
    assert os.listdir(tmp_path / "new") == [NAME]
    done = [moment[2] for moment in heard]
    assert done == sorted(done)
    assert heard[-1] == (NAME, right.url.removeprefix("http://"), len(CONTENT), len(CONTENT))


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        (silently, "no answer within 0.3 s"),
        (drips(1000), "fewer than 50,000 bytes a second"),
        (fails, "HTTP 503"),
        (speaks_no_http, "no answer in HTTP (BadStatusLine)"),
        (claims(-1000), "other content than published"),
        (cuts_off(0), "cut off"),
        (ignores_ranges_and_cuts_off(1000), "cut off"),
    ],
)
def test_a_bad_mirror_is_left_for_the_next_in_time_and_named_where_there_is_none(
    tmp_path: Path, right: Mirror, manner, reason: str
) -> None:
    with Mirror({NAME: CONTENT}, manner) as bad:
        began = time.monotonic()
        assert get(tmp_path / "both", [bad.url, right.url]).read_bytes() == CONTENT
        assert time.monotonic() - began < 2
        with pytest.raises(NoMirror) as caught:
            get(tmp_path / "bad", [bad.url])
    assert f"no mirror gave {NAME} ({bad.url}: {reason})" in str(caught.value)


def test_mirrors_that_are_down_lack_the_file_or_have_another_are_left_for_the_next(
    tmp_path: Path, right: Mirror
) -> None:
    with Mirror({}) as empty, Mirror({NAME: OTHER}) as wrong:
        off = down()
        assert get(tmp_path / "all", [off, empty.url, wrong.url, right.url]).read_bytes() == CONTENT
        with pytest.raises(NoMirror) as caught:
            get(tmp_path / "bad", [off, empty.url, wrong.url, "ftp://old", "http://[bad"])
    assert str(caught.value) == (
        f"no mirror gave {NAME} ({off}: Connection refused; {empty.url}: HTTP 404; "
        f"{wrong.url}: other content than published; ftp://old: is no address on the web, which begins with http:// "
        "or https://; http://[bad: Invalid IPv6 URL)"
    )
    assert visible(tmp_path / "bad") == [], "wrong content is not kept"


@pytest.mark.parametrize("manner", [claims(1000), without_length, ignores_ranges, another_range])
def test_what_arrived_right_is_taken_whatever_was_announced(tmp_path: Path, manner) -> None:
    with Mirror({NAME: CONTENT}, manner) as odd:
        assert get(tmp_path, [odd.url]).read_bytes() == CONTENT


def test_a_mirror_is_asked_by_the_address_it_refers_to(tmp_path: Path, right: Mirror) -> None:
    with Mirror({NAME: CONTENT}, refers_to(right.url)) as former:
        assert get(tmp_path, [former.url]).read_bytes() == CONTENT


@pytest.mark.parametrize("manner", [cuts_off(100_000), resets(100_000)])
def test_a_mirror_that_cuts_off_is_resumed_from(tmp_path: Path, manner) -> None:
    with Mirror({NAME: CONTENT}, manner) as bad:
        assert get(tmp_path, [bad.url]).read_bytes() == CONTENT
        assert bad.asked == [(NAME, None), (NAME, "bytes=100000-"), (NAME, "bytes=200000-")]


def test_a_mirror_that_cuts_off_too_often_is_left_and_its_part_is_gone_on_with(tmp_path: Path, right: Mirror) -> None:
    with Mirror({NAME: CONTENT}, cuts_off(1000)) as bad:
        assert get(tmp_path, [bad.url, right.url]).read_bytes() == CONTENT
        assert len(bad.asked) == ATTEMPTS
    assert right.asked == [(NAME, f"bytes={ATTEMPTS * 1000}-")]


def test_a_part_is_gone_on_with_next_time(tmp_path: Path, right: Mirror) -> None:
    with Mirror({NAME: CONTENT}, drips(250_000)) as bad, pytest.raises(NoMirror, match="is kept for the next time"):
        get(tmp_path, [bad.url])
    kept = part_of(tmp_path).read_bytes()
    assert len(kept) >= 250_000
    assert CONTENT.startswith(kept)
    assert get(tmp_path, [right.url]).read_bytes() == CONTENT
    assert right.asked == [(NAME, f"bytes={len(kept)}-")]


@pytest.mark.parametrize("manner", [ignores_ranges, without_length, claims(1000)])
def test_a_part_is_gone_on_with_where_ranges_are_ignored(tmp_path: Path, manner) -> None:
    part_of(tmp_path).write_bytes(CONTENT[:123_456])
    heard = []
    with Mirror({NAME: CONTENT}, manner) as bad:
        path = get(tmp_path, [bad.url], watch=lambda *moment: heard.append(moment[2]))
    assert path.read_bytes() == CONTENT
    assert min(heard) >= 123_456


def test_a_part_is_kept_where_a_mirror_that_ignores_ranges_cuts_off_before_its_end(tmp_path: Path) -> None:
    part_of(tmp_path).write_bytes(CONTENT[:123_456])
    with Mirror({NAME: CONTENT}, ignores_ranges_and_cuts_off(1000)) as bad, pytest.raises(NoMirror, match="cut off"):
        get(tmp_path, [bad.url])
    assert part_of(tmp_path).read_bytes() == CONTENT[:123_456]


def test_an_answer_of_another_range_than_asked_for_is_refused(tmp_path: Path, right: Mirror) -> None:
    part_of(tmp_path).write_bytes(CONTENT[:123_456])
    with Mirror({NAME: CONTENT}, another_range) as bad:
        with pytest.raises(NoMirror, match=r"from 123,456 on, it answered with bytes 0-299999/300000\)"):
            get(tmp_path, [bad.url])
        assert get(tmp_path, [bad.url, right.url]).read_bytes() == CONTENT
    assert right.asked == [(NAME, "bytes=123456-")]


@pytest.mark.parametrize("size", [1000, 299_999, 300_000, 400_000])
def test_a_part_of_something_else_is_thrown_away_and_the_file_fetched_from_the_beginning(
    tmp_path: Path, right: Mirror, size: int
) -> None:
    part_of(tmp_path).write_bytes((OTHER + OTHER)[:size])
    assert get(tmp_path, [right.url]).read_bytes() == CONTENT
    assert right.asked == [(NAME, f"bytes={size}-"), (NAME, None)]


def test_a_part_that_is_all_there_needs_no_mirror(tmp_path: Path) -> None:
    part_of(tmp_path).write_bytes(CONTENT)
    assert get(tmp_path, [down()]).read_bytes() == CONTENT
    assert visible(tmp_path) == [NAME]


def test_more_than_any_published_file_has_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "LARGEST", 200_000)
    with Mirror({NAME: OTHER}, without_length) as endless, pytest.raises(NoMirror, match="more than 200,000 bytes"):
        get(tmp_path, [endless.url])
    assert part_of(tmp_path).stat().st_size <= 200_000


def test_a_mirror_that_failed_once_is_not_asked_for_the_other_files(tmp_path: Path) -> None:
    names = ["a", "b", "c"]
    with Mirror({"a": CONTENT}) as first, Mirror(dict.fromkeys(names, CONTENT)) as second:
        fetch(dict.fromkeys(names, why_not), tmp_path, mirrors=[first.url, second.url], patience=SHORT, watch=unwatched)
        assert [name for name, _ in first.asked] == ["a", "b"]
        assert [name for name, _ in second.asked] == ["b", "c"]


def test_the_mirror_of_the_user_is_asked_first(tmp_path: Path, right: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    with Mirror({f"some/folder/{NAME}": CONTENT}) as own:
        monkeypatch.setenv("KUZUSHI_MIRROR", f"{own.url}/some/folder/")
        assert get(tmp_path, [right.url]).read_bytes() == CONTENT
    assert right.asked == []


def test_the_whole_time_is_kept_however_many_mirrors_there_are(tmp_path: Path) -> None:
    slow = Patience(silence=0.2, window=10.0, slowest=1.0, total=0.5)
    with Mirror({NAME: CONTENT}, silently) as dead, Mirror({NAME: CONTENT}, drips(1000)) as bad:
        began = time.monotonic()
        with pytest.raises(NoMirror, match=r"; 0.5 s are over\); what came of it is kept") as caught:
            get(tmp_path, [dead.url, bad.url, dead.url, bad.url], patience=slow)
        assert str(caught.value).count("are over") == 1
        assert time.monotonic() - began < 1.2
        assert (len(dead.asked), len(bad.asked)) == (1, 1)


def test_no_silence_is_waited_for_beyond_the_whole_time(tmp_path: Path) -> None:
    with Mirror({NAME: CONTENT}, silently) as dead:
        began = time.monotonic()
        with pytest.raises(NoMirror):
            get(tmp_path, [dead.url], patience=Patience(silence=5.0, total=0.3))
        assert time.monotonic() - began < 1


def test_a_full_disk_is_one_clear_line_and_no_fault_of_the_mirror(tmp_path: Path, right: Mirror) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    part_of(tmp_path).symlink_to("/dev/full")
    with pytest.raises(DataError) as caught:
        fetch({NAME: lambda path: "not yet"}, tmp_path, mirrors=[right.url] * 2, patience=SHORT, watch=unwatched)
    assert not isinstance(caught.value, NoMirror)
    assert str(caught.value).startswith(f"{part_of(tmp_path)}: cannot be written ({os.strerror(errno.ENOSPC)}); make")
    assert "\n" not in str(caught.value)
    assert len(right.asked) == 1


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path, right: Mirror) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"cannot be written \(Not a directory\); .* KUZUSHI_DATA"):
        get(tmp_path / "file" / "cache", [right.url])


def test_another_process_that_fetches_the_file_is_waited_for_and_nothing_is_fetched_twice(
    tmp_path: Path, right: Mirror
) -> None:
    with filelock.FileLock(tmp_path / f".{NAME}.lock"):
        waiting = threading.Thread(target=get, args=(tmp_path, [right.url]))
        waiting.start()
        time.sleep(0.2)
        assert waiting.is_alive()
        (tmp_path / NAME).write_bytes(CONTENT)
    waiting.join(5)
    assert not waiting.is_alive()
    assert right.asked == []


def test_another_process_is_not_waited_for_beyond_the_whole_time(tmp_path: Path, right: Mirror) -> None:
    with filelock.FileLock(tmp_path / f".{NAME}.lock"), pytest.raises(NoMirror, match=r"0\.1 s are over"):
        get(tmp_path, [right.url], patience=Patience(total=0.1))


ONE_PROCESS = """
import hashlib, sys
from pathlib import Path
from kuzushi.data.mirrors import fetch
from kuzushi.data.transfer import Patience, unwatched
folder, url, name, digest = sys.argv[1:]
fetch(
    {name: lambda path: None if hashlib.sha256(path.read_bytes()).hexdigest() == digest else "other"},
    Path(folder), mirrors=[url], patience=Patience(), watch=unwatched,
)
"""


def start(folder: Path, url: str) -> subprocess.Popen:
    digest = hashlib.sha256(CONTENT).hexdigest()
    return subprocess.Popen([sys.executable, "-c", ONE_PROCESS, str(folder), url, NAME, digest], stderr=subprocess.PIPE)


def test_processes_that_start_together_fetch_the_file_once(tmp_path: Path) -> None:
    with Mirror({NAME: CONTENT}, after_a_second) as slow:
        together = [start(tmp_path, slow.url) for _ in range(3)]
        assert [process.communicate(timeout=20)[1] for process in together] == [b""] * 3
        assert slow.asked == [(NAME, None)]
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_control_c_leaves_the_part_which_is_gone_on_with(tmp_path: Path, right: Mirror) -> None:
    with Mirror({NAME: CONTENT}, drips(200_000)) as slow:
        process = start(tmp_path, slow.url)
        while not part_of(tmp_path).exists() or part_of(tmp_path).stat().st_size < 200_000:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(2)
        assert b"KeyboardInterrupt" in process.communicate(timeout=10)[1]
    kept = part_of(tmp_path).stat().st_size
    assert get(tmp_path, [right.url]).read_bytes() == CONTENT
    assert right.asked == [(NAME, f"bytes={kept}-")]
