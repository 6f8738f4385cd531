"""All claims of a result are checked: bounds, designs, impossibility, and how many sets of units suffice."""

from dataclasses import replace
from itertools import combinations, product

import pytest

from designs import CROSSING, DIAGONALS, POINTS, TARGETS, design, proof
from kuzushi.proofs import step_net_claims as claims
from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.minimality_format import Case, Unit, Weighing
from kuzushi.proofs.step_net_claims import check_claims

PROOF = proof()
"""By the eight edges of the boundary of the board: at least four units."""


def on(design):
    return [
        "".join(str(int(w[0] * x1 + w[1] * x2 + bias > 0)) for x1, x2 in POINTS)
        for w, bias in zip(design.hidden_weight, design.hidden_bias, strict=True)
    ]


def with_units(design):
    """Return the design with the indices of its units in the proof."""
    indices = {unit.on: j for j, unit in enumerate(PROOF.units)}
    indices |= {unit.on.translate({48: "1", 49: "0"}): j for j, unit in enumerate(PROOF.units)}
    return replace(design, units=tuple(indices[column] for column in on(design)))


CROSS = with_units(design(**CROSSING))
LAYERS = with_units(design(**DIAGONALS))
TURN = (6, 3, 0, 7, 4, 1, 8, 5, 2)
"""A quarter turn of the board: it maps the layers to those along the other diagonal."""


def complete():
    """Return the proof with all weighings by one or two points of each target: all but three sets of four fail one."""
    ones, zeros = ([i for i in range(9) if TARGETS[i] == target] for target in (1, 0))
    more = [
        Weighing(points=(*plus, *minus), numbers=(*(1,) * size, *(-1,) * size))
        for size in (1, 2)
        for plus, minus in product(combinations(ones, size), combinations(zeros, size))
    ]
    return replace(PROOF, weighings=PROOF.weighings + tuple(more), symmetries=(TURN,))


COMPLETE = complete()
CLAIMS = {"lower": 4, "upper": 4, "impossible": None, "realisable": 3}


def refused(message, proof=COMPLETE, designs=(CROSS, LAYERS), **changes):
    with pytest.raises(ProofError, match=message):
        check_claims(proof, designs, **(CLAIMS | changes))


def test_the_three_sets_of_the_board_are_checked_from_below_and_above():
    assert check_claims(COMPLETE, (CROSS, LAYERS), **CLAIMS)


def test_without_a_design_of_every_kind_the_number_is_checked_from_above_only():
    for designs in ((CROSS,), (LAYERS,)):
        assert not check_claims(COMPLETE, designs, **CLAIMS)
        refused("3 sets of 4 units leave no weighing of the proof balanced; expected 4", designs=designs, realisable=4)
        refused("3 sets of 4 units leave no weighing", designs=designs, realisable=2)


@pytest.mark.parametrize("realisable", [1, 2, 4, 20])
def test_another_number_of_sets_is_refused(realisable):
    refused(f"expected {realisable}", realisable=realisable)


def test_weighings_that_do_not_refute_all_other_sets_are_refused():
    refused(
        "sets of 4 units leave no weighing of the proof balanced; expected 3", proof=replace(PROOF, symmetries=(TURN,))
    )


def test_without_a_number_of_sets_none_is_checked():
    assert not check_claims(PROOF, (CROSS,), **(CLAIMS | {"realisable": None}))
    assert not check_claims(PROOF, (LAYERS,), **(CLAIMS | {"realisable": None}))


def test_the_number_is_not_checked_if_there_are_too_many_sets(monkeypatch):
    monkeypatch.setattr(claims, "MOST_SETS", 20_474)  # binom(28, 4) less 1
    assert not check_claims(COMPLETE, (CROSS, LAYERS), **CLAIMS)
    refused("3 sets of 4 units suffice; expected 2", realisable=2)
    monkeypatch.setattr(claims, "MOST_SETS", 20_475)
    assert check_claims(COMPLETE, (CROSS, LAYERS), **CLAIMS)


def test_a_wrong_number_of_symmetric_designs_is_refused():
    refused("a design counts for 2; expected 1", designs=(replace(CROSS, symmetric=2), LAYERS))
    refused("a design counts for 1; expected 2", designs=(CROSS, replace(LAYERS, symmetric=1)))


def test_bounds_other_than_those_of_the_proof_and_the_designs_are_refused():
    refused("the proof is for 4 hidden units; expected 3", lower=3)
    refused("the proof is for 4 hidden units; expected 5", lower=5)
    refused("a design has 4 hidden units; expected 5", upper=5)
    refused("there are 0 designs of 4 hidden units; expected one", designs=())
    refused("a design has 4 hidden units; expected None", upper=None)
    refused("case 0 needs", proof=replace(COMPLETE, bound=5), lower=5)


def test_a_bound_below_the_size_of_the_designs_is_accepted_without_a_number_of_sets():
    low = replace(COMPLETE, bound=3)
    assert not check_claims(low, (CROSS,), lower=3, upper=4, impossible=None, realisable=None)
    refused("expected sets of 3, the bound", proof=low, designs=(CROSS,), lower=3)


def test_a_design_that_is_wrong_somewhere_is_refused():
    refused("the design has output", designs=(replace(CROSS, output_bias=(-0.5,)), LAYERS))
    refused("expected unit", designs=(replace(CROSS, units=CROSS.units[::-1]), LAYERS))


def test_a_proof_that_does_not_hold_is_refused():
    refused("case 0 needs", proof=replace(COMPLETE, cases=(Case(shares=((0, 1),)),)))
    refused("the list has 27 units", proof=replace(COMPLETE, units=COMPLETE.units[1:]))


def test_impossibility_needs_a_weighing_that_all_units_leave_balanced():
    """Two equal points with both targets, and a third that the only unit cuts off."""
    balanced = Weighing(points=(0, 1), numbers=(-1, 1))
    closed = replace(
        PROOF, points=(("1", "0.5"), ("1", "0.5"), ("2", "0")), targets=(0, 1, 0), bound=1, symmetries=(), whole=1,
        units=(Unit(on="001", weight=(2, 0), bias=-3),), weighings=(balanced,), cases=(Case(shares=((0, 1),)),),
    )  # fmt: skip
    nothing = {"lower": 1, "upper": None, "impossible": balanced, "realisable": None}
    assert not check_claims(closed, (), **nothing)
    with pytest.raises(ProofError, match="unit 0 unbalances the weighing"):
        check_claims(closed, (), **(nothing | {"impossible": Weighing(points=(1, 2), numbers=(1, -1))}))
    refused("unbalances the weighing", impossible=COMPLETE.weighings[0])
