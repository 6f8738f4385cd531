"""Measures of a recogniser: confusion matrix, balanced accuracy, calibration, and the number of its parameters."""

from math import isqrt, prod

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor, nn

from kuzushi.characters.results import Calibration, ConfusedPair, LayerParameters, ParameterTable, ReliabilityBin
from kuzushi.core.errors import ShapeError
from kuzushi.core.results import Interval
from kuzushi.core.statistics import wilson

BINS = 15
"""As in Guo et al. 2017, sec. 4."""


def confusion_matrix(target: Int[Tensor, " n"], predicted: Int[Tensor, " n"], *, classes: int) -> Int[Tensor, "c c"]:
    """Count how often each class (row) was read as each class (column).

    Example: target [0, 0, 1], predicted [0, 1, 1] -> [[1, 1], [0, 1]]
    """
    return torch.bincount(target * classes + predicted, minlength=classes**2).view(classes, classes)


def confused_pairs(matrix: Int[Tensor, "c c"], *, top: int) -> tuple[ConfusedPair, ...]:
    """Return the largest entries off the diagonal, largest first, without zeros; ties in the order of the matrix.

    Example: [[8, 2], [3, 7]], top 1 -> (1 read as 0, 3 times)
    """
    classes = len(matrix)
    wrong = matrix - torch.diag(matrix.diagonal())
    counts, entries = wrong.flatten().sort(descending=True, stable=True)
    return tuple(
        ConfusedPair(target=entry // classes, predicted=entry % classes, count=count)
        for count, entry in zip(counts[:top].tolist(), entries[:top].tolist(), strict=True)
        if count > 0
    )


def balanced_accuracy(confusion: NDArray[np.floating] | NDArray[np.integer]) -> Interval:
    """Return the mean of the rates of the classes, each with the same weight, with its 95 % interval.

    Classes without an image are ignored. The rates are independent, so the variance of their mean is known; the
    interval is Wilson's for the number of images that would give a single rate this variance. In the variance, each
    rate has one more success and one more failure (Laplace's rule of succession), so that a class of few images that
    are all right is not certain.

    Example: [[8, 0], [1, 1]] -> mean 0.75

    Args:
        confusion: rows are targets, of shape (classes, classes); also the mean over several seeds.
    """
    images = confusion.sum(1)
    right, images = np.diagonal(confusion)[images > 0], images[images > 0]
    mean = float(np.mean(right / images))
    likely = (right + 1) / (images + 2)
    variance = float(np.sum(likely * (1 - likely) / images)) / len(images) ** 2
    equivalent = float(likely.mean() * (1 - likely.mean())) / variance  # images
    return wilson(mean * equivalent, equivalent)


def calibration(right: NDArray[np.bool_], probability: NDArray[np.floating]) -> Calibration:
    """Compare the probabilities of predictions with the share of correct ones, in bins of equal width.

    Source: Guo, Pleiss, Sun and Weinberger 2017, On calibration of modern neural networks, ICML.

    Example: right [[True, False]], probability [[0.9, 0.9]] -> one bin, right 0.5 of the time; error 0.4

    Args:
        right: of shape (seeds, n).
        probability: of each prediction, of shape (seeds, n), 0..1.
    """
    bin_of = _bins(probability)
    seeds = len(right)
    bins = []
    for index in np.unique(bin_of):
        inside = bin_of == index
        predictions, correct = int(inside.sum()), int(right[inside].sum())
        bins.append(
            ReliabilityBin(
                low=float(index / BINS),
                high=float((index + 1) / BINS),
                predictions=predictions,
                probability=float(probability[inside].mean(dtype=np.float64)),
                accuracy=wilson(correct / seeds, predictions / seeds),
            )
        )
    errors = tuple(expected_calibration_error(*seed) for seed in zip(right, probability, strict=True))
    return Calibration(bins=tuple(bins), errors=errors)


def expected_calibration_error(right: NDArray[np.bool_], probability: NDArray[np.floating]) -> float:
    """Return the mean over predictions of |share of correct ones - mean probability| of their bin (sec. 2).

    Args:
        right, probability: of shape (n,).
    """
    excess = np.bincount(_bins(probability), weights=right - probability.astype(np.float64), minlength=BINS)  # (bins,)
    return float(np.abs(excess).sum() / len(right))


def _bins(probability: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the bin of each probability: above its lower bound, at most its upper one."""
    bins: NDArray[np.int64] = np.ceil(probability.astype(np.float64) * BINS).astype(np.int64) - 1
    return bins.clip(0, BINS - 1)


def parameter_table(model: nn.Module) -> ParameterTable:
    """Derive the number of parameters of each linear, convolutional and normalising layer from its sizes.

    Expects the layers in the order of their use, square images, and nn.Flatten where an image becomes a vector.

    Example: NetConv -> conv2 "48*88*3*3 + 88" = 38104, fc1 "88*5*5*160 + 160" = 352160, in all 392354

    Raises:
        ShapeError: if the net has another number of parameters.
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
            inputs = _image_shape(layer.in_features, channels) if flattened else (layer.in_features,)
            layers.append(_layer(name, (*inputs, layer.out_features), bias=layer.out_features))
        flattened = isinstance(layer, nn.Flatten)
    total = sum(layer.count for layer in layers)
    actual = sum(parameter.numel() for parameter in model.parameters())
    if total != actual:
        raise ShapeError(
            f"the sizes of the layers give {total} parameters and the net has {actual}; "
            "expected only linear layers with biases, plain convolutions, and batch normalisations"
        )
    return ParameterTable(total=total, layers=tuple(layers))


def _layer(name: str, factors: tuple[int, ...], *, bias: int) -> LayerParameters:
    formula = "*".join(map(str, factors)) + (f" + {bias}" if bias else "")
    return LayerParameters(name=name, formula=formula, count=prod(factors) + bias)


def _image_shape(features: int, channels: int) -> tuple[int, ...]:
    """Return the shape of the flattened image: (channels, side, side), or (side, side) for one channel."""
    side = isqrt(features // channels)
    return (side, side) if channels == 1 else (channels, side, side)
