"""Finished and started runs."""

import shutil
from pathlib import Path

import pytest

from kuzushi.characters import experiment as characters
from kuzushi.characters.configs import CharactersConfig
from kuzushi.core.run_folder import RunFolder
from kuzushi.perceptrons import experiment as checkerboard
from kuzushi.perceptrons.configs import CheckerboardConfig

CONFIGS = {
    "checkerboard": (checkerboard, CheckerboardConfig(nets=2, epochs=150)),
    "characters": (characters, CharactersConfig(net="lin", data="brush:40/20", epochs=2, seeds=2)),
}


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A finished run of two subjects: its folder and its result."""
    runs = {}
    for subject, (experiment, config) in CONFIGS.items():
        folder = tmp_path_factory.mktemp("runs") / subject
        with RunFolder(folder) as journal:
            result = experiment.run(config, journal=journal)
            journal.finish(result)
        runs[subject] = (folder, result)
    return runs


@pytest.fixture
def run(finished, tmp_path):
    """A copy of the finished run of the checkerboard, to be damaged."""
    return Path(shutil.copytree(finished["checkerboard"][0], tmp_path / "run"))
