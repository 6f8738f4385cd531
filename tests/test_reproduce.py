"""The study takes the best images that can be had within seconds."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from kuzushi import reproduce
from kuzushi.data import kuzushiji
from kuzushi.data.published import KMNIST
from kuzushi.data.transfer import unwatched
from mirror_server import Manner, Mirror, drips, silently

CONTENT = dict.fromkeys((array.files[0] for array in KMNIST.arrays), bytes(100_000))


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kuzushiji, "cache", lambda: tmp_path)
    monkeypatch.delenv("KUZUSHI_DATA", raising=False)
    monkeypatch.delenv("KUZUSHI_MIRROR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def images() -> set[str]:
    made = reproduce.study(Path("runs"), unwatched)
    return {config.data for name, config in made if name.startswith(("lin", "full", "conv", "deep", "width-search"))}


@pytest.mark.parametrize("manner", [silently, drips(1000)])
def test_a_mirror_that_does_not_come_to_an_end_does_not_hold_the_study_up(
    monkeypatch: pytest.MonkeyPatch, manner: Manner
) -> None:
    monkeypatch.setattr(reproduce, "MOST_SECONDS", 0.3)
    with Mirror(CONTENT, manner) as bad:
        monkeypatch.setattr(kuzushiji, "KMNIST", replace(KMNIST, mirrors=(bad.url,) * 3))
        began = time.monotonic()
        assert images() == {"brush"}
        assert time.monotonic() - began < 1
        assert len(bad.asked) == 1


@pytest.mark.parametrize(("here", "taken"), [(KMNIST.arrays, "kmnist"), (KMNIST.arrays[2:], "kmnist-mini")])
def test_files_at_hand_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, here, taken: str) -> None:
    monkeypatch.setattr(kuzushiji, "KMNIST", replace(KMNIST, mirrors=()))
    for array in here:
        (tmp_path / array.files[0]).write_bytes(b"")
    assert images() == {taken}
