"""Write docs/architecture.md and its picture from the code: `make architecture`.

`tests/test_architecture.py` holds the rules below, and that the two files are those of the code.
"""

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).parents[1] / "src" / "kuzushi"
SUBJECTS = ("characters", "perceptrons", "sequences")
PACKAGES: dict[str, tuple[str, ...]] = {
    "proofs": (),
    "core": (),
    "characters": ("core",),
    "perceptrons": ("core", "proofs"),
    "sequences": ("core", "proofs"),
    "experiments": ("core", *SUBJECTS, "sweep"),
    "sweep": ("core", "proofs", "experiments"),
    "runs": ("core", "experiments", "sweep"),
    "reproduce": ("core", *SUBJECTS),
    "page": ("core", *SUBJECTS, "experiments"),
    "cli": ("core", "proofs", *SUBJECTS, "experiments", "sweep", "runs", "reproduce", "page"),
    "__main__": ("cli",),
}
"""The other packages that each package may import."""
STEPS: dict[str, tuple[str, ...]] = {
    "data": ("datasets", "points", "boards", "languages"),
    "nets": ("nets", "recurrence"),
    "analyse": (),
    "train": ("train", "recipes"),
    "run": (
        "experiment", "compare", "explain_confusions", "export_onnx", "saved_net", "grade", "analyses",
        "failures_by_phase", "certificates/prove", "minimal/experiment",
    ),
    "results": (
        "configs", "results", "comparison_results", "counter_results", "dynamics_results", "score_results",
    ),
    "show": ("figures", "section", "comparison_section", "demo", "command_text"),
}  # fmt: skip
"""The steps of a subject, and their modules or folders; a module that is not named analyses."""
MAY_USE: dict[str, tuple[str, ...]] = {
    "data": ("results",),
    "nets": ("data", "results"),
    "analyse": ("nets", "data", "results"),
    "train": ("analyse", "nets", "data", "results"),
    "run": ("train", "analyse", "nets", "data", "results"),
    "results": (),
    "show": ("results",),
}
"""The other steps of the same subject that each step may import."""
NAMES = {
    "show": "show: figures, page, demo",
    "run": "run: settings to result",
    "train": "train",
    "analyse": "analyse",
    "nets": "nets",
    "data": "data",
    "results": "settings, results",
}
"""The steps from top to bottom, as the picture names them."""
LIBRARIES: dict[str, tuple[str, ...]] = {
    "torch": ("data", "nets", "analyse", "train", "run", "core/device", "core/training"),
    "scipy": ("analyse", "run", "show"),
    "sklearn": ("analyse",),
    "automata": ("analyse", "data"),
    "pooch": ("data",),
    "PIL": ("data",),
    "onnxruntime": ("run",),
    "matplotlib": ("show", "core/figure_style", "sweep/figures", "sequences/failures_by_phase"),
    "jinja2": ("page",),
    "tyro": ("cli",),
    "rich": ("core/progress_bars",),
    "ray": ("sweep/ray_cluster",),
}
"""The steps, packages or modules that may import a library."""


@functools.cache
def modules() -> list[str]:
    """Return every module as a path without its ending, such as "sequences/nets"."""
    paths = (path.relative_to(ROOT).with_suffix("") for path in ROOT.rglob("*.py") if path.name != "__init__.py")
    return sorted(map(str, paths))


def step_of(module: str) -> str | None:
    """Return the step of a module of a subject, or None for the other packages.

    Example: step_of("sequences/languages/counting") -> "data"
    """
    subject, _, rest = module.partition("/")
    if subject not in SUBJECTS:
        return None
    named = [step for step, names in STEPS.items() if any(f"{rest}/".startswith(f"{name}/") for name in names)]
    return named[0] if named else "analyse"


@functools.cache
def imports(module: str) -> set[str]:
    """Return every module that a module imports, at any depth in it: ours as "core/files", others as "numpy"."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {_known(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"{module}: imports relatively")
            found |= {_known(f"{node.module}.{alias.name}") for alias in node.names}
    return found - {""}


def _known(name: str) -> str:
    """Return our module that a dotted name is or lies in, or the library."""
    if not name.startswith("kuzushi"):
        return name.partition(".")[0]
    path = name.replace(".", "/").removeprefix("kuzushi").removeprefix("/")
    while path and not (ROOT / f"{path}.py").is_file():
        path = path.rpartition("/")[0]
    return path


def summary(module: str) -> str:
    """Return the first line of a module's docstring."""
    docstring = ast.get_docstring(ast.parse((ROOT / f"{module}.py").read_text(encoding="utf-8"))) or ""
    return docstring.splitlines()[0] if docstring else ""


# --- the picture ------------------------------------------------------------------------------------------------

WIDTH, LEFT, GAP, LINE = 1180, 130, 12, 15
COLUMN = (WIDTH - LEFT - 3 * GAP) // 3
COLOURS = {
    "top": "#e8eef7",
    "characters": "#fdf0e1",
    "perceptrons": "#e7f4ec",
    "sequences": "#efeaf8",
    "base": "#eeeeee",
}


def picture() -> str:
    """Return the house as SVG: a column for each subject, a row for each step, imports go down."""
    shapes: list[str] = []
    y = 34
    for packages in (("cli",), ("page",), ("reproduce", "runs", "experiments", "sweep")):
        y += GAP + _row(shapes, y, [(package, _members(package)) for package in packages], "top")
    for step, name in NAMES.items():
        cells = [(subject, _members(subject, step)) for subject in SUBJECTS]
        y += GAP + _row(shapes, y, cells, None, name)
    y += GAP + _row(shapes, y, [("core", _members("core")), ("proofs", _members("proofs"))], "base")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" font-family="sans-serif" font-size="12">'
        f'<rect width="{WIDTH}" height="{y}" fill="white"/>'
        '<text x="12" y="22" font-size="14" fill="#222">kuzushi: one column per subject, one row per step; imports go '
        "down only, and proofs import nothing</text>"
    )
    return head + "".join(shapes) + "</svg>\n"


def _members(package: str, step: str | None = None) -> list[str]:
    inside = [module for module in modules() if module.startswith(f"{package}/") and step in (None, step_of(module))]
    folders: dict[str, list[str]] = {}
    for module in inside:
        *folder, name = module.split("/")[1:]
        folders.setdefault("/".join(folder), []).append(name)
    lines = folders.pop("", []) if inside or step else [summary(package).replace("`", "")]
    return lines + [f"{folder}/ ({', '.join(names)})" for folder, names in folders.items()]


def _row(
    shapes: list[str], y: int, cells: list[tuple[str, list[str]]], colour: str | None, label: str | None = None
) -> int:
    """Draw a row of boxes and return its height."""
    left = LEFT if label else GAP
    width = COLUMN if label else (WIDTH - GAP - GAP * len(cells)) // len(cells)
    texts = [_wrapped(", ".join(members), width) for _, members in cells]
    title = label is None or label == NAMES["show"]
    labels = _wrapped(label, LEFT) if label else []
    height = max(len(labels), *map(len, texts)) * LINE + (26 if title else 12)
    shapes += [_text(12, y + 18 + LINE * k, part, "#222") for k, part in enumerate(labels)]
    for k, ((name, _), lines) in enumerate(zip(cells, texts, strict=True)):
        x = left + k * (width + GAP)
        shapes.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="{COLOURS[colour or name]}"/>'
        )
        if title:
            shapes.append(_text(x + 8, y + 17, name, "#222", bold=True))
        shapes += [_text(x + 8, y + (32 if title else 18) + LINE * n, line, "#333") for n, line in enumerate(lines)]
    return height


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of a width in pixels, at about 6.3 pixels per character."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and 6.3 * (len(lines[-1]) + 1 + len(word)) > width - 16:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines if text else []


def _text(x: int, y: int, text: str, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y}" fill="{colour}"{weight}>{text}</text>'


# --- the document -----------------------------------------------------------------------------------------------

BEGIN, END = "<!-- generated by make architecture -->\n", "<!-- end -->\n"


def document(text: str) -> str:
    """Return docs/architecture.md with its generated part made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = "\n".join(_table(package) for package in PACKAGES if (ROOT / package).is_dir())
    return before + BEGIN + tables + END + after


def _table(package: str) -> str:
    own = [module for module in modules() if module.startswith(f"{package}/")]
    rows = "\n".join(f"| `{module.partition('/')[2]}.py` | {summary(module)} |" for module in own)
    return f"### {package}\n\n| module | content |\n|---|---|\n{rows}\n"


def main() -> None:
    docs = Path(__file__).parent
    page = docs / "architecture.md"
    page.write_text(document(page.read_text(encoding="utf-8")), encoding="utf-8")
    (docs / "figures" / "architecture.svg").write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
