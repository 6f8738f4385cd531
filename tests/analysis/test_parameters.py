"""Parameters in closed form, against the study and against the nets themselves."""

from itertools import pairwise
from math import prod

import pytest
from torch import nn

from kuzushi.analysis.parameters import parameter_table
from kuzushi.configs import CharactersConfig
from kuzushi.errors import ShapeError
from kuzushi.models.characters import NetConv, NetDeep, NetFull, NetLin, build
from kuzushi.reference import PUBLISHED


def layers_of(model):
    return [(layer.name, layer.formula, layer.count) for layer in parameter_table(model).layers]


def worked_out(formula):
    product, bias = formula.split(" + ")
    return prod(map(int, product.split("*"))) + int(bias)


def test_the_layer_of_netlin_has_7850():
    assert layers_of(NetLin(10)) == [("fc", "28*28*10 + 10", 7_850)]
    assert parameter_table(NetLin(10)).total == 784 * 10 + 10 == 7_850


def test_the_layers_of_netfull_sum_to_87460():
    assert layers_of(NetFull(110, 10)) == [("fc1", "28*28*110 + 110", 86_350), ("fc2", "110*10 + 10", 1_110)]
    assert parameter_table(NetFull(110, 10)).total == (784 + 1) * 110 + (110 + 1) * 10 == 87_460


def test_the_layers_of_netconv_sum_to_392354():
    assert layers_of(NetConv(10)) == [
        ("conv1", "1*48*3*3 + 48", 480),
        ("conv2", "48*88*3*3 + 88", 38_104),
        ("fc1", "88*5*5*160 + 160", 352_160),
        ("fc2", "160*10 + 10", 1_610),
    ]
    assert parameter_table(NetConv(10)).total == 480 + 38_104 + 352_160 + 1_610 == 392_354


def test_the_layers_of_netdeep_sum_to_two_thirds_of_netconv():
    widths = [1, 16, 16, 48, 48, 96, 96, 128]
    expected = []
    for number, (before, after) in enumerate(pairwise(widths), start=1):
        expected.append((f"layers.conv{number}", f"{before}*{after}*3*3", before * after * 9))
        expected.append((f"layers.norm{number}", f"2*{after}", 2 * after))
    assert layers_of(NetDeep(10)) == [*expected, ("fc", "128*10 + 10", 1_290)]
    assert parameter_table(NetDeep(10)).total == 267_290 < parameter_table(NetConv(10)).total


@pytest.mark.parametrize("net", ["lin", "full", "conv"])
def test_the_layers_are_those_of_the_study(net):
    table = parameter_table(build(CharactersConfig(net=net), classes=10, side=28, seed=0))
    assert tuple(layer.count for layer in table.layers) == PUBLISHED.characters.nets[net].parameters_by_layer
    assert table.total == PUBLISHED.characters.nets[net].parameters


def test_one_printed_layer_of_the_study_is_a_slip_of_112_and_its_total_is_right():
    printed, table = PUBLISHED.characters.nets["conv"], parameter_table(NetConv(10))
    differences = [
        layer.count - as_printed
        for layer, as_printed in zip(table.layers, printed.parameters_by_layer_as_printed, strict=True)
    ]
    assert differences == [0, 112, 0, 0]
    assert printed.parameters_by_layer_as_printed[1] == 37_992
    assert printed.parameters == table.total


@pytest.mark.parametrize("classes", [2, 10, 49])
@pytest.mark.parametrize("hid", [1, 7, 300])
def test_every_formula_gives_its_count_and_the_net_holds_their_sum(hid, classes):
    for model in (NetLin(classes), NetFull(hid, classes), NetConv(classes)):
        table = parameter_table(model)
        assert [worked_out(layer.formula) for layer in table.layers] == [layer.count for layer in table.layers]
        assert [layer.count for layer in table.layers] == [
            layer.weight.numel() + layer.bias.numel() for layer in model.modules() if hasattr(layer, "weight")
        ]
        assert table.total == sum(parameter.numel() for parameter in model.parameters())


def test_a_kernel_need_not_be_square():
    model = nn.Sequential(nn.Conv2d(2, 3, kernel_size=(1, 5)))
    assert layers_of(model) == [("0", "2*3*1*5 + 3", 33)]


@pytest.mark.parametrize(
    ("model", "derived", "held"),
    [
        (nn.Sequential(nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4)), 40, 48),
        (nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2)), 8, 12),
        (nn.Sequential(nn.Linear(3, 2, bias=False)), 8, 6),
        (nn.Sequential(nn.Conv2d(4, 4, 3, groups=2)), 148, 76),
        (nn.Sequential(nn.ConvTranspose2d(1, 4, 3)), 0, 40),
        (nn.Sequential(nn.Flatten(), nn.Linear(27 * 29, 1)), 730, 784),
    ],
    ids=["GroupNorm", "LayerNorm", "no bias", "groups", "transposed", "no square image"],
)
def test_a_net_that_is_not_understood_is_refused(model, derived, held):
    with pytest.raises(ShapeError) as caught:
        parameter_table(model)
    message = str(caught.value)
    assert message.startswith(f"the sizes of the layers give {derived} parameters and the net holds {held}; expected ")
    assert "\n" not in message
