"""How many independent parameters a net has, derived layer by layer and checked against the net itself."""

from math import isqrt, prod

from torch import nn

from kuzushi.errors import ShapeError
from kuzushi.results import LayerParameters, ParameterTable


def parameter_table(model: nn.Module) -> ParameterTable:
    """Derive the parameters of each linear, convolutional and normalising layer from its sizes.

    Expects the layers in the order of their use, square images, and nn.Flatten where an image becomes a vector.

    Example: NetConv -> conv2 "48*88*3*3 + 88" = 38104, fc1 "88*5*5*160 + 160" = 352160, in all 392354

    Raises:
        ShapeError: if the net holds another number of parameters than was derived.
    """
    layers: list[LayerParameters] = []
    channels, flattened = 1, False
    for name, layer in model.named_modules():
        if isinstance(layer, nn.Conv2d):
            channels = layer.out_channels
            bias = 0 if layer.bias is None else channels
            layers.append(_layer(name, (layer.in_channels, channels, *layer.kernel_size), bias=bias))
        elif isinstance(layer, nn.BatchNorm2d):  # a scale and a shift for each channel
            layers.append(_layer(name, (2, layer.num_features), bias=0))
        elif isinstance(layer, nn.Linear):
            inputs = _image(layer.in_features, channels) if flattened else (layer.in_features,)
            layers.append(_layer(name, (*inputs, layer.out_features), bias=layer.out_features))
        flattened = isinstance(layer, nn.Flatten)
    total = sum(layer.count for layer in layers)
    held = sum(parameter.numel() for parameter in model.parameters())
    if total != held:
        raise ShapeError(
            f"the sizes of the layers give {total} parameters and the net holds {held}; "
            "expected only linear layers with biases, plain convolutions, and normalisations over the batch"
        )
    return ParameterTable(total=total, layers=tuple(layers))


def _layer(name: str, factors: tuple[int, ...], *, bias: int) -> LayerParameters:
    formula = "*".join(map(str, factors)) + (f" + {bias}" if bias else "")
    return LayerParameters(name=name, formula=formula, count=prod(factors) + bias)


def _image(features: int, channels: int) -> tuple[int, ...]:
    """The sizes of the image that was flattened into so many features: (channels, side, side), or (side, side)."""
    side = isqrt(features // channels)
    return (side, side) if channels == 1 else (channels, side, side)
