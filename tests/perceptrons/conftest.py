"""Results that several tests of perceptrons share; each is computed once."""

import pytest

from kuzushi.perceptrons import experiment as checkerboard
from kuzushi.perceptrons.configs import CheckerboardConfig, DesignConfig
from kuzushi.perceptrons.minimal import experiment as design


@pytest.fixture(scope="session")
def by_hand():
    return checkerboard.run(CheckerboardConfig(set_weights="report"))


@pytest.fixture(scope="session")
def rescaled():
    return checkerboard.run(CheckerboardConfig(set_weights="report", act="sig", scale=10.0))


@pytest.fixture(scope="session")
def ensemble():
    """Sixteen trained nets, most of them solved."""
    return checkerboard.run(CheckerboardConfig(nets=16, epochs=800))


@pytest.fixture(scope="session")
def smallest_board():
    return design.run(DesignConfig())
