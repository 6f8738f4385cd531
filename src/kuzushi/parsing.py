"""Words of a command line -> a call of one command; what is wrong with them in one line."""

import contextlib
import functools
import io
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tyro

from kuzushi.errors import KuzushiError


def parse(commands: Mapping[str, Callable[..., None]], words: Sequence[str]) -> Callable[[], None]:
    """What the words ask for, not yet done: a function of the commands, with its options.

    Example: parse({"check": check}, ["check", "runs/board"])() checks the proof in runs/board

    Raises:
        KuzushiError: if it cannot be understood.
    """
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            asked: Callable[[], None] = tyro.extras.subcommand_cli_from_dict(
                {name: _later(function) for name, function in commands.items()},
                prog="kuzushi",
                description="A laboratory for small neural networks.",
                args=_complete(words),
                config=(tyro.conf.OmitArgPrefixes,),
            )
    except SystemExit as stop:
        if not stop.code:  # help was asked for, and printed
            raise
        raise KuzushiError(_first_paragraph(said.getvalue())) from None
    return asked


def _complete(words: Sequence[str]) -> list[str]:
    """A bare --set-weights, as the study wrote it, means the study's own weights."""
    completed = []
    for place, word in enumerate(words):
        completed.append(word)
        following = words[place + 1 : place + 2]
        if word in ("--set-weights", "--set_weights") and (not following or following[0].startswith("--")):
            completed.append("report")
    return completed


def _later(function: Callable[..., None]) -> Callable[..., Callable[[], None]]:
    """The command with the same options, which is to be called once more without any."""

    @functools.wraps(function)
    def bound(*args: Any, **options: Any) -> Callable[[], None]:
        return functools.partial(function, *args, **options)

    return bound


def _first_paragraph(framed: str) -> str:
    """What a framed message says between its title and its next rule; frames are of lines or of dashes."""

    def is_rule(line: str) -> bool:
        return not line.strip(" ─-╰╯")

    lines = [line.strip(" │") for line in framed.splitlines()[1:]]
    paragraph = itertools.takewhile(lambda line: not is_rule(line), itertools.dropwhile(is_rule, lines))
    return f"{' '.join(paragraph).rstrip('.')}; see --help"
