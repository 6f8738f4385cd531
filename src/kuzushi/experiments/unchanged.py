"""Whether a finished run is still of the files that its settings name."""

from pathlib import Path

import numpy as np

from kuzushi.configs import CheckerboardConfig, CompareConfig, Config, DesignConfig, WidthsConfig
from kuzushi.data.checkerboard import load
from kuzushi.data.points import Points
from kuzushi.experiments import compare
from kuzushi.experiments.perceptrons import given
from kuzushi.results import CheckerboardResult, DesignResult, Result, WidthsResult
from kuzushi.runs import begun_with


def is_unchanged(config: Config, result: Result, folder: Path) -> bool:
    """Whether points or weights in files, or runs that were compared, are those that the run in the folder was made of.

    Images are not looked at: those that are published are verified whenever they are read, and to read others takes
    as long as some runs do.

    Raises:
        KuzushiError: if the files can no longer be read.
    """
    if isinstance(config, CompareConfig):
        return compare.fingerprint(compare.read_runs(config.runs)) == begun_with(folder)
    if isinstance(config, CheckerboardConfig | WidthsConfig | DesignConfig):
        assert isinstance(result, CheckerboardResult | WidthsResult | DesignResult)
        points = load(config.data)
        return points.sha256 == result.data_sha256 and _are_the_weights(config, result, points)
    return True


def _are_the_weights(config: Config, result: Result, points: Points) -> bool:
    """Whether the weights that the settings name, if they do, are those of the result."""
    if not isinstance(config, CheckerboardConfig) or config.set_weights is None:
        return True
    net = given(config.set_weights, points, act=config.act, scale=config.scale)
    weights = {name: weight.detach().numpy() for name, weight in net.named_parameters()}
    return weights.keys() == result.weights.keys() and all(
        np.array_equal(weight, result.weights[name]) for name, weight in weights.items()
    )
