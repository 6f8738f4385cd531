"""A small comparison of two nets, written by hand."""

import numpy as np

from kuzushi.characters.comparison_results import (
    AlwaysWrong,
    ComparedNet,
    ComparisonResult,
    ConfusedImage,
    Form,
    Hardness,
    McNemar,
    Neighbour,
    PairedComparison,
    PairForms,
    PairHardness,
    PairTest,
)
from kuzushi.characters.configs import CompareConfig
from kuzushi.characters.results import DataSummary
from kuzushi.core.results import Interval, Provenance

MADE = Provenance(
    command="kuzushi compare lin conv", kuzushi="0", commit=None, python="3", torch="2", numpy="2", platform="",
    device="cpu", threads=1,
)  # fmt: skip
ROMAJI = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")


def rate(mean):
    return Interval(mean, mean / 2, (1 + mean) / 2)


def hard(target, predicted, counts, kind, *, stays=1.0, vanishes=1.0):
    weak, strong = counts
    return PairHardness(
        target=target, predicted=predicted, counts=counts, weakest=max(weak), strongest=min(strong), either=max(weak),
        stays=PairTest(p_value=stays, adjusted=stays, every_seed=stays < 0.05),
        vanishes=PairTest(p_value=vanishes, adjusted=vanishes, every_seed=vanishes < 0.05), kind=kind,
    )  # fmt: skip


def image(index, near, far):
    """Return a は read as す, with its distances to both classes."""
    return ConfusedImage(
        index=index, target=5, predicted=2, probability=0.75, target_probability=0.125, agreeing=3,
        nearest_target=tuple(Neighbour(index=index, distance=distance) for index, distance in enumerate(near)),
        nearest_predicted=tuple(Neighbour(index=index, distance=distance) for index, distance in enumerate(far)),
    )  # fmt: skip


def comparison():
    """Return NetLin against NetConv, each from two seeds, on images whose pixels all are the index of the image."""
    lin = ComparedNet(
        run="runs/lin", net="lin", preset="report", parameters=7850, seeds=(0, 1), accuracy=Interval(0.7, 0.68, 0.72)
    )
    conv = ComparedNet(
        run="runs/conv", net="conv", preset="fast", parameters=392354, seeds=(0, 1), accuracy=Interval(0.96, 0.95, 0.97)
    )
    paired = PairedComparison(
        first=0, second=1,
        first_seeds=McNemar(both_right=1380, only_first=20, only_second=540, both_wrong=60, p_value=2e-9),
        combinations=4, first_better=0, second_better=4, p_value=3e-8, adjusted=3e-8, better=1,
    )  # fmt: skip
    hardness = Hardness(
        weakest=0, strongest=1, error_ratio=0.125,
        pairs=(
            hard(5, 2, ((20, 24), (16, 15)), "data-hard", stays=0.001),
            hard(4, 0, ((9, 11), (3, 4)), "undecided"),
            hard(1, 2, ((30, 28), (1, 2)), "model-hard", vanishes=0.0002),
        ),
    )  # fmt: skip
    forms = (
        PairForms(
            target=5, predicted=2, strengths=(1.0, 0.9, 0.85, 0.4),
            forms=(
                Form(train=500, test=120, rates=(rate(0.25), rate(0.0625))),
                Form(train=200, test=60, rates=(rate(0.5), rate(0.125))),
                Form(train=100, test=0, rates=()),
            ),
        ),
        PairForms(
            target=4, predicted=0, strengths=(1.0, 0.5),
            forms=(Form(train=800, test=200, rates=(rate(0.05), rate(0.02))),),
        ),
    )  # fmt: skip
    images = (image(17, (3.5, 4.0), (3.0, 4.5)), image(40, (2.5, 2.75), (5.0, 5.25)))
    always = tuple(
        AlwaysWrong(index=100 + place, target=4, predicted=6, agreeing=4 - place, probability=0.5) for place in range(3)
    )
    return ComparisonResult(
        config=CompareConfig(runs=("runs/lin", "runs/conv")),
        data=DataSummary(
            name="kmnist-mini", train=8000, test=2000, sha256="ab" * 32, verified=True, classes=ROMAJI
        ),
        nets=(lin, conv), paired=(paired,), hardness=hardness, in_report=True, strongest=1, forms=forms, images=images,
        always_wrong=always, seconds=12.5, provenance=MADE,
        arrays={
            "forms": numbered(4, 7),
            "misread": numbered(4, 5),
            "confused": numbered(2),
            "nearest": numbered(2, 2, 2),
            "evidence": np.linspace(-1, 1, 2 * 2 * 64, dtype=np.float32).reshape(2, 2, 8, 8),
            "always_wrong": numbered(3),
        },
    )  # fmt: skip


def numbered(*shape):
    """Images of 8 x 8 pixels that all have the number of the image, from 1."""
    numbers = np.arange(1, 1 + np.prod(shape), dtype=np.uint8).reshape(shape)
    return np.broadcast_to(numbers[..., None, None], (*shape, 8, 8)).copy()
