"""The documentation: its links, commands and examples."""

import re
from pathlib import Path

import pytest

import kuzushi
from kuzushi.cli.main import parse

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_and_picture_is_there(document):
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_line_is_understood(document):
    lines = re.findall(r"^kuzushi (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    for line in lines:
        assert callable(parse(line.split())), line
    if document.name in ("README.md", "how-to.md"):
        assert lines


def test_the_python_in_the_readme_runs(capsys):
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(block.replace("nets=100", "nets=3, epochs=100"), {})  # as a reader would
    assert "x1" in capsys.readouterr().out


def test_the_version_is_in_one_place():
    assert re.fullmatch(r"\d+\.\d+\.\d+", kuzushi.__version__)
    assert kuzushi.__version__ not in (ROOT / "pyproject.toml").read_text()
