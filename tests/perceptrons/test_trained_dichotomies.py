"""What solved nets have in common, against nets set by hand, plain loops and known facts of XOR and the nine points."""

from itertools import combinations, product

import numpy as np
import pytest
import torch

from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.nets import MLP, Weights, load_weights
from kuzushi.perceptrons.trained_dichotomies import MOST_FREQUENT, StepNets, as_texts, nearest, solutions
from kuzushi.perceptrons.units import right

XOR = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]).double(), torch.tensor([0, 1, 1, 0])
OR, AND, NAND, FIRST = ((1, 1), -0.5), ((1, 1), -1.5), ((-1, -1), 1.5), ((1, 0), -0.5)
ALWAYS, NEVER = ((0, 0), 1), ((0, 0), -1)


def ensemble(*nets, act="sig", scale=20.0):
    """Nets of hidden units (weight, bias), with weights and a bias of the output."""
    model = MLP(len(nets), 2, len(nets[0][0]), act)
    with torch.no_grad():
        for net, (units, output_weight, output_bias) in enumerate(nets):
            model.hidden_weight[net] = scale * torch.tensor([weight for weight, _ in units])
            model.hidden_bias[net] = scale * torch.tensor([bias for _, bias in units])
            model.output_weight[net, 0] = scale * torch.tensor(output_weight)
            model.output_bias[net, 0] = scale * output_bias
    return model


def board():
    data = load("board")
    return torch.from_numpy(data.points), torch.from_numpy(data.targets)


def random_nets(points, *, nets, hid, act="sig", seed=0):
    model = MLP(nets, points.shape[1], hid, act)
    model.start(points, generator=torch.Generator().manual_seed(seed))
    return model


def test_a_unit_and_its_complement_count_as_one_and_the_order_of_the_units_does_not_matter():
    found = solutions(
        ensemble(
            ([OR, AND], [1, -1], -0.5),
            ([AND, OR], [-1, 1], -0.5),
            ([OR, NAND], [1, 1], -1.5),
        ),
        *XOR,
        minimal=2,
    )
    assert found.distinct == 1
    (one,) = found.most_frequent
    assert (one.units, one.nets, one.fewest) == (("0001", "0111"), 3, 2)
    assert (found.steps, found.realisable, found.active, found.minimal) == (3, 3, (0, 0, 3), 2)
    assert found.wrong == (0, 0, 0, 0)


def test_repeats_and_units_that_never_change_are_no_dichotomies_of_their_own():
    found = solutions(
        ensemble(
            ([OR, AND, ALWAYS], [1, -1, 1], -1.5),
            ([OR, AND, NEVER], [1, -1, 5], -0.5),
            ([OR, AND, AND], [1, -0.5, -0.5], -0.5),
            ([OR, AND, FIRST], [1, -1, 0], -0.5),
        ),
        *XOR,
    )
    assert [(one.units, one.nets, one.fewest) for one in found.most_frequent] == [
        (("0001", "0111"), 3, 2),
        (("0001", "0011", "0111"), 1, 2),
    ]
    assert (found.distinct, found.active) == (2, (0, 0, 2, 2))


def test_points_are_counted_where_unsolved_nets_get_them_wrong_and_only_there():
    found = solutions(
        ensemble(([OR, AND], [1, -1], -0.5), ([OR, AND], [1, 0], -0.5), ([OR, AND], [0, 1], -0.5)), *XOR, minimal=None
    )
    assert found.wrong == (0, 1, 1, 2)  # OR says 1 at (1, 1); AND says 0 in the middle, and 1 at (1, 1)
    assert (found.distinct, found.active) == (1, (0, 0, 1))


def test_a_net_that_needs_values_between_on_and_off_is_no_step_net():
    # One unit is on at three points; with 10 sigmoid(1/2) < 7 < 10 sigmoid(3/2), the net says 1 at (1, 1) alone.
    model = ensemble(([((1, 1), -0.5)], [10.0], -7.0), scale=1.0)
    found = solutions(model, XOR[0], torch.tensor([0, 0, 0, 1]))
    assert (found.distinct, found.steps, found.realisable) == (1, 0, 0)
    assert [(one.units, one.fewest) for one in found.most_frequent] == [(("0111",), None)]


def test_dichotomies_can_suffice_with_other_weights_to_the_output():
    # The logits are 10 sigmoid(x1 + x2 - 1/2) - 5.5, less 3 at (1, 1): -1.7, 0.7, 0.7, -0.3. As steps, 10 - 3 > 5.5.
    model = ensemble(([((1, 1), -0.5), ((30, 30), -45)], [10.0, -3.0], -5.5), scale=1.0)
    found = solutions(model, *XOR)
    assert (found.steps, found.realisable, found.most_frequent[0].fewest) == (0, 1, 2)


def test_tanh_units_become_steps_from_minus_1_to_1():
    # tanh z = 2 sigmoid(2 z) - 1: the same net as with sigmoid units, and the same steps.
    tanh = ensemble(([OR, AND], [0.5, -0.5], -0.5), act="tanh")
    found = solutions(tanh, *XOR)
    assert (found.steps, found.most_frequent[0].units) == (1, ("0001", "0111"))


@pytest.mark.parametrize("act", ["sig", "tanh"])
def test_a_random_ensemble_is_counted_as_a_plain_loop_counts_it(act):
    points, _ = board()
    model = random_nets(points - 1, nets=3000, hid=3, act=act)
    targets = (points[:, 0] > 0).long()
    found = solutions(model, points - 1, targets)
    with torch.no_grad():
        response = model(points - 1)
    correct = right(response.logits, targets)
    middle = 0.5 if act == "sig" else 0.0
    sets, active, wrong = {}, [0, 0, 0, 0], [0] * 9
    for net in range(3000):
        if not correct[net].all():
            wrong = [count + int(not correct[net, p]) for p, count in enumerate(wrong)]
            continue
        texts = []
        for j in range(3):
            on = [bool(response.hidden[net, p, j] > middle) for p in range(9)]
            texts.append("".join(str(int(side != on[0])) for side in on))
        texts = [text for text in texts if "1" in text]
        active[len(texts)] += 1
        key = tuple(sorted(set(texts)))
        sets[key] = sets.get(key, 0) + 1
    assert 10 < sum(active) < 2990
    assert (found.distinct, found.active, found.wrong) == (len(sets), tuple(active), tuple(wrong))
    assert {one.units: one.nets for one in found.most_frequent}.items() <= sets.items()
    assert [one.nets for one in found.most_frequent] == sorted(sets.values(), reverse=True)[:MOST_FREQUENT]


def test_steps_are_the_nets_that_are_right_when_the_same_weights_get_step_units():
    points, targets = board()
    model = random_nets(points - 1, nets=2000, hid=3)
    targets = (points[:, 0] > 0).long()
    steps = MLP(2000, 2, 3, "step")
    steps.load_state_dict(model.state_dict())
    both = right(model(points - 1).logits, targets).all(1) & right(steps(points - 1).logits, targets).all(1)
    found = solutions(model, points - 1, targets)
    assert 0 < found.steps == int(both.sum()) <= found.realisable


def test_the_net_by_hand_has_four_dichotomies_and_needs_them_all():
    model = MLP.from_weights(load_weights("report"), act="sig", scale=10.0)
    found = solutions(model, *board(), minimal=4)
    (one,) = found.most_frequent
    # H1 is on at (1, 2), (2, 1), (2, 2); H3 below and H4 above the diagonal; H2 is off where its complement is on.
    h1, h3, not_h2, h4 = "000001011", "000100110", "001011111", "011001000"
    assert (one.units, one.nets, one.fewest) == ((h1, h3, not_h2, h4), 1, 4)
    assert (found.steps, found.realisable, found.active, found.minimal) == (1, 1, (0, 0, 0, 0, 1), 4)


def test_an_ensemble_without_a_solved_net_has_no_solutions():
    found = solutions(ensemble(([OR, AND], [1, 1], -0.5)), *XOR, minimal=2)
    assert (found.distinct, found.most_frequent, found.steps, found.realisable) == (0, (), 0, 0)
    assert (found.active, found.wrong) == ((0, 0, 0), (0, 0, 0, 1))


def test_more_points_than_bits_of_an_integer_are_distinguished():
    points = torch.arange(200).double()[:, None]
    targets = (points[:, 0] > 150).long()
    weights = [Weights(hidden_weight=((1.0,),), hidden_bias=(-bias,), output_weight=((5.0,),), output_bias=(-c,))
               for bias, c in ((150.5, 2.5), (150.4, 2.5), (149.5, 3.8))]  # fmt: skip
    model = MLP(3, 1, 1, "sig")
    with torch.no_grad():
        for net, one in enumerate(weights):
            for name, parameter in model.named_parameters():
                parameter[net] = torch.tensor(getattr(one, name))
    found = solutions(model, points, targets, minimal=1)
    assert [(one.units[0].index("1"), one.nets, one.fewest) for one in found.most_frequent] == [
        (151, 2, 1),
        (150, 1, None),
    ]
    assert all(len(one.units[0]) == 200 for one in found.most_frequent)


# --- what they share with designs -----------------------------------------------------------------------------

STEP_XOR = (("0001", "0111"), ("0010", "0100"))
"""The two ways of two step units to compute XOR: the corners with equal coordinates alone, or those with different."""


def test_a_dichotomy_is_written_as_what_is_off_at_the_first_point():
    on = np.array([[0, 1, 0], [0, 0, 0], [1, 1, 0]], dtype=bool)
    assert as_texts(on) == ("001", "010", "000")


def test_the_nearest_design_is_the_first_of_those_with_the_most_in_common():
    designs = [("a", "b", "c"), ("b", "c", "d"), ("c", "d", "e")]
    assert nearest(("d", "c", "x"), designs) == (1, 2)
    assert nearest(("x", "y"), designs) == (0, 0)
    assert nearest(("e", "d", "c", "b", "a"), designs) == (0, 3)
    assert nearest(("a", "b"), ()) == (None, None)


def test_every_solved_net_is_counted_by_what_it_shares_with_its_nearest_design():
    third, second = ((1, -1), -0.5), ((-1, 1), -0.5)
    found = solutions(
        ensemble(
            ([OR, AND], [1, -1], -0.5),
            ([OR, NAND], [1, 1], -1.5),
            ([third, second], [1, 1], -0.5),
            ([OR, AND], [1, 1], -0.5),  # not right at (1, 1)
        ),
        *XOR,
        minimal=2,
        designs=STEP_XOR,
    )
    assert (found.designs, found.shared) == (STEP_XOR, (0, 0, 3))
    assert {one.units: (one.nets, one.design, one.shared) for one in found.most_frequent} == {
        ("0001", "0111"): (2, 0, 2),
        ("0010", "0100"): (1, 1, 2),
    }


def test_a_net_can_share_some_or_none_of_a_design():
    model = ensemble(([OR, AND], [1, -1], -0.5))
    for designs, shared, index, most in (
        ((("0010", "0100"), ("0001", "0010")), (0, 1, 0), 1, 1),
        ((("0010", "0100"),), (1, 0, 0), 0, 0),
    ):
        found = solutions(model, *XOR, minimal=2, designs=designs)
        assert (found.shared, found.most_frequent[0].design, found.most_frequent[0].shared) == (shared, index, most)


def test_without_designs_nothing_is_compared():
    found = solutions(ensemble(([OR, AND], [1, -1], -0.5)), *XOR, minimal=2)
    assert (found.designs, found.shared) == ((), ())
    assert (found.most_frequent[0].design, found.most_frequent[0].shared) == (None, None)


# --- which dichotomies suffice --------------------------------------------------------------------------------


@pytest.mark.parametrize("targets", list(product((0, 1), repeat=4)))
def test_functions_of_two_dichotomies_are_threshold_functions_but_for_xor_and_its_opposite(targets):
    # 14 of the 16 Boolean functions of two inputs are linearly separable (Minsky and Papert 1969).
    suffice = StepNets(np.array(targets)).suffice(("0011", "0101"))
    assert suffice == (targets not in {(0, 1, 1, 0), (1, 0, 0, 1)})


def test_104_of_the_256_functions_of_three_inputs_are_threshold_functions():
    # The sequence 2, 4, 14, 104, 1882 of Muroga (1971).
    inputs = ["".join(column) for column in zip(*(f"{i:03b}" for i in range(8)), strict=True)]
    counted = sum(StepNets(np.array(targets)).suffice(tuple(inputs)) for targets in product((0, 1), repeat=8))
    assert counted == 104


def test_points_that_no_unit_separates_must_have_one_target():
    assert not StepNets(np.array([0, 1, 0])).suffice(("001",))
    assert not StepNets(np.array([0, 1])).suffice(())
    assert StepNets(np.array([1, 1])).suffice(())


def test_the_fewest_are_the_smallest_subset_that_suffices():
    units = ("000001011", "000100110", "001000000", "001001001", "001011111", "011001000")
    step_nets = StepNets(load("board").targets)
    sizes = [n for n in range(7) if any(step_nets.suffice(some) for some in combinations(units, n))]
    assert step_nets.fewest(units, at_least=0) == step_nets.fewest(units, at_least=4) == min(sizes) == 4
    assert step_nets.fewest(units[:3], at_least=4) is None


def test_of_more_than_ten_dichotomies_the_fewest_are_not_searched():
    units = tuple("".join("1" if i > j else "0" for i in range(12)) for j in range(11))
    step_nets = StepNets(np.array([0, 1] * 6))
    assert step_nets.suffice(units)
    assert step_nets.fewest(units, at_least=0) is None
