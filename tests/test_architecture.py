"""The house: imports go down only, each library has its room, and the document is that of the code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))
import architecture
from architecture import LIBRARIES, MAY_USE, PACKAGES, ROOT, STEPS, imports, modules, step_of

DOCS = Path(architecture.__file__).parent
LONGEST = 300
"""Lines of a module."""


def package(module: str) -> str:
    return module.partition("/")[0]


def ours(module: str) -> set[str]:
    return {name for name in imports(module) if (ROOT / f"{name}.py").is_file()}


@pytest.mark.parametrize("module", modules())
def test_packages_import_only_packages_below_them(module):
    assert {package(name) for name in ours(module)} <= {package(module), *PACKAGES[package(module)]}


@pytest.mark.parametrize("module", [module for module in modules() if step_of(module)])
def test_steps_of_a_subject_import_only_steps_below_them(module):
    used = {step_of(name) for name in ours(module) if package(name) == package(module)}
    assert used <= {step_of(module), *MAY_USE[step_of(module)]}


def test_no_modules_import_each_other_in_a_circle():
    graph = {module: ours(module) - {module} for module in modules()}
    while leaves := {module for module, needs in graph.items() if not needs & graph.keys()}:
        graph = {module: needs for module, needs in graph.items() if module not in leaves}
    assert not graph


def test_experiments_take_only_settings_and_results_from_the_sweeps_above_them():
    assert {name for name in ours("experiments") if package(name) == "sweep"} == {"sweep/configs", "sweep/results"}


@pytest.mark.parametrize("module", modules())
def test_each_library_is_imported_only_where_it_belongs(module):
    rooms = {module, package(module), step_of(module)}
    assert {library for library in imports(module) & LIBRARIES.keys() if not rooms & set(LIBRARIES[library])} == set()


@pytest.mark.parametrize("module", [module for module in modules() if package(module) == "proofs"])
def test_the_checkers_import_numpy_and_the_standard_library_only(module):
    others = imports(module) - ours(module) - {"numpy"}
    assert others <= sys.stdlib_module_names


@pytest.mark.parametrize("module", modules())
def test_a_module_fits_in_one_room_and_says_what_it_is(module):
    text = (ROOT / f"{module}.py").read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST
    assert architecture.summary(module)


def test_every_step_and_package_of_the_rules_exists():
    assert {package(module) for module in modules()} == set(PACKAGES)
    found = modules()
    for names in STEPS.values():
        for name in names:
            assert any(re.match(rf"\w+/{name}(/|$)", module) for module in found), name


def test_nothing_is_unpickled():
    for module in modules():
        text = (ROOT / f"{module}.py").read_text(encoding="utf-8")
        assert not {"pickle", "joblib", "dill", "shelve"} & imports(module)
        assert "torch.load" not in text
        assert "torch.save" not in text
        assert "allow_pickle=True" not in text


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("kuzushi.cli.main", {"torch", "matplotlib"}),
        ("kuzushi.page.build", {"torch"}),
        ("kuzushi.proofs.certificate", {"torch"}),
    ],
)
def test_help_needs_no_torch_and_a_page_neither(module, absent):
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not absent & set(loaded)


def test_the_document_and_its_picture_are_those_of_the_code():
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert architecture.document(text) == text, "run make architecture"
    assert architecture.picture() == (DOCS / "figures" / "architecture.svg").read_text(encoding="utf-8")
    for module in re.findall(r"^\|[^|`]+\| `([\w/]+)\.py` \|$", text.partition("## Modules")[0], re.MULTILINE):
        assert module in modules()
