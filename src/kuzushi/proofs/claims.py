"""Checks everything that a result claims about the smallest step nets, by what does not know how it was found."""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import combinations
from math import comb
from operator import or_

from kuzushi.errors import ProofError
from kuzushi.proofs.minimality import check, check_design, check_impossible, moved, unbalancing
from kuzushi.results import Design, MinimalityProof, Weighing

MOST_SETS = 200_000
"""Of more sets of units, it is not checked that no other suffices."""


def check_claims(
    proof: MinimalityProof,
    designs: Sequence[Design],
    *,
    lower: int,
    upper: int | None,
    impossible: Weighing | None,
    realisable: int | None,
) -> bool:
    """Check the bounds, every design, and where the sets of `upper` units are few enough, how many of them suffice.

    Args:
        designs: of every kind, or of some only: then how many sets suffice is checked as far as it is at most so many.

    Returns:
        Whether that number was checked, from both sides.

    Raises:
        ProofError: naming what does not hold.
    """
    check(proof)
    if proof.bound != lower:
        raise ProofError(f"the proof is for {proof.bound} hidden units; expected {lower}, as is claimed")
    if impossible is not None:
        check_impossible(proof, impossible)
    for design in designs:
        check_design(proof, design)
        if len(design.units) != upper:
            raise ProofError(f"a design has {len(design.units)} hidden units; expected {upper}, as is claimed")
    if (upper is not None) != bool(designs):
        raise ProofError(f"there are {len(designs)} designs of {upper} hidden units; expected one if it is claimed")
    if realisable is None:
        return False
    if upper != lower:
        raise ProofError(
            f"{realisable} sets of {upper} units are claimed to be all; expected sets of {lower}, the bound"
        )
    return _check_count(proof, designs, lower, realisable)


def _check_count(proof: MinimalityProof, designs: Sequence[Design], size: int, realisable: int) -> bool:
    """Check that so many sets leave no weighing balanced; True if all are designs, or what symmetries make of them."""
    orbits = [moved(proof, design.units) for design in designs]
    for design, orbit in zip(designs, orbits, strict=True):
        if design.symmetric != len(orbit):
            raise ProofError(f"a design stands for {design.symmetric}; expected {len(orbit)}, as the symmetries make")
    sufficient = {image for orbit in orbits for image in orbit}
    if len(sufficient) > realisable:
        raise ProofError(f"{len(sufficient)} sets of {size} units suffice; expected {realisable}, as is claimed")
    if comb(len(proof.units), size) > MOST_SETS:
        return False
    left = set(_unbalancing_all(proof, size))
    if len(left) != realisable:
        raise ProofError(
            f"{len(left)} sets of {size} units leave no weighing of the proof balanced; expected {realisable}, as is "
            "claimed"
        )
    return left == sufficient


def _unbalancing_all(proof: MinimalityProof, size: int) -> Iterator[frozenset[int]]:
    """The sets of so many units that leave no weighing of a proof balanced."""
    hit = [0] * len(proof.units)  # bit k: the unit unbalances weighing k
    for k, units in enumerate(unbalancing(proof)):
        for unit in units:
            hit[unit] |= 1 << k
    every = (1 << len(proof.weighings)) - 1
    for chosen in combinations(range(len(proof.units)), size):
        if reduce(or_, (hit[unit] for unit in chosen), 0) == every:
            yield frozenset(chosen)
