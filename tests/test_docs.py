"""What the documentation says is there."""

import re
from pathlib import Path

import pytest

import kuzushi
from kuzushi import cli
from kuzushi.parsing import parse

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "kuzushi"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tree() -> set[Path]:
    """Every Python file that the README's tree names."""
    (block,) = re.findall(r"```\nsrc/kuzushi/\n(.*?)```", README, re.DOTALL)
    files, folder = set(), SOURCES
    for line in block.splitlines():
        nested = line.startswith("│")
        if found := re.match(r"[│├└─ ]*(\w+)/ ", line):
            folder = SOURCES / found[1]
        files |= {(folder if nested else SOURCES) / name for name in re.findall(r"\b(\w+\.py)\b", line)}
    return files


def test_the_tree_of_the_readme_is_the_tree():
    there = {path for path in SOURCES.rglob("*.py") if not path.name.startswith("__")}
    assert tree() == there


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_and_picture_is_there(document):
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_line_is_understood(document):
    lines = re.findall(r"^kuzushi (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    for line in lines:
        assert callable(parse(cli.COMMANDS, line.split())), line
    if document.name in ("README.md", "how-to.md"):
        assert lines


def test_the_python_in_the_readme_runs(capsys):
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(block.replace("nets=100", "nets=3"), {})  # as a reader would
    assert "x1" in capsys.readouterr().out


def test_every_file_of_the_table_is_there():
    named = re.findall(r"`((?:report|plots|experiments|analysis|models|data)/\w+\.py|\w+\.py)`", README)
    assert len(named) > 15
    assert all((SOURCES / name).is_file() for name in named)


def test_the_version_is_in_one_place():
    assert re.fullmatch(r"\d+\.\d+\.\d+", kuzushi.__version__)
    assert kuzushi.__version__ not in (ROOT / "pyproject.toml").read_text()
