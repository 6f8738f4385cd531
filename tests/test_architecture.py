"""The house: imports go down only, and each library has its room."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import kuzushi

ROOT = Path(kuzushi.__file__).parent

GROUND = {"errors", "files", "configs", "kana", "reference"}
MAY_IMPORT = {
    "errors": set(),
    "files": {"errors"},
    "configs": {"errors"},
    "kana": {"errors"},
    "reference": {"errors"},
    "results": {"configs"},
    "runs": {"results", *GROUND},
    "proofs": {"results", *GROUND},
    "data": GROUND,
    "models": {"data", "results", *GROUND},
    "training": {"models", "data", "runs", "results", *GROUND},
    "analysis": {"models", "data", "results", *GROUND},
    "experiments": {"analysis", "proofs", "training", "models", "data", "runs", "results", *GROUND},
    "plots": {"results", *GROUND},
    "report": {"plots", "results", *GROUND},
    "progress": {"runs", "results", *GROUND},
    "sweeps": {"experiments", "data", "analysis", "runs", "results", *GROUND},
    "reproduce": {"data", *GROUND},
    "parsing": GROUND,
    "terminal": {"errors"},
    "commands": {
        "terminal",
        "sweeps",
        "experiments",
        "report",
        "proofs",
        "progress",
        "reproduce",
        "runs",
        "results",
        *GROUND,
    },
    "cli": {"commands", "parsing", "terminal", "errors"},
    "__main__": {"cli"},
}
"""What else of kuzushi each room may import; itself always."""

ONLY_IN = {
    "torch": {"data", "models", "training", "analysis", "experiments"},
    "scipy": {"analysis"},
    "sklearn": {"analysis"},
    "captum": {"analysis"},
    "onnxruntime": {"experiments"},
    "onnx_ir": {"experiments"},
    "matplotlib": {"plots"},
    "jinja2": {"report"},
    "tyro": {"commands", "parsing"},
    "rich": {"progress"},
    "platformdirs": {"data"},
    "PIL": {"data"},
    "automata": {"analysis"},
    "safetensors": {"runs"},
    "ray": {"sweeps"},
    "filelock": {"runs", "data", "sweeps"},
}
"""The rooms that may import a library."""

FILES = sorted(path for path in ROOT.rglob("*.py") if path.name != "__init__.py")


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Every module that the file imports, at any depth in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports relatively, which this test cannot follow"
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names if node.module == "kuzushi"}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path):
    own = {name.split(".")[1] for name in imported(path) if name.startswith("kuzushi.")}
    rooms = {name for name in own if (ROOT / name).is_dir() or (ROOT / f"{name}.py").is_file()}
    assert rooms <= MAY_IMPORT[room(path)] | {room(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_library_has_its_room(path):
    libraries = {name.split(".")[0] for name in imported(path)}
    assert {name for name in libraries if room(path) not in ONLY_IN.get(name, {room(path)})} == set()


def test_nothing_is_unpickled():
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert not {"pickle", "joblib", "dill", "shelve"} & {name.split(".")[0] for name in imported(path)}
        assert "torch.load" not in text
        assert "torch.save" not in text
        assert "allow_pickle=True" not in text


@pytest.mark.parametrize(
    ("module", "absent"),
    [("kuzushi.cli", {"torch", "matplotlib"}), ("kuzushi.report.page", {"torch"})],
)
def test_help_comes_without_torch_and_a_page_too(module, absent):
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not absent & set(loaded)
