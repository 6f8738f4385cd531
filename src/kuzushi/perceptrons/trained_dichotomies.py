"""The dichotomies that an ensemble of trained perceptrons has found, and which of them suffice for step nets."""

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from scipy.optimize import linprog
from torch import Tensor

from kuzushi.perceptrons.configs import Act
from kuzushi.perceptrons.nets import MLP
from kuzushi.perceptrons.results import Solution, Solutions
from kuzushi.perceptrons.units import right

MOST_FREQUENT = 8
"""Number of the most frequent sets of dichotomies that are described."""
MOST_SEARCHED = 10
"""Subsets are tried only of at most so many dichotomies."""
LOWEST: dict[Act, float] = {"sig": 0.0, "tanh": -1.0, "step": 0.0}
"""Lowest output of a hidden unit; the highest is 1."""


def solutions(
    model: MLP,
    points: Float[Tensor, "points inputs"],
    targets: Int[Tensor, " points"],
    *,
    minimal: int | None = None,
    designs: Sequence[tuple[str, ...]] = (),
) -> Solutions:
    """Compare the solved nets of an ensemble with each other and with designs, and count where the others fail.

    A unit that becomes a step keeps its range: 0 to 1 for a sigmoid, -1 to 1 for tanh.

    Example: solutions(model, points, targets, minimal=4).distinct -> 31

    Args:
        minimal: the fewest hidden units of any step net on these points, if known.
        designs: all sets of so many dichotomies that suffice for a step net, as `as_texts` writes them, if known.
    """
    with torch.no_grad():
        response = model(points)
        on = response.hidden > (LOWEST[model.act] + 1) / 2  # (nets, points, hid)
        steps = torch.where(on, 1.0, LOWEST[model.act]).to(response.hidden.dtype)
        step_logits = torch.baddbmm(model.output_bias[:, None], steps, model.output_weight.mT).squeeze(-1)
    correct = right(response.logits, targets)  # (nets, points)
    solved = correct.all(1)
    step_solved = solved & right(step_logits, targets).all(1)
    sets, active = _count(on[solved].mT.cpu().numpy())
    step_nets = StepNets(targets.cpu().numpy(), known=_count(on[step_solved].mT.cpu().numpy())[0])
    closest = {units: nearest(units, designs) for units in sets}
    most_frequent = sorted(sets, key=lambda units: (-sets[units], units))[:MOST_FREQUENT]
    return Solutions(
        distinct=len(sets),
        most_frequent=tuple(
            Solution(
                units=units,
                nets=sets[units],
                fewest=step_nets.fewest(units, at_least=minimal or 0),
                design=closest[units][0],
                shared=closest[units][1],
            )
            for units in most_frequent
        ),
        steps=int(step_solved.sum()),
        realisable=sum(nets for units, nets in sets.items() if step_nets.suffice(units)),
        active=active,
        minimal=minimal,
        designs=tuple(designs),
        shared=tuple(
            sum(nets for units, nets in sets.items() if closest[units][1] == shared)
            for shared in (range(len(designs[0]) + 1) if designs else ())
        ),
        wrong=tuple((~correct & ~solved[:, None]).sum(0).tolist()),
    )


def as_texts(on: Bool[np.ndarray, "points units"]) -> tuple[str, ...]:
    """Return each dichotomy as in Solution.units: "1" where the unit is on, or its complement if it is on at the first.

    Example: as_texts(np.array([[0, 1], [0, 0], [1, 1]], dtype=bool)) -> ("001", "010")
    """
    return tuple("".join("01"[side] for side in unit) for unit in (on ^ on[:1]).T.astype(int).tolist())


def nearest(units: Iterable[str], designs: Sequence[tuple[str, ...]]) -> tuple[int, int] | tuple[None, None]:
    """Return the index of the first design that shares the most dichotomies, and how many; None if there is no design.

    Example: nearest(("0001", "0011"), [("0010", "0100"), ("0001", "0111")]) -> (1, 1)
    """
    if not designs:
        return None, None
    own = set(units)
    shared = [len(own & set(design)) for design in designs]
    return shared.index(max(shared)), max(shared)


def _count(on: Bool[np.ndarray, "nets hid points"]) -> tuple[dict[tuple[str, ...], int], tuple[int, ...]]:
    """Return the number of nets with each set of dichotomies, and with 0, 1, 2, ... active units."""
    nets, hid, points = on.shape
    dichotomies = (on ^ on[..., :1]).reshape(-1, points)
    all_off = np.zeros((1, points), dtype=bool)  # sorted first, so that inactive units have the code 0
    rows = np.packbits(np.concatenate([all_off, dichotomies]), axis=1)
    distinct, codes = np.unique(rows, axis=0, return_inverse=True)
    codes = np.sort(codes.ravel()[1:].reshape(nets, hid), axis=1)
    active = np.bincount((codes > 0).sum(1), minlength=hid + 1)
    codes[:, 1:][codes[:, 1:] == codes[:, :-1]] = 0
    sets, counts = np.unique(np.sort(codes, axis=1), axis=0, return_counts=True)
    texts = ["".join(map(str, row)) for row in np.unpackbits(distinct, axis=1, count=points).tolist()]
    named = (tuple(texts[code] for code in one if code > 0) for one in sets.tolist())
    return dict(zip(named, counts.tolist(), strict=True)), tuple(active.tolist())


class StepNets:
    """Decides which sets of dichotomies suffice for a step net that is right on all points."""

    def __init__(self, targets: Int[np.ndarray, " points"], *, known: Iterable[tuple[str, ...]] = ()) -> None:
        """`known` are sets that are known to suffice."""
        self._side = np.where(targets == 1, 1, -1)  # (points,)
        self._known = dict.fromkeys(known, True)

    def suffice(self, units: tuple[str, ...]) -> bool:
        """Return whether some weights and bias of the output make the net right.

        Example: StepNets(np.array([0, 1, 1, 0])).suffice(("0111", "0001")) -> True, which is XOR from OR and AND
        """
        if units not in self._known:
            self._known[units] = self._solve(units)
        return self._known[units]

    def fewest(self, units: tuple[str, ...], *, at_least: int) -> int | None:
        """Return the size of the smallest subset that suffices, given that it is `at_least` so large.

        Return None if all together do not suffice, or there are more than MOST_SEARCHED.
        """
        if len(units) > MOST_SEARCHED or not self.suffice(units):
            return None
        return next(
            size
            for size in range(min(at_least, len(units)), len(units) + 1)
            if any(self.suffice(subset) for subset in combinations(units, size))
        )

    def _solve(self, units: tuple[str, ...]) -> bool:
        on = np.array([[int(mark) for mark in unit] for unit in units], dtype=np.int64).reshape(-1, len(self._side)).T
        rows = np.unique(np.column_stack([on, self._side]), axis=0)  # (different points, units + 1)
        on, side = rows[:, :-1], rows[:, -1]
        if len(np.unique(on, axis=0)) < len(rows):
            return False  # no unit separates two points of different targets
        # side * (on . w + b) >= 1 at every point: the weights of any right net can be scaled up to this.
        inputs = side[:, None] * np.column_stack([on, np.ones(len(on))])  # (different points, units + 1)
        solved = linprog(
            np.zeros(inputs.shape[1]), A_ub=-inputs, b_ub=-np.ones(len(inputs)), bounds=(None, None), method="highs"
        )
        return bool(solved.status == 0)
