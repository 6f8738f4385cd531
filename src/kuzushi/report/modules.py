"""The scripts of the page: plain modules, each a file, that stand in the page itself."""

import base64
import json
from pathlib import Path

MODULES = Path(__file__).parent / "templates" / "modules"


def import_map() -> str:
    """Where a browser finds each module: in the page, under its path without ending.

    Example: import_map() -> '{"imports": {"nets": "data:text/javascript;base64,...", "perceptron/descent": ...}}'
    """
    scripts = sorted(MODULES.rglob("*.js"))
    return json.dumps({"imports": {_name(path): _address(path.read_bytes()) for path in scripts}})


def _name(path: Path) -> str:
    return path.relative_to(MODULES).with_suffix("").as_posix()


def _address(script: bytes) -> str:
    return "data:text/javascript;base64," + base64.b64encode(script).decode("ascii")
