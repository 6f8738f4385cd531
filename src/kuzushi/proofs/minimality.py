"""Checks, in whole numbers and fractions alone, that no smaller step net is right on all points.

It shares no code with what finds the proofs, and takes nothing in them on trust.
"""

from collections.abc import Iterator, Sequence
from operator import itemgetter

from kuzushi.errors import ProofError
from kuzushi.proofs.units import check_exact, complement, exact_planes, exact_points, places_of_units, where_on
from kuzushi.results import Case, Design, MinimalityProof, Weighing

Units = frozenset[int]
"""Places in the proof's list of units."""


def check(proof: MinimalityProof) -> None:
    """Check that no net with one hidden layer of fewer than `proof.bound` step units is right on all points.

    That is so if the list of units is complete, weighings are weighings, symmetries are symmetries, no split leaves
    out a net unless a symmetry moves it into the split's other case, and every closed case needs `bound` units.

    Raises:
        ProofError: naming the unit, weighing, symmetry or case that fails.
    """
    check_exact(proof)
    places = places_of_units(proof)
    for k, weighing in enumerate(proof.weighings):
        _check_weighing(proof, weighing, f"weighing {k}")
    orbits = _orbits([_sources(proof, k, places) for k in range(len(proof.symmetries))], len(proof.units))
    _check_cases(proof, unbalancing(proof), orbits)


def check_impossible(proof: MinimalityProof, weighing: Weighing) -> None:
    """Check that no net with one hidden layer of step units, of any size, is right: no unit unbalances `weighing`.

    Of the proof, this takes the points, the targets and the list of units.

    Raises:
        ProofError: naming a unit that does, or what is wrong with the weighing or the list.
    """
    check_exact(proof)
    check_exact(weighing)
    places_of_units(proof)
    _check_weighing(proof, weighing, "the weighing")
    if units := _unbalancing(proof, weighing):
        raise ProofError(f"unit {min(units)} unbalances the weighing; expected all units to leave it balanced")


def check_design(proof: MinimalityProof, design: Design) -> None:
    """Check that a step net is right on every point, none of them on a line, and has the units that it names.

    Its weights are the decimal numbers that they print as. Of the proof, this takes the points, the targets, the
    bound, and where its units are on.

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
    output = where_on(states, plane, "the output unit")
    for i, (said, target) in enumerate(zip(output, proof.targets, strict=True)):
        if int(said) != target:
            raise ProofError(f"the design says {said} at point {i}; expected its target, {target}")


def unbalancing(proof: MinimalityProof) -> list[Units]:
    """For each weighing of a proof, the units that unbalance it."""
    return [_unbalancing(proof, weighing) for weighing in proof.weighings]


def moved(proof: MinimalityProof, units: Sequence[int]) -> set[Units]:
    """What the symmetries of a proof and their products make of a set of units, itself among them."""
    places = places_of_units(proof)
    sources = [_sources(proof, k, places) for k in range(len(proof.symmetries))]
    images, new = {frozenset(units)}, [frozenset(units)]
    while new:
        image = new.pop()
        further = {frozenset(source[unit] for unit in image) for source in sources} - images
        images |= further
        new.extend(further)
    return images


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
    """The units for which the numbers of the points where they are on do not add up to 0."""
    terms = tuple(zip(weighing.points, weighing.numbers, strict=True))
    return frozenset(
        j for j, unit in enumerate(proof.units) if sum(number for point, number in terms if unit.on[point] == "1")
    )


def _sources(proof: MinimalityProof, k: int, places: dict[str, int]) -> list[int]:
    """The unit that symmetry k maps to each unit, once it is found to be a symmetry."""
    symmetry, targets = proof.symmetries[k], proof.targets
    if sorted(symmetry) != list(range(len(targets))):
        raise ProofError(f"symmetry {k} is {symmetry}; expected each of 0 to {len(targets) - 1} once")
    if len({target ^ targets[i] for target, i in zip(targets, symmetry, strict=True)}) > 1:
        raise ProofError(f"symmetry {k} changes the targets of some points only; expected all or none")
    sources = []
    for j, unit in enumerate(proof.units):
        source = "".join(itemgetter(*symmetry)(unit.on))
        if source not in places:
            raise ProofError(f"symmetry {k} maps no unit to unit {j}; expected it to map the units to the units")
        sources.append(places[source])
    return sources


def _orbits(permutations: Sequence[Sequence[int]], size: int) -> list[Units]:
    """The orbit of each of 0..size-1 under the group that the permutations generate, which their inverses do too."""
    orbits: dict[int, Units] = {}
    for start in range(size):
        if start in orbits:
            continue
        orbit, unmoved = {start}, [start]
        while unmoved:
            member = unmoved.pop()
            new = {permutation[member] for permutation in permutations} - orbit
            orbit |= new
            unmoved.extend(new)
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
    for place, case in enumerate(proof.cases):
        if place not in open_cases:
            continue
        inside, outside = open_cases.pop(place)
        if case.unit is None:
            _check_closed(proof, place, inside, outside, unbalanced_by)
            continue
        for child, known in _split(case, place, inside, outside, orbits):
            # Later places rule out circles, and a single way to each keeps the cases as few as the list.
            if not place < child < len(proof.cases) or child in open_cases:
                raise ProofError(f"case {place} leads to case {child}; expected a later one, with one way to it")
            open_cases[child] = known


def _split(
    case: Case, place: int, inside: Units, outside: Units, orbits: Sequence[Units]
) -> Iterator[tuple[int, tuple[Units, Units]]]:
    """The places of the two cases of a split, each with the units that its nets have and lack."""
    unit = case.unit
    if unit is None or not 0 <= unit < len(orbits):
        raise ProofError(f"case {place} splits on unit {unit}; expected 0 to {len(orbits) - 1}")
    # What a symmetry moves must still be in the case: nothing is asked of the units it has, and whole orbits it lacks.
    if case.orbit and inside:
        raise ProofError(f"case {place} splits on an orbit though its nets have unit {min(inside)}; expected none yet")
    if case.orbit and not all(orbit <= outside or orbit.isdisjoint(outside) for orbit in set(orbits)):
        raise ProofError(f"case {place} splits on an orbit though its nets lack part of one; expected whole orbits")
    yield case.having, (inside | {unit}, outside)
    yield case.lacking, (inside, outside | (orbits[unit] if case.orbit else {unit}))


def _check_closed(
    proof: MinimalityProof, place: int, inside: Units, outside: Units, unbalanced_by: Sequence[Units]
) -> None:
    """Check that the nets of a case need `bound` units, by weak duality of linear programming.

    A net has, for each weighing of the case, a unit that unbalances it, not among `inside` or `outside`. So if every
    unit is paid the shares of the weighings that it unbalances, the net's get at least the sum of all shares; and none
    gets more than `whole`, but for what is in excess of it.
    """
    load = [0] * len(proof.units)
    total = 0
    for k, share in proof.cases[place].shares:
        if not 0 <= k < len(unbalanced_by) or share < 0:
            raise ProofError(
                f"case {place} gives weighing {k} a share of {share}; "
                f"expected weighings 0 to {len(unbalanced_by) - 1}, and shares of at least 0"
            )
        if units := unbalanced_by[k] & inside:
            raise ProofError(
                f"case {place} gives weighing {k} a share, which its unit {min(units)} unbalances; "
                "expected only weighings that all its units leave balanced"
            )
        total += share
        for unit in unbalanced_by[k] - outside:
            load[unit] += share
    needed = len(inside) * proof.whole + total - sum(max(0, paid - proof.whole) for paid in load)
    if needed <= (proof.bound - 1) * proof.whole:
        raise ProofError(
            f"case {place} needs {needed}/{proof.whole} units by its shares; expected more than {proof.bound - 1}"
        )
