"""The published numbers, checked against each other and against exact arithmetic."""

from fractions import Fraction
from math import exp, log

import pytest

from kuzushi.core.published import PUBLISHED, PublishedPerceptron

NETS = PUBLISHED.characters.nets


def pre_activations(net: PublishedPerceptron, point: tuple[float, ...]) -> list[Fraction]:
    """Return the exact pre-activation of every hidden unit at a point."""
    return [
        sum((Fraction(w) * Fraction(x) for w, x in zip(weight, point, strict=True)), Fraction(bias))
        for weight, bias in zip(net.hidden_weight, net.hidden_bias, strict=True)
    ]


@pytest.mark.parametrize("name", NETS)
def test_layers_sum_to_the_published_parameters(name):
    assert sum(NETS[name].parameters_by_layer) == NETS[name].parameters


def test_the_printed_layers_of_conv_do_not_sum_to_its_total():
    conv = NETS["conv"]
    assert sum(conv.parameters_by_layer_as_printed) == conv.parameters - 112
    assert conv.parameters_by_layer[1] == 48 * 88 * 3 * 3 + 88
    assert conv.note is not None


@pytest.mark.parametrize("name", NETS)
def test_confusion_matrices_agree_with_the_published_counts(name):
    confusion = NETS[name].confusion
    assert [sum(row) for row in confusion] == [1000] * 10
    assert sum(confusion[i][i] for i in range(10)) == NETS[name].test_correct


def test_the_published_pairs_do_not_agree_with_the_matrices():
    pairs = {(pair.target, pair.predicted): pair for pair in PUBLISHED.characters.pairs}
    assert pairs[5, 2].counts == {"lin": 123, "full": 77, "conv": 36}
    assert {name: net.confusion[5][2] for name, net in NETS.items()} == {"lin": 121, "full": 78, "conv": 49}


def test_code_points_belong_to_their_kana():
    for entry in PUBLISHED.characters.classes:
        assert entry.codepoint == f"U+{ord(entry.kana):04X}"


def test_the_net_designed_by_hand_has_the_printed_table_and_solves_all_points_exactly():
    board, net = PUBLISHED.checkerboard, PUBLISHED.checkerboard.by_hand
    for point, target in zip(board.points, board.targets, strict=True):
        hidden = [int(sum_ >= 0) for sum_ in pre_activations(net, point)]
        assert "".join(map(str, hidden)) == net.hidden_table["".join(f"{x:g}" for x in point)]
        assert (sum(hidden) - Fraction(3, 2) >= 0) == (target == 1)


def test_the_printed_weights_of_the_trained_net_give_a_cross_entropy_of_0_1522():
    board, net = PUBLISHED.checkerboard, PUBLISHED.checkerboard.trained
    losses = []
    for point, target in zip(board.points, board.targets, strict=True):
        hidden = [1 / (1 + exp(-sum_)) for sum_ in pre_activations(net, point)]
        output = sum(w * h for w, h in zip(net.output_weight[0], hidden, strict=True)) + net.output_bias[0]
        probability = 1 / (1 + exp(-output))
        assert (probability >= 0.5) == (target == 1)
        losses.append(-log(probability if target else 1 - probability))
    assert sum(losses) / 9 == pytest.approx(0.1522, abs=5e-5)


def test_the_recurrent_nets_have_the_printed_languages():
    assert PUBLISHED.sequences.srn.language == "anb2n"
    assert PUBLISHED.sequences.lstm.hid == 3
