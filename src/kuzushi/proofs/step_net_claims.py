"""Check everything that a result claims about the smallest step nets: bounds, designs, and how many there are."""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import combinations
from math import comb
from operator import or_

from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.minimality import check, check_design, check_impossible, images, unbalancing_units
from kuzushi.proofs.minimality_format import MinimalityProof, StepNet, Weighing

MOST_SETS = 200_000
"""If there are more sets of units of the size in question, the number of those that suffice is not checked."""


def check_claims(
    proof: MinimalityProof,
    designs: Sequence[StepNet],
    *,
    lower: int,
    upper: int | None,
    impossible: Weighing | None,
    realisable: int | None,
) -> bool:
    """Check the bounds, every design and, if there are not too many sets of `upper` units, how many of them suffice.

    Args:
        designs: step nets of `upper` hidden units, of every kind or of some kinds. If kinds are missing, only
            an upper bound on the number of sufficient sets is checked.
        lower: no step net with fewer hidden units is right on all points.
        impossible: a weighing that shows that no step net of any size is right.
        realisable: how many sets of `upper` units suffice.

    Returns:
        Whether the number of sufficient sets was checked, from below and from above.

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


def _check_count(proof: MinimalityProof, designs: Sequence[StepNet], size: int, realisable: int) -> bool:
    """Check that `realisable` sets unbalance every weighing; return whether all are images of designs."""
    images_of = [images(proof, design.units) for design in designs]
    for design, its_images in zip(designs, images_of, strict=True):
        if design.symmetric != len(its_images):
            raise ProofError(f"a design counts for {design.symmetric}; expected {len(its_images)}, by the symmetries")
    sufficient = {image for its_images in images_of for image in its_images}
    if len(sufficient) > realisable:
        raise ProofError(f"{len(sufficient)} sets of {size} units suffice; expected {realisable}, as is claimed")
    if comb(len(proof.units), size) > MOST_SETS:
        return False
    unbalancing = set(_unbalancing_sets(proof, size))
    if len(unbalancing) != realisable:
        raise ProofError(
            f"{len(unbalancing)} sets of {size} units leave no weighing of the proof balanced; expected {realisable}, "
            "as is claimed"
        )
    return unbalancing == sufficient


def _unbalancing_sets(proof: MinimalityProof, size: int) -> Iterator[frozenset[int]]:
    """Yield the sets of `size` units that leave no weighing of a proof balanced."""
    masks = [0] * len(proof.units)  # bit k: the unit unbalances weighing k
    for k, units in enumerate(unbalancing_units(proof)):
        for unit in units:
            masks[unit] |= 1 << k
    every = (1 << len(proof.weighings)) - 1
    for chosen in combinations(range(len(proof.units)), size):
        if reduce(or_, (masks[unit] for unit in chosen), 0) == every:
            yield frozenset(chosen)
