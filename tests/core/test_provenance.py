"""The provenance of a result: command, versions and commit."""

import sys

import numpy as np
import pytest
import torch

import kuzushi
from kuzushi.core import provenance as module
from kuzushi.core.configs import command
from kuzushi.core.provenance import provenance
from kuzushi.perceptrons.configs import CheckerboardConfig

CONFIG = CheckerboardConfig(nets=2, epochs=150)


def test_the_provenance_names_the_command_and_the_versions():
    made = provenance(CONFIG, device="cuda", threads=3)
    assert (made.command, made.device, made.threads) == (command(CONFIG), "cuda", 3)
    assert (made.kuzushi, made.numpy) == (kuzushi.__version__, np.__version__)
    assert made.torch.split("+")[0] == torch.__version__.split("+")[0]
    assert made.python == ".".join(map(str, sys.version_info[:3]))


@pytest.mark.parametrize("case", ["no tree", "no repository", "no git"])
def test_the_commit_is_none_without_a_repository_or_git(monkeypatch, tmp_path, case):
    if case == "no git":
        monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setattr(module, "__file__", str(tmp_path / "tree" / "src" / "kuzushi" / "core" / "provenance.py"))
    if case != "no tree":
        (tmp_path / "tree" / ".git").mkdir(parents=True)
    assert provenance(CONFIG, device="cpu", threads=1).commit is None
