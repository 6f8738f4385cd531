"""The command that lays runs out on a page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import tyro

from kuzushi.errors import KuzushiError
from kuzushi.results import Result
from kuzushi.terminal import say


def report(
    runs: Annotated[tuple[Path, ...], tyro.conf.Positional],
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("report.html"),
    figures: Path | None = None,
    open: bool = False,
) -> None:
    """Lay out the figures, tables and benches of finished runs on one HTML page.

    Args:
        runs: Folders made with --out.
        out: The file to write; one that is there is replaced.
        figures: Also write every figure as a PNG file into this folder.
        open: Show the page in the browser.
    """
    import webbrowser

    from kuzushi.runs import load

    if not runs:
        raise KuzushiError("report: no runs given; name one or more folders made with --out")
    results = [load(folder) for folder in runs]
    if figures is not None:
        _write_figures(results, figures)
    write_page(results, out)
    if open and not webbrowser.open(out.resolve().as_uri()):
        raise KuzushiError(f"{out}: is written, but no browser was found to open it; open it yourself")


def write_page(results: Sequence[Result], path: Path) -> None:
    """Write the page of some results."""
    from kuzushi.report.page import page
    from kuzushi.runs import write_whole

    write_whole(path, page(results).encode())
    say(f"open {path.resolve()}")


def _write_figures(results: Sequence[Result], folder: Path) -> None:
    from kuzushi.report.page import sections
    from kuzushi.runs import write_whole

    for section in sections(results):
        for drawn in section.figures:
            write_whole(folder / f"{section.name}-{drawn.name}.png", drawn.png())
    say(f"figures in {folder}")
