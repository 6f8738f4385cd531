"""The command that lays runs out on a page."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import tyro

from kuzushi.errors import KuzushiError, RunError
from kuzushi.files import one_line
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
    laid_out = _page(runs, results)
    if figures is not None:
        _write_figures(results, figures)
    _write(laid_out, out)
    if open and not webbrowser.open(out.resolve().as_uri()):
        raise KuzushiError(f"{out}: is written, but no browser was found to open it; open it yourself")


def write_page(results: Sequence[Result], path: Path) -> None:
    """Write the page of some results."""
    from kuzushi.report.page import page

    _write(page(results), path)


def told(folder: Path, result: Result) -> str:
    """A result that was read from a folder, as a terminal shows it.

    Raises:
        RunError: if it contradicts itself.
    """
    from kuzushi.report.page import text

    return _free_of_contradictions(folder, lambda: text(result))


def _page(folders: Sequence[Path], results: Sequence[Result]) -> str:
    """The page of results that were read from folders; one that contradicts itself is named."""
    from kuzushi.report.page import page

    try:
        return page(results)
    except Exception:
        for folder, result in zip(folders, results, strict=True):
            _free_of_contradictions(folder, functools.partial(page, [result]))
        raise


def _free_of_contradictions(folder: Path, show: Callable[[], str]) -> str:
    """Every field of a result is checked when it is read, but not whether its numbers go together."""
    try:
        return show()
    except KuzushiError:
        raise
    except Exception as error:
        raise RunError(
            f"{folder}: what it holds contradicts itself ({type(error).__name__}: {one_line(error)}); make the run "
            "again in another folder"
        ) from error


def _write(laid_out: str, path: Path) -> None:
    from kuzushi.runs import write_whole

    write_whole(path, laid_out.encode())
    say(f"open {path.resolve()}")


def _write_figures(results: Sequence[Result], folder: Path) -> None:
    from kuzushi.report.page import sections
    from kuzushi.runs import write_whole

    for section in sections(results):
        for drawn in section.every_figure:
            write_whole(folder / f"{section.name}-{drawn.name}.png", drawn.png())
    say(f"figures in {folder}")
