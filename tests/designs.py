"""Smallest step nets worked out by hand, for tests of figures and sections."""

from itertools import pairwise, product
from math import sqrt

import numpy as np

from kuzushi.core.results import Provenance
from kuzushi.perceptrons.configs import DesignConfig
from kuzushi.perceptrons.results import Activations, Design, DesignResult, SigmoidScale
from kuzushi.proofs.minimality_format import Case, MinimalityProof, Unit, Weighing

POINTS = tuple(product(range(3), repeat=2))
TARGETS = tuple((x1 + x2) % 2 for x1, x2 in POINTS)
EDGE = (0, 1, 2, 5, 8, 7, 6, 3)
"""Indices of the points around the edge of the board."""
AXIS = np.linspace(-0.5, 2.5, 201)
MADE = Provenance(
    command="kuzushi design", kuzushi="0", commit=None, python="3", torch="2", numpy="2", platform="here",
    device="cpu", threads=1,
)  # fmt: skip
SCALE = SigmoidScale(right_from=4.5, stays_right=True, certified=8.25, searched_to=1000.0)

CROSSING = {
    "name": "the report's net by hand",
    "symmetric": 1,
    "weight": ((1, 1), (-1, -1), (1, -1), (-1, 1)),
    "bias": (-2.5, 1.5, -0.5, -0.5),
    "output_bias": -1.5,
    "lines": ("x1 + x2 - 2.5 = 0", "-x1 - x2 + 1.5 = 0", "x1 - x2 - 0.5 = 0", "-x1 + x2 - 0.5 = 0"),
}
DIAGONALS = {
    "name": None,
    "symmetric": 2,
    "weight": ((1, 1), (-1, -1), (1, 1), (-1, -1)),
    "bias": (-0.5, 1.5, -2.5, 3.5),
    "output_bias": -2.5,
    "lines": ("x1 + x2 - 0.5 = 0", "-x1 - x2 + 1.5 = 0", "x1 + x2 - 2.5 = 0", "-x1 - x2 + 3.5 = 0"),
}


def design(*, name, symmetric, weight, bias, output_bias, lines):
    """A net on the board whose hidden units all have the weight 1 to the output."""
    table = []
    for point, target in zip(POINTS, TARGETS, strict=True):
        hidden = tuple(float(w[0] * point[0] + w[1] * point[1] + b > 0) for w, b in zip(weight, bias, strict=True))
        table.append(
            Activations(point=point, target=target, hidden=hidden, output=float(sum(hidden) + output_bias > 0))
        )
    return Design(
        units=tuple(range(len(weight))), name=name, symmetric=symmetric, hidden_weight=weight, hidden_bias=bias,
        output_weight=((1.0,) * len(weight),), output_bias=(output_bias,), lines=lines, table=tuple(table),
        hidden_margin=0.5, output_margin=0.5, distance=0.5 / sqrt(2), scale=SCALE,
    )  # fmt: skip


def units():
    """The 28 dichotomies of the board: points that lie before a gap in the order along some direction."""
    found = {}
    for a, b in product(range(-5, 6), repeat=2):
        heights = [a * x1 + b * x2 for x1, x2 in POINTS]
        if len(set(heights)) < 9:
            continue
        for low, high in pairwise(sorted(heights)):
            on = "".join(str(int(height >= high)) for height in heights)
            if on[0] == "0":
                found[on] = Unit(on=on, weight=(2 * a, 2 * b), bias=-(low + high))
    return tuple(found[on] for on in sorted(found))


def proof():
    """Four units at least: the walk around the edge."""
    steps = [sorted(step) for step in zip(EDGE, (*EDGE[1:], EDGE[0]), strict=True)]
    return MinimalityProof(
        points=tuple((str(x1), str(x2)) for x1, x2 in POINTS), targets=TARGETS, bound=4, units=units(),
        weighings=tuple(Weighing(points=tuple(s), numbers=tuple(2 * TARGETS[i] - 1 for i in s)) for s in steps),
        symmetries=(tuple(range(9)),), whole=2, cases=(Case(shares=tuple((w, 1) for w in range(8))),),
    )  # fmt: skip


def planes(designs):
    """The arrays of a result on the board."""
    x1, x2 = np.meshgrid(AXIS, AXIS)
    regions, outputs = [], []
    for one in designs:
        on = np.array([w[0] * x1 + w[1] * x2 + b > 0 for w, b in zip(one.hidden_weight, one.hidden_bias, strict=True)])
        regions.append(sum(on[j].astype(np.int64) << j for j in range(len(on))))
        outputs.append((on.sum(0) + one.output_bias[0] > 0).astype(np.int8))
    return {"axis1": AXIS, "axis2": AXIS, "regions": np.array(regions), "output": np.array(outputs)}


def board(**changes):
    """The smallest step nets for the board: three of four units, of two kinds."""
    designs = changes.pop("designs", (design(**CROSSING), design(**DIAGONALS)))
    values = {
        "config": DesignConfig(), "data_sha256": "0" * 64, "lower": 4, "upper": 4, "impossible": None, "realisable": 3,
        "kinds": len(designs), "count_checked": True,
        "designs": designs, "proof": proof(), "seconds": 1.25, "seconds_checked": 0.5,
        "provenance": MADE, "arrays": planes(designs),
    }  # fmt: skip
    return DesignResult(**values | changes)


def contradiction():
    """Two coinciding points with both targets, and a third."""
    return board(
        config=DesignConfig(data="two.csv"), lower=1, upper=None, impossible=Weighing(points=(0, 1), numbers=(-1, 1)),
        realisable=None, designs=(), arrays={},
        proof=MinimalityProof(
            points=(("1", "0.5"), ("1", "0.5"), ("2", "0")), targets=(0, 1, 0), bound=1,
            units=(Unit(on="001", weight=(1, 0), bias=-1),), weighings=(), symmetries=((0, 1, 2),), whole=1, cases=(),
        ),
    )  # fmt: skip
