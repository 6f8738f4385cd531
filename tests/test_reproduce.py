"""The study takes the best images that can be had within seconds."""

from dataclasses import replace
from pathlib import Path

import pytest

from kuzushi import reproduce
from kuzushi.characters.datasets import download
from kuzushi.characters.datasets import kmnist as kuzushiji
from kuzushi.characters.datasets.download import Limits, unwatched
from kuzushi.characters.datasets.official_files import KMNIST
from mirror_server import Mirror, stalls

CONTENT = dict.fromkeys((array.files[0] for array in KMNIST.arrays), bytes(100_000))


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(download, "cache", lambda: tmp_path)
    monkeypatch.delenv("KUZUSHI_DATA", raising=False)
    monkeypatch.delenv("KUZUSHI_MIRROR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def images(watch=unwatched) -> set[str]:
    made = reproduce.experiments(Path("runs"), watch)
    return {config.data for name, config in made if name.startswith(("lin", "full", "conv", "deep"))}


def test_a_mirror_that_does_not_come_to_an_end_does_not_hold_the_study_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = [0.0]

    def pass_the_limit(*_: object) -> None:
        seconds[0] += reproduce.MOST_SECONDS + 1

    def limits(**limits: float) -> Limits:
        return Limits(**limits, clock=lambda: seconds[0])

    monkeypatch.setattr(reproduce, "Limits", limits)
    with Mirror(CONTENT, stalls(1000)) as bad:
        monkeypatch.setattr(kuzushiji, "KMNIST", replace(KMNIST, mirrors=(bad.url,) * 3))
        assert images(pass_the_limit) == {"brush"}
        assert len(bad.requested) == 1


@pytest.mark.parametrize(("here", "taken"), [(KMNIST.arrays, "kmnist"), (KMNIST.arrays[2:], "kmnist-mini")])
def test_files_at_hand_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, here, taken: str) -> None:
    monkeypatch.setattr(kuzushiji, "KMNIST", replace(KMNIST, mirrors=()))
    for array in here:
        (tmp_path / array.files[0]).write_bytes(b"")
    assert images() == {taken}
