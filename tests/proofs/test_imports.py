"""The checkers import NumPy and the standard library alone."""

import pkgutil
import subprocess
import sys

import pytest

from kuzushi import proofs

IMPORT_ONLY = """
import importlib, sys
import numpy

class RefuseOthers:
    def find_spec(self, name, path=None, target=None):
        package, *inner = name.split(".")
        own = package == "kuzushi" and inner[:1] in ([], ["proofs"])
        if not (own or package == "numpy" or package in sys.stdlib_module_names):
            raise ImportError(f"{name} is refused")

sys.meta_path.insert(0, RefuseOthers())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""
MODULES = sorted(f"kuzushi.proofs.{module.name}" for module in pkgutil.iter_modules(proofs.__path__))


def import_only(*names):
    return subprocess.run([sys.executable, "-c", IMPORT_ONLY, *names], capture_output=True, text=True)


def test_all_modules_are_imported_without_other_packages():
    assert "kuzushi.proofs.certificate" in MODULES
    done = import_only(*MODULES)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("other", ["msgspec", "scipy", "torch", "kuzushi.core.errors", "kuzushi.proofs.missing"])
def test_other_packages_are_refused(other):
    assert import_only(other).returncode != 0
