"""The command that shows runs on one page."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import tyro

from kuzushi.cli.terminal import print_message
from kuzushi.core.errors import KuzushiError, RunError
from kuzushi.core.files import one_line
from kuzushi.core.results import Result


def report(
    runs: Annotated[tuple[Path, ...], tyro.conf.Positional],
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("report.html"),
    figures: Path | None = None,
    open: bool = False,
) -> None:
    """Show the figures, tables and demos of finished runs on one HTML page.

    Args:
        runs: Folders made with --out.
        out: The file to write; an existing one is replaced.
        figures: Also write every figure as a PNG file into this folder.
        open: Open the page in the browser.
    """
    import webbrowser

    from kuzushi.experiments import load

    if not runs:
        raise KuzushiError("report: no runs given; name one or more folders made with --out")
    results = [load(folder) for folder in runs]
    html = _page(runs, results)
    if figures is not None:
        _write_figures(results, figures)
    _write(html, out)
    if open and not webbrowser.open(out.resolve().as_uri()):
        raise KuzushiError(f"{out}: written; no browser found to open it")


def write_page(results: Sequence[Result], path: Path) -> None:
    """Write the page of results to a file."""
    from kuzushi.page.build import page

    _write(page(results), path)


def result_text(folder: Path, result: Result) -> str:
    """Return the terminal text of a result read from a folder.

    Raises:
        RunError: if the result is inconsistent.
    """
    from kuzushi.experiments import text

    return _consistent(folder, lambda: text(result))


def _page(folders: Sequence[Path], results: Sequence[Result]) -> str:
    """Return the page of results read from folders; name the folder of one that contradicts itself."""
    from kuzushi.page.build import page

    try:
        return page(results)
    except Exception:
        for folder, result in zip(folders, results, strict=True):
            _consistent(folder, functools.partial(page, [result]))
        raise


def _consistent(folder: Path, show: Callable[[], str]) -> str:
    """Return what `show` returns; its errors mean that the result, whose types were checked, contradicts itself."""
    try:
        return show()
    except KuzushiError:
        raise
    except Exception as error:
        raise RunError(
            f"{folder}: the result is inconsistent ({type(error).__name__}: {one_line(error)}); run its command "
            "again in another folder"
        ) from error


def _write(html: str, path: Path) -> None:
    from kuzushi.core.files import write_atomic

    write_atomic(path, html.encode())
    print_message(f"open {path.resolve()}")


def _write_figures(results: Sequence[Result], folder: Path) -> None:
    from kuzushi.core.files import write_atomic
    from kuzushi.page.build import sections

    for section in sections(results):
        for drawn in section.all_figures:
            write_atomic(folder / f"{section.name}-{drawn.name}.png", drawn.png())
    print_message(f"figures in {folder}")
