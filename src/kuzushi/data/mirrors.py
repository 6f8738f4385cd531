"""Files from whichever mirror gives them: gone on with where a download stopped, verified, then renamed into place."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from math import inf
from pathlib import Path

import filelock

from kuzushi.data.transfer import Gone, Patience, TimeIsUp, Watch, receive, unwritable
from kuzushi.errors import DataError

ATTEMPTS = 5
"""Connections to one mirror for one file that cuts off again and again, as long as each brings something."""
PART, LOCK = ".part", ".lock"

WhyNot = Callable[[Path], str | None]
"""Says in a few words why a file is not the one that was meant; None if it is."""


class NoMirror(DataError):
    """No mirror gave a file."""


def fetch(
    wanted: Mapping[str, WhyNot], folder: Path, *, mirrors: Iterable[str], patience: Patience, watch: Watch
) -> None:
    """Fetch files into a folder, each from the first mirror that gives what was meant.

    A mirror that failed once is left for the next, which goes on with the part that came. $KUZUSHI_MIRROR, where it
    is set, is asked before the others. Another process that fetches the same file is waited for.

    Args:
        wanted: the names of the files, and what tells whether a file is the right one.
        mirrors: addresses of folders on the web.

    Raises:
        NoMirror: if no mirror gave a file.
        DataError: if it cannot be kept.
    """
    deadline = inf if patience.total is None else time.monotonic() + patience.total
    own = os.environ.get("KUZUSHI_MIRROR")
    missing, failures = list(wanted), list[str]()
    for mirror in ([own] if own else []) + list(mirrors):
        try:
            while missing:
                _locked(
                    mirror, folder / missing[0], wanted[missing[0]], deadline=deadline, patience=patience, watch=watch
                )
                del missing[0]
            return
        except Gone as gone:
            failures.append(f"{'/'.join(mirror.split('/')[:3])}: {gone}")
        except TimeIsUp:
            failures.append(f"{patience.total} s are over")
            break
        except OSError as error:
            raise unwritable(folder, error) from error
    kept = "; what came of it is kept for the next time" if (folder / f"{missing[0]}{PART}").exists() else ""
    raise NoMirror(f"no mirror gave {missing[0]} ({'; '.join(failures)}){kept}")


def _locked(mirror: str, path: Path, why_not: WhyNot, *, deadline: float, patience: Patience, watch: Watch) -> None:
    """Fetch one file while no other process does; nothing is done if another one fetched it meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(f".{path.name}{LOCK}")
    try:
        with filelock.FileLock(lock, timeout=-1 if deadline == inf else max(0, deadline - time.monotonic())):
            if not path.exists():
                _fetch(mirror, path, why_not, deadline=deadline, patience=patience, watch=watch)
    except filelock.Timeout as error:
        raise TimeIsUp from error
    with contextlib.suppress(OSError):  # whoever still waits for it finds the file
        lock.unlink()


def _fetch(mirror: str, path: Path, why_not: WhyNot, *, deadline: float, patience: Patience, watch: Watch) -> None:
    part = path.with_name(path.name + PART)
    if not mirror.startswith(("http://", "https://")):
        raise Gone("is no address on the web, which begins with http:// or https://")
    source = mirror.split("/")[2]
    if part.exists() and why_not(part) is None:  # stopped between the last byte and the renaming
        part.replace(path)
        return
    for _ in range(ATTEMPTS):
        before = part.stat().st_size if part.exists() else 0
        ended = receive(
            f"{mirror.rstrip('/')}/{path.name}", part, patience=patience, deadline=deadline,
            heard=lambda done, total: watch(path.name, source, done, total),
        )  # fmt: skip
        if (reason := why_not(part)) is None:  # whatever length was announced
            part.replace(path)
            return
        if ended:
            part.unlink()
            if before == 0:
                raise Gone(reason)  # else what was there before may be at fault: once more from the beginning
        elif part.stat().st_size <= before:
            raise Gone("cut off")
    raise Gone(f"cut off {ATTEMPTS} times")
