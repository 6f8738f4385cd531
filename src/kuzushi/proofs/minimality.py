"""Check, in exact arithmetic, that no smaller step net is right on all points, and that a step net is.

Theorem: every net that is right has, for each Farkas certificate on the points (see `Weighing`), a unit that
unbalances it. The complete list of dichotomies says which units these are; then a proof by cases, closed by
weak duality of linear programming, shows how many units a net needs.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import TypeAlias

from kuzushi.proofs.dichotomies import complement, exact_planes, exact_points, indices_of_units, where_on
from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.minimality_format import Case, MinimalityProof, StepNet, Weighing

Units: TypeAlias = frozenset[int]
"""Indices in the proof's list of units."""


def check(proof: MinimalityProof) -> None:
    """Check that no net with one hidden layer of fewer than `proof.bound` step units is right on all points.

    Raises:
        ProofError: naming the unit, weighing, symmetry or case that fails.
    """
    _check_exact(proof)
    indices = indices_of_units(proof)
    for k, weighing in enumerate(proof.weighings):
        _check_weighing(proof, weighing, f"weighing {k}")
    orbits = _orbits([_sources(proof, k, indices) for k in range(len(proof.symmetries))], len(proof.units))
    _check_cases(proof, unbalancing_units(proof), orbits)


def check_impossible(proof: MinimalityProof, weighing: Weighing) -> None:
    """Check that no net with one hidden layer of step units, of any size, is right: no unit unbalances `weighing`.

    Only the points, the targets and the list of units of the proof are used.

    Raises:
        ProofError: naming a unit that unbalances it, or what is wrong with the weighing or the list.
    """
    _check_exact(proof)
    _check_exact(weighing)
    indices_of_units(proof)
    _check_weighing(proof, weighing, "the weighing")
    if units := _unbalancing(proof, weighing):
        raise ProofError(f"unit {min(units)} unbalances the weighing; expected all units to leave it balanced")


def check_design(proof: MinimalityProof, design: StepNet) -> None:
    """Check that a step net is right on every point, none of them on a line, and has the units that it names.

    Its weights are the decimal numbers that they print as. Only the points, the targets, the bound and the units of
    the proof are used.

    Raises:
        ProofError: naming the unit or the point that fails.
    """
    size = len(design.units)
    if size < proof.bound:
        raise ProofError(f"the design has {size} hidden units; expected {proof.bound} or more, the bound of the proof")
    points = exact_points(proof)
    planes = exact_planes(design.hidden_weight, design.hidden_bias, size)
    hidden = [where_on(points, plane, f"hidden unit {j}") for j, plane in enumerate(planes)]
    for j, (on, unit) in enumerate(zip(hidden, design.units, strict=True)):
        if not 0 <= unit < len(proof.units) or proof.units[unit].on not in (on, complement(on)):
            raise ProofError(f"hidden unit {j} is on at {on}; expected unit {unit} of the proof, or its complement")
    states = [(*(int(on[i]) for on in hidden), 1) for i in range(len(points))]  # (points, hid + 1)
    (plane,) = exact_planes(design.output_weight, design.output_bias, 1)
    outputs = where_on(states, plane, "the output unit")
    for i, (output, target) in enumerate(zip(outputs, proof.targets, strict=True)):
        if int(output) != target:
            raise ProofError(f"the design has output {output} at point {i}; expected its target, {target}")


def unbalancing_units(proof: MinimalityProof) -> list[Units]:
    """Return, for each weighing of a proof, the units that unbalance it."""
    return [_unbalancing(proof, weighing) for weighing in proof.weighings]


def images(proof: MinimalityProof, units: Sequence[int]) -> set[Units]:
    """Return the images of a set of units under the symmetries of a proof and their products, itself included."""
    indices = indices_of_units(proof)
    sources = [_sources(proof, k, indices) for k in range(len(proof.symmetries))]
    found, new = {frozenset(units)}, [frozenset(units)]
    while new:
        image = new.pop()
        further = {frozenset(source[unit] for unit in image) for source in sources} - found
        found |= further
        new.extend(further)
    return found


def _check_exact(checked: MinimalityProof | Weighing) -> None:
    """Refuse floats and NumPy's integers, which would round or overflow silently."""
    for value in _values(dataclasses.astuple(checked)):
        if type(value) not in (int, str, bool, type(None)):
            raise ProofError(f"{value!r} in the proof is of {type(value)}; expected whole numbers of Python, and text")


def _values(nested: Sequence[object]) -> Iterator[object]:
    for value in nested:
        if isinstance(value, tuple | list):
            yield from _values(value)
        else:
            yield value


def _check_weighing(proof: MinimalityProof, weighing: Weighing, name: str) -> None:
    points, numbers = weighing.points, weighing.numbers
    if not points or len(points) != len(numbers) or len(set(points)) < len(points):
        raise ProofError(f"{name} has points {points} and numbers {numbers}; expected one number for each, and some")
    for point, number in zip(points, numbers, strict=True):
        if not 0 <= point < len(proof.targets):
            raise ProofError(f"{name} weighs point {point}; expected 0 to {len(proof.targets) - 1}")
        if number * (1 if proof.targets[point] else -1) <= 0:
            raise ProofError(f"{name} has {number} at point {point}; expected > 0 at target 1 and < 0 at target 0")
    if sum(numbers):
        raise ProofError(f"{name} adds up to {sum(numbers)}; expected 0")


def _unbalancing(proof: MinimalityProof, weighing: Weighing) -> Units:
    """Return the units for which the numbers of the points where they are on do not sum to 0."""
    terms = tuple(zip(weighing.points, weighing.numbers, strict=True))
    return frozenset(
        j for j, unit in enumerate(proof.units) if sum(number for point, number in terms if unit.on[point] == "1")
    )


def _sources(proof: MinimalityProof, k: int, indices: dict[str, int]) -> list[int]:
    """Check symmetry k, and return the unit that it maps to each unit."""
    symmetry, targets = proof.symmetries[k], proof.targets
    if sorted(symmetry) != list(range(len(targets))):
        raise ProofError(f"symmetry {k} is {symmetry}; expected each of 0 to {len(targets) - 1} once")
    if len({target ^ targets[i] for target, i in zip(targets, symmetry, strict=True)}) > 1:
        raise ProofError(f"symmetry {k} changes the targets of some points only; expected all or none")
    sources = []
    for j, unit in enumerate(proof.units):
        source = "".join(itemgetter(*symmetry)(unit.on))
        if source not in indices:
            raise ProofError(f"symmetry {k} maps no unit to unit {j}; expected it to map the units to the units")
        sources.append(indices[source])
    return sources


def _orbits(permutations: Sequence[Sequence[int]], size: int) -> list[Units]:
    """Return the orbit of each of 0..size-1 under the group that the permutations generate."""
    orbits: dict[int, Units] = {}
    for start in range(size):
        if start in orbits:
            continue
        orbit, new = {start}, [start]
        while new:
            member = new.pop()
            further = {permutation[member] for permutation in permutations} - orbit
            orbit |= further
            new.extend(further)
        orbits |= dict.fromkeys(orbit, frozenset(orbit))
    return [orbits[j] for j in range(size)]


def _check_cases(proof: MinimalityProof, unbalanced_by: Sequence[Units], orbits: Sequence[Units]) -> None:
    """Check the first case and all that it splits into, with the units that their nets have and lack."""
    if not proof.cases or proof.bound < 0 or proof.whole < 1:
        raise ProofError(
            f"the proof has {len(proof.cases)} cases, bound {proof.bound} and whole {proof.whole}; "
            "expected at least 1, 0 and 1"
        )
    open_cases: dict[int, tuple[Units, Units]] = {0: (frozenset(), frozenset())}
    for k, case in enumerate(proof.cases):
        if k not in open_cases:
            continue
        inside, outside = open_cases.pop(k)
        if case.unit is None:
            _check_closed(proof, k, inside, outside, unbalanced_by)
            continue
        for child, known in _split(case, k, inside, outside, orbits):
            # Rising indices rule out cycles, and one parent each keeps the open cases as few as the list.
            if not k < child < len(proof.cases) or child in open_cases:
                raise ProofError(f"case {k} leads to case {child}; expected a later one, with one way to it")
            open_cases[child] = known


def _split(
    case: Case, k: int, inside: Units, outside: Units, orbits: Sequence[Units]
) -> Iterator[tuple[int, tuple[Units, Units]]]:
    """Yield the indices of the two cases of a split, each with the units that its nets have and lack."""
    unit = case.unit
    if unit is None or not 0 <= unit < len(orbits):
        raise ProofError(f"case {k} splits on unit {unit}; expected 0 to {len(orbits) - 1}")
    # A symmetry must map the case to itself: its nets need not have any unit yet, and they lack whole orbits.
    if case.orbit and inside:
        raise ProofError(f"case {k} splits on an orbit though its nets have unit {min(inside)}; expected none yet")
    if case.orbit and not all(orbit <= outside or orbit.isdisjoint(outside) for orbit in set(orbits)):
        raise ProofError(f"case {k} splits on an orbit though its nets lack part of one; expected whole orbits")
    yield case.having, (inside | {unit}, outside)
    yield case.lacking, (inside, outside | (orbits[unit] if case.orbit else {unit}))


def _check_closed(
    proof: MinimalityProof, k: int, inside: Units, outside: Units, unbalanced_by: Sequence[Units]
) -> None:
    """Check that the nets of a case need `bound` units, by weak duality of linear programming.

    For each weighing of the case, a net has a unit that unbalances it, outside `inside` and `outside`. So if every
    unit gets the shares of the weighings that it unbalances, the net's units get at least the sum of all shares; and
    none gets more than `whole`, except for the excess, which is subtracted.
    """
    load = [0] * len(proof.units)
    total = 0
    for index, share in proof.cases[k].shares:
        if not 0 <= index < len(unbalanced_by) or share < 0:
            raise ProofError(
                f"case {k} gives weighing {index} a share of {share}; "
                f"expected weighings 0 to {len(unbalanced_by) - 1}, and shares of at least 0"
            )
        if units := unbalanced_by[index] & inside:
            raise ProofError(
                f"case {k} gives weighing {index} a share, which its unit {min(units)} unbalances; "
                "expected only weighings that all its units leave balanced"
            )
        total += share
        for unit in unbalanced_by[index] - outside:
            load[unit] += share
    needed = len(inside) * proof.whole + total - sum(max(0, received - proof.whole) for received in load)
    if needed <= (proof.bound - 1) * proof.whole:
        raise ProofError(
            f"case {k} needs {needed}/{proof.whole} units by its shares; expected more than {proof.bound - 1}"
        )
