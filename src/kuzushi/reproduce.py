"""The experiments of `kuzushi reproduce`: those of the report, and the headline results beyond it."""

from pathlib import Path

from kuzushi.characters.configs import CharactersConfig, CompareConfig
from kuzushi.characters.datasets.download import Limits, Watch
from kuzushi.core.configs import Config
from kuzushi.core.errors import DataError
from kuzushi.perceptrons.configs import CheckerboardConfig, DesignConfig
from kuzushi.sequences.configs import SequencesConfig

MOST_SECONDS = 30.0
"""Time limit of the download of kmnist."""


def experiments(runs: Path, watch: Watch) -> list[tuple[str, Config]]:
    """Return the name and settings of every run.

    Args:
        runs: the folder of the runs, each under its name.
        watch: called during downloads with the file, its source, the bytes that are here, and their total.
    """
    images = _images(watch)
    return [
        *_recognisers(images, runs),
        ("trained", CheckerboardConfig()),
        ("trained-in-the-report", CheckerboardConfig(set_weights="report-trained")),
        ("by-hand", CheckerboardConfig(set_weights="report")),
        ("by-hand-rescaled", CheckerboardConfig(set_weights="report", act="sig", scale=10)),
        ("smallest", DesignConfig()),
        ("srn", SequencesConfig(lang="anb2n", model="srn", hid=2)),
        ("lstm", SequencesConfig(lang="anb2nc3n", model="lstm", hid=3, nets=32)),
        (
            "counting",
            SequencesConfig(
                lang="anb2nc3n",
                model="lstm",
                hid=3,
                preset="counting",
                length=10,
                nets=16,
                updates=4000,
                test_length=300,
            ),
        ),
        ("reber", SequencesConfig(lang="reber", model="srn", hid=5, nets=32, updates=1000)),
    ]


def _recognisers(images: str, runs: Path) -> list[tuple[str, Config]]:
    # With the recipe of the report, or its full length, convolutions would take minutes on the 60,000 images.
    many = images == "kmnist"
    conv = {"preset": "fast", "epochs": 3} if many else {"preset": "report"}
    trained = [
        (f"lin-{images}", CharactersConfig(net="lin", preset="report", data=images)),
        (f"full-{images}", CharactersConfig(net="full", preset="report", data=images)),
        (f"conv-{images}", CharactersConfig(net="conv", data=images, **conv)),
        (f"deep-{images}", CharactersConfig(net="deep", data=images, epochs=2 if many else 8)),
    ]
    return [
        *trained,
        (f"compared-{images}", CompareConfig(runs=tuple(str(runs / name) for name, _ in trained))),
    ]


def _images(watch: Watch) -> str:
    """Return kmnist if it is here or can be downloaded, else kmnist-mini if that is here, else brush."""
    from kuzushi.characters.datasets.kmnist import available, obtain

    try:
        obtain("kmnist", limits=Limits(timeout=5.0, total=MOST_SECONDS), watch=watch)
    except DataError:
        return "kmnist-mini" if available("kmnist-mini") else "brush"
    return "kmnist"
