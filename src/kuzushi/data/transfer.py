"""One file from one address on the web: what is there already is not asked for again, and a drip is not waited for."""

import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kuzushi.errors import DataError

AT_ONCE = 2**16
LARGEST = 2**29
"""Bytes of a file that are taken at most; the largest published one, of Kuzushiji-Kanji, has 310 million."""

Watch = Callable[[str, str, int, int | None], None]
"""Hears the name of a file, where it comes from, the bytes that are there, and how many there will be, if known."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait for a server, in seconds."""

    silence: float = 10.0
    """For the connection, and then for each further piece."""
    window: float = 20.0
    slowest: float = 10_000.0
    """Bytes per second over each window."""
    total: float | None = None
    """For all files from all mirrors together."""


class Gone(Exception):
    """A server that is not to be asked again; the message says why, in a few words."""


class TimeIsUp(Exception):
    """The whole time is over."""


def unwatched(file: str, source: str, done: int, total: int | None) -> None:
    """Tell nobody."""


def unwritable(path: Path, error: OSError) -> DataError:
    """What is said where a download cannot be kept."""
    return DataError(
        f"{path}: cannot be written ({error.strerror}); make room there, or put the files in another folder and name "
        "it in KUZUSHI_DATA"
    )


def receive(
    address: str, part: Path, *, patience: Patience, deadline: float, heard: Callable[[int, int | None], None]
) -> bool:
    """Append to the part what the server has beyond it; what was received stays there whatever happens.

    Args:
        deadline: the reading of time.monotonic() at which the whole time is over.
        heard: hears the bytes that are there, and how many there will be, if known.

    Returns:
        Whether the server came to the end it had announced; not if it cut off before.

    Raises:
        Gone: if it does not answer, answers with something else, or too slowly.
        TimeIsUp: if the deadline is over.
        DataError: if the part cannot be written.
    """
    have = _size(part)
    headers = {"User-Agent": "kuzushi", "Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    timeout = min(patience.silence, deadline - time.monotonic())
    if timeout <= 0:
        raise TimeIsUp
    try:
        request = urllib.request.Request(address, headers=headers)
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return _append(response, part, have, patience=patience, deadline=deadline, heard=heard)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            return True  # it has no more than is there
        raise Gone(f"HTTP {error.code}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Gone(_reason(error, patience)) from error


def _append(
    response: http.client.HTTPResponse,
    part: Path,
    have: int,
    *,
    patience: Patience,
    deadline: float,
    heard: Callable[[int, int | None], None],
) -> bool:
    start = _start(response, have)
    announced = _announced(response)
    total = None if announced is None else start + announced
    here, counted, since = start, start, time.monotonic()
    with _opened(part) as file:
        while total is None or here < total:
            try:
                piece = response.read1(AT_ONCE if total is None else min(AT_ONCE, total - here))
            except (ConnectionError, http.client.IncompleteRead):
                return False
            if not piece:
                return total is None
            if here + len(piece) > LARGEST:
                raise Gone(f"more than {LARGEST:,} bytes")
            _write(file, piece[max(0, have - here) :], part)  # a server that ignores Range sends what is there too
            here += len(piece)
            heard(max(have, here), total)
            now = time.monotonic()
            if now > deadline:
                raise TimeIsUp
            if now - since >= patience.window:
                if here - counted < patience.slowest * (now - since):
                    raise Gone(f"fewer than {patience.slowest:,.0f} bytes a second")
                counted, since = here, now
    return True


def _start(response: http.client.HTTPResponse, have: int) -> int:
    """Where in the file the body of the answer begins."""
    if response.status != http.client.PARTIAL_CONTENT:
        return 0
    said = response.headers.get("Content-Range", "")
    if re.match(rf"bytes {have}-", said) is None:
        raise Gone(f"asked for the bytes from {have:,} on, it answered with {said or 'others'}")
    return have


def _announced(response: http.client.HTTPResponse) -> int | None:
    said = response.headers.get("Content-Length", "")
    return int(said) if said.isascii() and said.isdigit() else None


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except OSError:
        return 0


def _opened(part: Path) -> BinaryIO:
    try:
        return open(part, "ab", buffering=0)
    except OSError as error:
        raise unwritable(part, error) from error


def _write(file: BinaryIO, piece: bytes, part: Path) -> None:
    try:
        while piece:
            piece = piece[file.write(piece) :]
    except OSError as error:
        raise unwritable(part, error) from error


def _reason(error: Exception, patience: Patience) -> str:
    """Why a server failed, in a few words; the messages of the network layers run over several lines of a screen."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return f"no answer within {patience.silence:g} s"
    if isinstance(cause, http.client.HTTPException):
        return f"no answer in HTTP ({type(cause).__name__})"
    return " ".join(str(getattr(cause, "strerror", None) or cause).split())
