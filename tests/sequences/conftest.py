"""Results that the tests of figures and of the section share; nets that have hardly learned."""

import pytest

from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.experiment import run

FAST = {"nets": 3, "length": 3, "test_length": 6, "updates": 20}


@pytest.fixture(scope="session")
def srn():
    return run(SequencesConfig(lang="anb2n", **FAST))


@pytest.fixture(scope="session")
def lstm():
    return run(SequencesConfig(lang="anb2nc3n", model="lstm", hid=3, **FAST))


@pytest.fixture(scope="session")
def reber():
    return run(SequencesConfig(lang="reber", hid=5, **FAST))


@pytest.fixture(scope="session")
def brackets():
    return run(SequencesConfig(lang="dyck1", **FAST))
