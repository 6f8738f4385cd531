"""The whole study as a list of experiments."""

from pathlib import Path

from kuzushi.configs import (
    CharactersConfig,
    CheckerboardConfig,
    CompareConfig,
    Config,
    DesignConfig,
    GapsConfig,
    SequencesConfig,
    WidthsConfig,
    WidthSearchConfig,
)
from kuzushi.data.transfer import Patience, Watch
from kuzushi.errors import DataError

MOST_SECONDS = 30.0
"""For the download of kmnist; what came of it is kept, and gone on with next time."""


def study(runs: Path, watch: Watch) -> list[tuple[str, Config]]:
    """A name and the settings of every run of the study; the images are the best that can be had within seconds.

    Args:
        runs: the folder that they are kept in, each under its name.
        watch: hears of downloads: the file, where it comes from, the bytes that are there, and how many there will be.
    """
    images = _images(watch)
    return [
        *_recognisers(images, runs),
        ("trained", CheckerboardConfig()),
        ("trained-by-the-study", CheckerboardConfig(set_weights="report-trained")),
        ("by-hand", CheckerboardConfig(set_weights="report")),
        ("by-hand-rescaled", CheckerboardConfig(set_weights="report", act="sig", scale=10)),
        ("widths", WidthsConfig(widest=8, nets=100, epochs=4000)),
        ("smallest", DesignConfig()),
        ("gaps", GapsConfig(gaps=(3.0, 1.0, 0.0))),
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
    # With convolutions the 60,000 images of kmnist would take minutes, as the study trained or in full length.
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
        (f"width-search-{images}", WidthSearchConfig(data=images, step=20, epochs=5)),
    ]


def _images(watch: Watch) -> str:
    """kmnist where its files are at hand or a mirror gives them, else kmnist-mini where that is at hand, else brush."""
    from kuzushi.data.kuzushiji import available, obtain

    try:
        obtain("kmnist", patience=Patience(silence=5.0, total=MOST_SECONDS), watch=watch)
    except DataError:
        return "kmnist-mini" if available("kmnist-mini") else "brush"
    return "kmnist"
