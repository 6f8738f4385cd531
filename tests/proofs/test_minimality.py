"""The checker accepts hand-made proofs, and refuses them changed in every way."""

import random
import re
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product

import numpy as np
import pytest

from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.minimality import check, check_design, check_impossible
from kuzushi.proofs.minimality_format import Case, MinimalityProof, Unit, Weighing


def grid(size):
    return tuple(product(range(size), repeat=2))


def cube(dimension):
    return tuple(product((0, 1), repeat=dimension))


def odd(points):
    """Return 1 where the sum of the coordinates is odd: parity, and the checkerboard."""
    return tuple(sum(point) % 2 for point in points)


def flipped(on):
    return "".join("10"[int(side)] for side in on)


def units_of(points, *, largest):
    """Return every dichotomy by whole weights of at most `largest`: in each direction, the cuts between points."""
    found = {}
    for weight in product(range(-largest, largest + 1), repeat=len(points[0])):
        heights = [sum(w * x for w, x in zip(weight, point, strict=True)) for point in points]
        for low, high in pairwise(sorted(set(heights))):
            on = "".join("1" if 2 * height > low + high else "0" for height in heights)
            if flipped(on) not in found:
                found[on] = Unit(on=on, weight=tuple(2 * w for w in weight), bias=-low - high)
    return tuple(found.values())


LINE, SQUARE, BOARD = tuple((x,) for x in range(4)), cube(2), grid(3)
UNITS = {
    "line": units_of(LINE, largest=1),
    "square": units_of(SQUARE, largest=1),
    "board": units_of(BOARD, largest=3),
    "cube3": units_of(cube(3), largest=2),
    "cube4": units_of(cube(4), largest=3),
}


def index_of(units, on):
    return next(j for j, unit in enumerate(units) if unit.on in (on, flipped(on)))


def weighing(targets, *points):
    """Return the weighing of 1 on these points of target 1, and -1 on those of target 0."""
    return Weighing(points=points, numbers=tuple(1 if targets[point] else -1 for point in points))


def proof(points, units, weighings, *, bound, whole, cases, symmetries=()):
    return MinimalityProof(
        points=tuple(tuple(map(str, point)) for point in points),
        targets=odd(points),
        bound=bound,
        units=units,
        weighings=tuple(weighings),
        symmetries=symmetries,
        whole=whole,
        cases=tuple(cases),
    )


def by_edges(points, units, *, edges, bound, most):
    """Return a proof without splits: neighbours differ in target, and no unit separates more than `most` pairs."""
    weighings = [weighing(odd(points), *edge) for edge in edges]
    closed = Case(shares=tuple((k, 1) for k in range(len(edges))))
    return proof(points, units, weighings, bound=bound, whole=most, cases=[closed])


def edges_of_cube(dimension):
    return [(i, i | 1 << axis) for i in range(2**dimension) for axis in range(dimension) if not i >> axis & 1]


BOUNDARY = [(0, 1), (1, 2), (2, 5), (5, 8), (8, 7), (7, 6), (6, 3), (3, 0)]
"""The edges of the boundary of the board; a line crosses the boundary of a convex figure at most twice."""
PROOFS = {
    "line": by_edges(LINE, UNITS["line"], edges=[(0, 1), (1, 2), (2, 3)], bound=3, most=1),
    "square": by_edges(SQUARE, UNITS["square"], edges=edges_of_cube(2), bound=2, most=2),
    "board": by_edges(BOARD, UNITS["board"], edges=BOUNDARY, bound=4, most=2),
    # A hyperplane cuts at most ceil(n/2) binom(n, floor(n/2)) edges of the n-cube: O'Neil 1971, Discrete Math. 1.
    "cube3": by_edges(cube(3), UNITS["cube3"], edges=edges_of_cube(3), bound=2, most=6),
    "cube4": by_edges(cube(4), UNITS["cube4"], edges=edges_of_cube(4), bound=3, most=12),
}

CORNER, OPPOSITE, ADJACENT = (index_of(UNITS["square"], on) for on in ("1000", "0001", "0100"))
MIRRORS = ((0, 2, 1, 3), (2, 3, 0, 1))
"""Reflections of the square: in the diagonal, which keeps the targets, and top to bottom, which inverts them all."""
SIDES = [(0, 1), (0, 2), (1, 3), (2, 3)]


def xor(*cases, bound=2, symmetries=MIRRORS):
    """Return a proof about the four corners by these cases; weighings 0 to 3 are the sides, 4 is all corners."""
    weighings = [weighing(odd(SQUARE), *points) for points in [*SIDES, (0, 1, 2, 3)]]
    return proof(SQUARE, UNITS["square"], weighings, bound=bound, whole=2, cases=cases, symmetries=symmetries)


XOR = xor(
    Case(unit=CORNER, orbit=True, having=1, lacking=2),
    Case(shares=((2, 2),)),  # with the corner at 0, the side from 1 to 3 still needs a unit
    Case(shares=((4, 4),)),  # only the units at one corner unbalance all corners
)


def refused(bad, message):
    with pytest.raises(ProofError, match=re.escape(message)):
        check(bad)


# -- proofs that hold


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_by_neighbours_holds_and_proves_no_more(name):
    check(PROOFS[name])
    refused(replace(PROOFS[name], bound=PROOFS[name].bound + 1), "case 0 needs")


def test_shares_of_a_unit_in_excess_of_the_whole_are_subtracted():
    """On the line each of the three units unbalances one weighing: of shares of 2, 1 each is in excess."""
    doubled = replace(PROOFS["line"], cases=(Case(shares=((0, 2), (1, 2), (2, 2))),))
    check(doubled)
    refused(replace(doubled, bound=4), "case 0 needs 3/1 units by its shares; expected more than 3")


def test_a_proof_by_a_split_on_an_orbit_holds():
    check(XOR)
    refused(replace(XOR, bound=3), "case 1 needs 4/2 units by its shares; expected more than 2")


def test_a_proof_by_plain_splits_holds_without_symmetries():
    corners = [index_of(UNITS["square"], on) for on in ("1000", "0100", "0010", "0001")]
    splits = [Case(unit=corner, having=5 + i, lacking=i + 1) for i, corner in enumerate(corners)]
    # With a corner, a side that it does not touch needs one more unit; without any, nothing unbalances all four.
    needing = [Case(shares=((side, 2),)) for side in (3, 1, 0, 0)]
    check(xor(*splits, Case(shares=((4, 4),)), *needing, symmetries=()))


def test_an_orbit_is_split_off_below_another():
    half = index_of(UNITS["square"], "0011")
    check(
        xor(
            Case(unit=half, orbit=True, having=3, lacking=1),
            Case(unit=CORNER, orbit=True, having=4, lacking=2),
            Case(shares=((0, 4), (1, 4))),  # no unit is left
            Case(shares=((4, 2),)),
            Case(shares=((2, 2),)),
        )
    )


def test_units_of_a_case_count_without_any_shares():
    check(xor(Case(unit=CORNER, having=1, lacking=2), Case(), Case(), bound=0))
    check(xor(Case(unit=CORNER, having=1, lacking=2), Case(), Case(shares=((0, 2),)), bound=1))


def test_cases_that_no_split_leads_to_are_ignored():
    check(replace(XOR, cases=(*XOR.cases, Case(), Case(unit=99, having=0, lacking=0))))


def test_decimal_coordinates_are_read_exactly():
    """Between 0.1 + 0.2 and 0.3 there is nothing, where floats see a gap."""
    units = (Unit(on="01", weight=(10,), bias=-2),)
    tenths = proof([(1,), (2,)], units, [Weighing(points=(0, 1), numbers=(1, -1))], bound=1, whole=1, cases=[])
    tenths = replace(tenths, points=(("0.1",), ("0.3",)), cases=(Case(shares=((0, 1),)),))
    check(tenths)
    refused(replace(tenths, units=(Unit(on="01", weight=(10,), bias=-3),)), "unit 0 has input 0 at point 1")


def test_on_the_board_three_sets_of_four_units_and_no_set_of_three_unbalance_every_weighing():
    """The published count, over all sets of 1 to 4 of the 28 units and all weighings by two points or four."""
    ones, zeros = ([i for i, target in enumerate(odd(BOARD)) if target == value] for value in (1, 0))
    weighings = [pair for size in (1, 2) for pair in product(combinations(ones, size), combinations(zeros, size))]
    assert len(weighings) == 20 + 60
    balanced = [
        sum(
            1 << k
            for k, (plus, minus) in enumerate(weighings)
            if sum(unit.on[i] == "1" for i in plus) == sum(unit.on[i] == "1" for i in minus)
        )
        for unit in UNITS["board"]
    ]
    assert len(balanced) == 28
    sets = {size: list(combinations(balanced, size)) for size in (1, 2, 3, 4)}
    assert [len(of_size) for of_size in sets.values()] == [28, 378, 3276, 20475]
    hit = {size: sum(not _all_of(masks) for masks in of_size) for size, of_size in sets.items()}
    assert hit == {1: 0, 2: 0, 3: 0, 4: 3}


def _all_of(masks):
    left = masks[0]
    for mask in masks[1:]:
        left &= mask
    return left


# -- proofs that do not


def with_weighing(good, k, **parts):
    weighings = list(good.weighings)
    weighings[k] = replace(weighings[k], **parts)
    return replace(good, weighings=tuple(weighings))


def with_unit(good, j, unit):
    units = list(good.units)
    units[j] = unit
    return replace(good, units=tuple(units))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"points": (5, 8), "numbers": (1, 1)},
            "weighing 2 has 1 at point 8; expected > 0 at target 1 and < 0 at target 0",
        ),
        ({"numbers": (2, -1)}, "weighing 2 has 2 at point 2"),
        ({"numbers": (-2, 1)}, "weighing 2 adds up to -1; expected 0"),
        ({"numbers": (0, 0)}, "weighing 2 has 0 at point 2"),
        ({"numbers": (-1,)}, "weighing 2 has points (2, 5) and numbers (-1,)"),
        ({"points": (), "numbers": ()}, "weighing 2 has points () and numbers ()"),
        ({"points": (5, 5)}, "weighing 2 has points (5, 5)"),
        ({"points": (2, 9)}, "weighing 2 weighs point 9; expected 0 to 8"),
        ({"points": (-1, 5)}, "weighing 2 weighs point -1"),
    ],
)
def test_an_invalid_weighing_is_refused(parts, message):
    refused(with_weighing(PROOFS["board"], 2, **parts), message)


@pytest.mark.parametrize("name", PROOFS)
def test_a_list_that_lacks_any_unit_is_refused(name):
    units = PROOFS[name].units
    for j in range(0, len(units), max(1, len(units) // 10)):
        short = replace(PROOFS[name], units=units[:j] + units[j + 1 :])
        refused(short, f"the list has {len(units) - 1} units; expected all {len(units)} that divide the points")


def test_a_unit_listed_twice_is_refused_also_as_its_complement():
    first = PROOFS["board"].units[0]
    again = Unit(on=first.on, weight=tuple(2 * w for w in first.weight), bias=2 * first.bias)
    other = Unit(on=flipped(first.on), weight=tuple(-w for w in first.weight), bias=-first.bias)
    for unit in (first, again, other):
        refused(with_unit(PROOFS["board"], 5, unit), "unit 5 is unit 0 or its complement; expected each once")


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        (Unit(on="000111111", weight=(0, 2), bias=-1), "unit 3 is on at 011011011 by its weights; expected 000111111"),
        (Unit(on="000111110", weight=(2, 0), bias=-1), "unit 3 is on at 000111111 by its weights"),
        (Unit(on="000111111", weight=(1, 0), bias=-1), "unit 3 has input 0 at point 3"),
        (Unit(on="111111111", weight=(0, 0), bias=1), "unit 3 has all points on one side"),
        (Unit(on="000000000", weight=(1, 0), bias=-3), "unit 3 has all points on one side"),
        (Unit(on="000111111", weight=(2,), bias=-1), "unit 3 has 1 weights; expected 2"),
    ],
)
def test_a_unit_that_its_weights_contradict_is_refused(unit, message):
    refused(with_unit(PROOFS["board"], 3, unit), message)


@pytest.mark.parametrize(
    ("symmetry", "message"),
    [
        ((0, 1, 2), "symmetry 2 is (0, 1, 2); expected each of 0 to 3 once"),
        ((0, 1, 2, 2), "symmetry 2 is (0, 1, 2, 2)"),
        ((1, 2, 3, 4), "symmetry 2 is (1, 2, 3, 4)"),
        ((1, 0, 2, 3), "symmetry 2 changes the targets of some points only; expected all or none"),
    ],
)
def test_an_invalid_symmetry_is_refused(symmetry, message):
    refused(replace(XOR, symmetries=(*MIRRORS, symmetry)), message)


def test_a_permutation_that_maps_a_unit_to_none_of_the_list_is_refused():
    """Exchanging the midpoints of two sides of the board keeps the targets, but not the set of dichotomies."""
    exchange = (0, 3, 2, 1, 4, 5, 6, 7, 8)
    refused(replace(PROOFS["board"], symmetries=(exchange,)), "symmetry 0 maps no unit to unit")


@pytest.mark.parametrize("turn", [(6, 3, 0, 7, 4, 1, 8, 5, 2), (2, 1, 0, 5, 4, 3, 8, 7, 6)])
def test_turns_and_mirrors_of_the_board_are_symmetries(turn):
    check(replace(PROOFS["board"], symmetries=(turn,)))


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        (((0, 1), (1, 1)), "case 0 needs 2/2 units by its shares; expected more than 1"),
        (((0, 3), (1, -1), (2, 1), (3, 1)), "case 0 gives weighing 1 a share of -1"),
        (((0, 1), (1, 1), (2, 1), (5, 1)), "case 0 gives weighing 5 a share of 1; expected weighings 0 to 4"),
        (((0, 1), (1, 1), (2, 1), (-2, 1)), "case 0 gives weighing -2 a share of 1"),
        (((0, 2), (1, 2), (2, 2), (3, 2)), "case 0 needs -4/2 units"),  # each of 6 units gets 2 too much
    ],
)
def test_shares_that_do_not_suffice_are_refused(shares, message):
    check(xor(Case(shares=((0, 1), (1, 1), (2, 1), (3, 1)))))
    refused(xor(Case(shares=shares)), message)


def test_a_share_of_a_weighing_that_a_unit_of_the_case_unbalances_is_refused():
    cases = (XOR.cases[0], Case(shares=((2, 2), (0, 1))), XOR.cases[2])
    message = f"case 1 gives weighing 0 a share, which its unit {CORNER} unbalances"
    refused(replace(XOR, cases=cases), message)


@pytest.mark.parametrize(
    ("having", "lacking", "message"),
    [
        (0, 2, "case 0 leads to case 0"),
        (1, 0, "case 0 leads to case 0"),
        (1, 3, "case 0 leads to case 3"),
        (-2, 2, "case 0 leads to case -2"),
        (2, 2, "case 0 leads to case 2; expected a later one, with one way to it"),
    ],
)
def test_a_split_into_missing_or_earlier_or_shared_cases_is_refused(having, lacking, message):
    refused(replace(XOR, cases=(replace(XOR.cases[0], having=having, lacking=lacking), *XOR.cases[1:])), message)


def test_cases_in_a_cycle_are_refused():
    cycle = Case(unit=OPPOSITE, having=0, lacking=3)
    refused(replace(XOR, cases=(XOR.cases[0], cycle, XOR.cases[2], Case())), "case 1 leads to case 0")


@pytest.mark.parametrize("unit", [-1, 6])
def test_a_split_on_a_unit_that_is_not_listed_is_refused(unit):
    refused(replace(XOR, cases=(replace(XOR.cases[0], unit=unit), *XOR.cases[1:])), f"case 0 splits on unit {unit}")


def test_a_split_on_an_orbit_in_a_case_with_a_unit_is_refused_as_it_would_prove_a_false_bound():
    """It leaves out the nets with corners 0 and 3 but not 1, which are right with two units, not three."""
    false = xor(
        Case(unit=CORNER, orbit=True, having=1, lacking=2),
        Case(unit=ADJACENT, orbit=True, having=3, lacking=4),
        Case(shares=((4, 6),)),
        Case(shares=((3, 2),)),
        Case(shares=((2, 2), (3, 2))),
        bound=3,
    )
    refused(false, f"case 1 splits on an orbit though its nets have unit {CORNER}; expected none yet")
    plain = (false.cases[0], replace(false.cases[1], orbit=False), *false.cases[2:])
    refused(replace(false, cases=plain), "case 4 needs")


def test_a_split_on_an_orbit_is_refused_if_the_nets_lack_part_of_an_orbit():
    cases = (
        Case(unit=CORNER, having=1, lacking=2),
        Case(shares=((2, 2),)),
        Case(unit=ADJACENT, orbit=True, having=3, lacking=4),
        Case(shares=((1, 2),)),
        Case(shares=((4, 4),)),
    )
    refused(xor(*cases), "case 2 splits on an orbit though its nets lack part of one; expected whole orbits")
    refused(xor(*cases, symmetries=()), "case 4 needs")  # orbits of one unit each
    refused(replace(XOR, symmetries=MIRRORS[:1]), "case 2 needs")  # the corner at 0 is an orbit of its own


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"cases": ()}, "the proof has 0 cases"),
        ({"whole": 0}, "whole 0"),
        ({"whole": -1}, "whole -1"),
        ({"bound": -1}, "bound -1"),
        ({"points": ()}, "the points differ in dimension or are none"),
        ({"points": ((),) * 4}, "the points differ in dimension or are none"),
        ({"points": (("0", "0"), ("0", "1"), ("1", "0"), ("1",))}, "the points differ in dimension or are none"),
        ({"points": (("0", "0"), ("0", "1"), ("1", "0"), ("1", "one"))}, "'one' is no decimal number"),
        ({"points": (("0", "0"), ("0", "1"), ("1", "0"), ("1", "nan"))}, "'nan' is no decimal number"),
        ({"points": (("0", "0"), ("0", "1"), ("1", "0"), ("1", "1/0"))}, "'1/0' is no decimal number"),
        ({"targets": (0, 1, 1)}, "the targets are (0, 1, 1); expected 0 or 1 for each of the 4 points"),
        ({"targets": (0, 1, 1, 2)}, "the targets are (0, 1, 1, 2)"),
        ({"whole": 2.0}, "2.0 in the proof is of <class 'float'>; expected whole numbers of Python"),
        ({"symmetries": (np.array([0, 2, 1, 3]),)}, "in the proof is of <class 'numpy.ndarray'>"),
        ({"cases": (Case(shares=((0, np.int64(1)),)),)}, "in the proof is of <class 'numpy.int64'>"),
    ],
)
def test_an_invalid_proof_is_refused(parts, message):
    refused(replace(XOR, **parts), message)


def test_a_proof_of_other_targets_or_points_is_refused():
    refused(replace(XOR, targets=(0, 1, 1, 1)), "weighing 2 has -1 at point 3")
    refused(replace(XOR, points=(("0", "0"), ("0", "1"), ("1", "0"), ("1", "-1"))), "by its weights")


def test_no_random_proof_of_a_false_bound_is_accepted():
    """Two units are enough for the four corners; a proof of three must have a flaw, wherever it is."""
    draw, proved = random.Random(0), []
    for _ in range(1500):
        attempt = xor(*_random_cases(draw), bound=draw.choice((2, 3)))
        try:
            check(attempt)
        except ProofError:
            continue
        proved.append((attempt.bound, len(attempt.cases)))
    assert max(proved)[0] == 2
    assert sum(bound == 2 and cases > 1 for bound, cases in proved) > 20


def _random_cases(draw):
    """Return a tree of up to two splits, each closed case with shares of weighings that its units leave balanced."""
    cases, open_cases, units = [], [frozenset()], UNITS["square"]
    splits = draw.randint(0, 2)
    while len(cases) < len(open_cases):
        inside = open_cases[len(cases)]
        if len(cases) < splits:
            unit = draw.randrange(len(units))
            first = len(open_cases)
            cases.append(Case(unit=unit, orbit=draw.random() < 0.9, having=first, lacking=first + 1))
            open_cases += [inside | {unit}, inside]
            continue
        sides = [k for k, (a, b) in enumerate(SIDES) if all(units[j].on[a] == units[j].on[b] for j in inside)]
        corners = [4] if all(units[j].on.count("1") == 2 for j in inside) else []
        cases.append(Case(shares=tuple((k, draw.choice((1, 2, 6))) for k in sides + corners if draw.random() < 0.7)))
    return cases


# -- designs


@dataclass(frozen=True)
class Design:
    """A `StepNet`."""

    units: tuple[int, ...]
    hidden_weight: tuple[tuple[float, ...], ...]
    hidden_bias: tuple[float, ...]
    output_weight: tuple[tuple[float, ...], ...]
    output_bias: tuple[float, ...]
    symmetric: int = 1


def design(units, hidden_weight, hidden_bias, output_weight, output_bias):
    return Design(units, hidden_weight, hidden_bias, (output_weight,), (output_bias,))


OR_NOT_AND = design((CORNER, OPPOSITE), ((1.0, 1.0), (1.0, 1.0)), (-0.5, -1.5), (1.0, -1.0), -0.5)
"""The classic net for the exclusive or (Minsky and Papert 1969): one of the two, and not both."""


def test_the_classic_net_for_the_exclusive_or_is_right():
    check_design(XOR, OR_NOT_AND)
    check_design(
        XOR,
        replace(
            OR_NOT_AND,
            hidden_weight=((-1.0, -1.0), (1.0, 1.0)),
            hidden_bias=(0.5, -1.5),
            output_weight=((-1.0, -1.0),),
            output_bias=(0.5,),
        ),
    )


def test_four_parallel_lines_are_a_design_for_the_board():
    """Along x1 + x2 = 0, 1, 2, 3, 4 the targets alternate."""
    on = ["011111111", "001011111", "000001011", "000000001"]
    units = tuple(index_of(UNITS["board"], states) for states in on)
    parallel = design(units, ((1.0, 1.0),) * 4, (-0.5, -1.5, -2.5, -3.5), (1.0, -1.0, 1.0, -1.0), -0.5)
    check_design(PROOFS["board"], parallel)
    with pytest.raises(ProofError, match="has output 1 at point 8; expected its target, 0"):
        check_design(PROOFS["board"], replace(parallel, output_weight=((1.0, -1.0, 1.0, -0.25),)))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"output_bias": (0.5,)}, "the design has output 1 at point 0; expected its target, 0"),
        ({"output_bias": (-1.5,)}, "the design has output 0 at point 1; expected its target, 1"),
        ({"output_bias": (-1.0,)}, "the output unit has input 0 at point 1"),
        ({"output_weight": ((1.0,),)}, "the output unit has 1 weights; expected 2"),
        ({"output_weight": ((1.0, -1.0),) * 2}, "a layer has 2 rows of weights and 1 biases; expected 1 of each"),
        ({"hidden_bias": (-1.0, -1.5)}, "hidden unit 0 has input 0 at point 1"),
        ({"hidden_bias": (-0.5, float("inf"))}, "'inf' is no decimal number"),
        ({"hidden_bias": (-0.5, float("nan"))}, "'nan' is no decimal number"),
        ({"hidden_bias": (-0.5,)}, "a layer has 2 rows of weights and 1 biases; expected 2 of each"),
        ({"hidden_weight": ((1.0, 1.0),)}, "a layer has 1 rows of weights and 2 biases; expected 2 of each"),
        ({"hidden_weight": ((1.0, 1.0), (1.0,))}, "hidden unit 1 has 1 weights; expected 2"),
        ({"units": (CORNER, ADJACENT)}, f"hidden unit 1 is on at 0001; expected unit {ADJACENT} of the proof"),
        ({"units": (CORNER, OPPOSITE - 6)}, f"hidden unit 1 is on at 0001; expected unit {OPPOSITE - 6} of the proof"),
        ({"units": (CORNER, 6)}, "hidden unit 1 is on at 0001; expected unit 6 of the proof"),
        ({"units": (CORNER,)}, "the design has 1 hidden units; expected 2 or more, the bound of the proof"),
    ],
)
def test_a_design_that_is_wrong_anywhere_is_refused(parts, message):
    with pytest.raises(ProofError, match=re.escape(message)):
        check_design(XOR, replace(OR_NOT_AND, **parts))


def test_weights_are_the_decimal_numbers_that_they_print_as():
    """In floats 0.1 + 0.2 - 0.3 is above 0; as printed, the point (1, 1) is on the line."""
    assert 0.1 + 0.2 - 0.3 > 0
    on_the_line = replace(OR_NOT_AND, hidden_weight=((1.0, 1.0), (0.1, 0.2)), hidden_bias=(-0.5, -0.3))
    with pytest.raises(ProofError, match="hidden unit 1 has input 0 at point 3"):
        check_design(XOR, on_the_line)


def test_a_design_with_more_units_than_the_bound_is_right_too():
    wider = design((CORNER, OPPOSITE, OPPOSITE), ((1.0, 1.0),) * 3, (-0.5, -1.5, -1.25), (1.0, -0.5, -0.5), -0.5)
    check_design(XOR, wider)


def test_a_design_without_hidden_units_is_right_where_all_targets_are_the_same():
    """A bias alone gives the same output everywhere, so the bound is 0."""
    nothing = design((), (), (), (), 1.0)
    ones = replace(XOR, targets=(1,) * 4, bound=0, weighings=(), cases=(Case(),))
    check(ones)
    check_design(ones, nothing)
    with pytest.raises(ProofError, match="has output 1 at point 0"):
        check_design(replace(ones, targets=(0,) * 4), nothing)


# -- points that no net can separate


def test_a_point_with_both_targets_makes_every_net_impossible():
    points = (*SQUARE, (1, 1))
    doubled = replace(
        XOR,
        points=tuple(tuple(map(str, point)) for point in points),
        targets=(0, 1, 1, 0, 1),
        units=tuple(replace(unit, on=unit.on + unit.on[3]) for unit in XOR.units),
        symmetries=(),
        bound=1000,
        weighings=(Weighing(points=(4, 3), numbers=(5, -5)),),
        cases=(Case(shares=((0, 2000),)),),
    )
    check(doubled)  # a weighing that no unit unbalances proves every bound
    check_impossible(doubled, doubled.weighings[0])
    with pytest.raises(ProofError, match="unbalances the weighing; expected all units to leave it balanced"):
        check_impossible(doubled, Weighing(points=(4, 0), numbers=(1, -1)))
    with pytest.raises(ProofError, match="the weighing adds up to 1"):
        check_impossible(doubled, Weighing(points=(4, 3), numbers=(2, -1)))
    with pytest.raises(ProofError, match="the list has 5 units; expected all 6"):
        check_impossible(replace(doubled, units=doubled.units[1:]), doubled.weighings[0])
    with pytest.raises(ProofError, match="of <class 'float'>"):
        check_impossible(doubled, Weighing(points=(4, 3), numbers=(0.5, -0.5)))


def test_no_weighing_of_distinct_points_is_balanced_by_all_units():
    """Along some direction, distinct points can be cut off one by one."""
    for name in ("line", "square", "board"):
        for one in PROOFS[name].weighings:
            with pytest.raises(ProofError, match="unbalances the weighing"):
                check_impossible(PROOFS[name], one)
