"""The command line: its commands, and how their errors end."""

import functools
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import tyro

from kuzushi.cli.characters import classify, data, export
from kuzushi.cli.experiments import experiment_commands, reproduce
from kuzushi.cli.proofs import certify, check, verify
from kuzushi.cli.report import report
from kuzushi.cli.runs import runs, sweep
from kuzushi.cli.terminal import print_message
from kuzushi.core.errors import KuzushiError
from kuzushi.proofs.errors import ProofError

COMMANDS: dict[str, Callable[..., None]] = {
    "reproduce": reproduce,
    **experiment_commands(),
    "sweep": sweep,
    "runs": runs,
    "report": report,
    "verify": verify,
    "certify": certify,
    "check": check,
    "classify": classify,
    "export": export,
    "data": data,
}


def main() -> NoReturn:
    """Run one command and exit: 0 on success, 2 on errors that the user can fix, 130 on Ctrl-C.

    verify exits with 1 if the net is wrong on a point, certify if the proof falls short, sweep if a cell failed.
    """
    # Idle threads sleep early: small nets are then much faster while other processes run.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "1000"}
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show kana gets ?
            stream.reconfigure(errors="replace")
    try:
        parse(sys.argv[1:])()
    except (KuzushiError, ProofError) as error:
        print_message(f"kuzushi: {' '.join(str(error).split())}")
        sys.exit(2)
    except KeyboardInterrupt:
        print_message(
            "kuzushi: interrupted; rerun with --resume to continue (reproduce and sweep: rerun the same command)"
        )
        sys.exit(130)
    sys.exit(0)


def parse(words: Sequence[str]) -> Callable[[], None]:
    """Return the command that the words ask for, with its options, ready to be called.

    Raises:
        SystemExit: after help, with code 0; after a message on what is wrong with the words, with code 2.
    """
    call: Callable[[], None] = tyro.extras.subcommand_cli_from_dict(
        {name: _deferred(command) for name, command in COMMANDS.items()},
        prog="kuzushi",
        description="A laboratory for small neural networks.",
        args=_complete(words),
        config=(tyro.conf.OmitArgPrefixes,),
    )
    return call


def _complete(words: Sequence[str]) -> list[str]:
    """Complete a bare --set-weights, as printed in the report, to the report's own weights."""
    completed = []
    for index, word in enumerate(words):
        completed.append(word)
        following = words[index + 1 : index + 2]
        if word in ("--set-weights", "--set_weights") and (not following or following[0].startswith("--")):
            completed.append("report")
    return completed


def _deferred(command: Callable[..., None]) -> Callable[..., Callable[[], None]]:
    """Return a function with the same options that returns the call instead of making it.

    Errors of parsing and errors of the command are then apart.
    """

    @functools.wraps(command)
    def bound(*args: Any, **options: Any) -> Callable[[], None]:
        return functools.partial(command, *args, **options)

    return bound
