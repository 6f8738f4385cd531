"""Folders of data files on this machine, and downloads from the first mirror with the right file."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import filelock
import pooch
import requests
import urllib3

from kuzushi.core.errors import DataError
from kuzushi.core.files import one_line

SUBFOLDERS = (".", "KMNIST/raw", "raw", "kmnist", "k49", "kkanji")
"""Torchvision writes to KMNIST/raw; the publishers have one folder per set."""
HEADERS = {"User-Agent": "kuzushi", "Accept-Encoding": "identity"}
CHUNK = 2**16
LARGEST = 2**29
"""Bytes of a file at most; the largest published one, of Kuzushiji-Kanji, has 310 million."""

Watch = Callable[[str, str, int, int | None], None]
"""Called with the name of a file, its server, the bytes received so far, and their total if it is known."""
Check = Callable[[Path], str | None]
"""Returns in a few words what is wrong with a file; None if it is the right one."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Time limits of a download, in seconds."""

    timeout: float = 10.0
    """For the connection, and for each further piece."""
    window: float = 20.0
    least_speed: float = 10_000.0
    """Bytes per second over each window."""
    total: float = inf
    """For all files from all mirrors together."""
    clock: Callable[[], float] = time.monotonic


class MirrorError(Exception):
    """A mirror fails; the message says why, in a few words."""


def unwatched(file: str, server: str, done: int, total: int | None) -> None:
    """Ignore the progress of a download."""


def cache() -> Path:
    """Return the folder of downloads, in the user's cache."""
    return Path(pooch.os_cache("kuzushi"))


def data_folders() -> list[Path]:
    """Return the folders with data files: $KUZUSHI_DATA, if it is set, and the cache."""
    own = os.environ.get("KUZUSHI_DATA")
    return [*([Path(own)] if own else []), cache()]


def search_path() -> list[Path]:
    """Return every folder that may hold data files, in the order of the search."""
    return [folder / name for folder in data_folders() for name in SUBFOLDERS]


def fetch(
    files: Mapping[str, Check], *, mirrors: Iterable[str], advice: str, limits: Limits | None, watch: Watch
) -> None:
    """Download files into the cache, each from the first mirror that has the right one; $KUZUSHI_MIRROR comes first.

    A mirror that fails once is skipped from then on. A file gets its name when it is complete and its check passes. If
    another process downloads the same file, wait for it.

    Args:
        files: their names, each with the check of its content.
        mirrors: addresses of folders on the web.
        advice: what the user can do if there is no mirror left.

    Raises:
        DataError: if no mirror gives a file, or it cannot be written.
    """
    limits = limits or Limits()
    deadline = limits.clock() + limits.total
    own = os.environ.get("KUZUSHI_MIRROR")
    missing, failures = list(files), list[str]()
    for mirror in [*([own] if own else []), *mirrors]:
        try:
            while missing:
                path = cache() / missing[0]
                _fetch_locked(mirror, path, files[missing[0]], limits=limits, deadline=deadline, watch=watch)
                del missing[0]
            return
        except MirrorError as error:
            failures.append(f"{'/'.join(mirror.split('/')[:3])}: {error}")
        except OSError as error:
            raise DataError(
                f"{cache()}: cannot be written ({error.strerror}); make room there, or put the files in another folder "
                "and set KUZUSHI_DATA to it"
            ) from error
        if limits.clock() >= deadline:
            failures.append(f"{limits.total:g} s are over")
            break
    raise DataError(
        f"{missing[0]} is not in {' or '.join(map(str, data_folders()))}, and no mirror gave it "
        f"({'; '.join(failures)}); {advice}"
    )


def _fetch_locked(mirror: str, path: Path, check: Check, *, limits: Limits, deadline: float, watch: Watch) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(f".{path.name}.lock")
    seconds = deadline - limits.clock()
    try:
        with filelock.FileLock(lock, timeout=-1 if seconds == inf else max(0, seconds)):
            _fetch(f"{mirror.rstrip('/')}/{path.name}", path, check, limits=limits, deadline=deadline, watch=watch)
    except filelock.Timeout as error:
        raise MirrorError("another process is still downloading the file") from error
    with contextlib.suppress(OSError):
        lock.unlink()


def _fetch(url: str, path: Path, check: Check, *, limits: Limits, deadline: float, watch: Watch) -> None:
    if not url.startswith(("http://", "https://")):
        raise MirrorError("is not a web address, which begins with http:// or https://")

    def download(url: str, file: str, _: pooch.Pooch | None) -> None:
        with contextlib.ExitStack() as responses:

            def limit(response: requests.Response, **_: Any) -> None:
                responses.callback(response.close)
                if response.ok and not response.is_redirect:
                    response.raw = _LimitedBody(response, path.name, limits=limits, deadline=deadline, watch=watch)

            timeout = max(min(limits.timeout, deadline - limits.clock()), 0.001)
            get = pooch.HTTPDownloader(chunk_size=CHUNK, timeout=timeout, headers=HEADERS, hooks={"response": limit})
            get(url, file, None)
        if (fault := check(Path(file))) is not None:
            raise MirrorError(fault)
        umask = os.umask(0o077)
        os.umask(umask)
        os.chmod(file, 0o666 & ~umask)  # pooch makes it for its owner only

    pooch.get_logger().setLevel("WARNING")
    try:  # a file that another process has finished meanwhile is left as it is
        pooch.retrieve(url, known_hash=None, fname=path.name, path=path.parent, downloader=download)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise MirrorError(_reason(error, limits)) from error


class _LimitedBody:
    """The body of a response, read as it arrives, so that a server that is too slow is noticed."""

    def __init__(
        self, response: requests.Response, name: str, *, limits: Limits, deadline: float, watch: Watch
    ) -> None:
        self._raw = response.raw
        length = response.headers.get("Content-Length", "")
        self._total = int(length) if length.isascii() and length.isdigit() else None
        self._name, self._server = name, urlsplit(response.url).netloc
        self._limits, self._deadline, self._watch = limits, deadline, watch
        self._done, self._window_start, self._window_done = 0, limits.clock(), 0

    def read(self, size: int) -> bytes:
        piece: bytes = self._raw.read1(size) or b""
        self._done += len(piece)
        if self._done > LARGEST:
            raise MirrorError(f"more than {LARGEST:,} bytes")
        if piece:
            self._watch(self._name, self._server, self._done, self._total)
            self._check_speed()
        return piece

    def _check_speed(self) -> None:
        now = self._limits.clock()
        if now > self._deadline:
            raise MirrorError("the file is not complete")
        seconds = now - self._window_start
        if seconds >= self._limits.window:
            if self._done - self._window_done < self._limits.least_speed * seconds:
                raise MirrorError(f"fewer than {self._limits.least_speed:,.0f} bytes a second")
            self._window_start, self._window_done = now, self._done

    def close(self) -> None:
        self._raw.close()


def _reason(error: Exception, limits: Limits) -> str:
    """Return why a server failed, in a few words; the network libraries take several lines."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return f"no answer within {limits.timeout:g} s"
    if isinstance(error, urllib3.exceptions.ProtocolError):
        return "cut off"
    cause: BaseException = error
    while cause.__context__ is not None:
        cause = cause.__context__
    return one_line(getattr(cause, "strerror", None) or f"{type(cause).__name__}: {cause}")
