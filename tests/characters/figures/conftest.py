"""Two recognisers and their figures, made once for all tests of figures."""

import pytest

from drawings import figures_by_name
from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.experiment import run
from kuzushi.core.figure_style import new_figure

BRUSH = {"data": "brush:200/50", "preset": "report", "epochs": 2}


@pytest.fixture(scope="session")
def lin():
    """Train NetLin from two seeds."""
    return run(CharactersConfig(net="lin", seeds=2, **BRUSH))


@pytest.fixture(scope="session")
def full():
    """Train NetFull from one seed."""
    return run(CharactersConfig(net="full", hid=30, **BRUSH))


@pytest.fixture(scope="session")
def both(lin, full):
    """Draw the figures of both nets, by name."""
    return figures_by_name(lin, full)


@pytest.fixture
def ax():
    """Return empty axes."""
    return new_figure(5, 5).subplots()
