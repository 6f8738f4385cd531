"""The command line: which commands there are, and what becomes of an error."""

import io
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from kuzushi.commands.experiments import (
    characters,
    checkerboard,
    compare,
    design,
    gaps,
    reproduce,
    sequences,
    width_search,
    widths,
)
from kuzushi.commands.images import classify, data, export
from kuzushi.commands.pages import report
from kuzushi.commands.proofs import certify, check, verify
from kuzushi.commands.sweeps import runs, sweep
from kuzushi.errors import KuzushiError
from kuzushi.parsing import parse
from kuzushi.terminal import say

COMMANDS: dict[str, Callable[..., None]] = {
    "reproduce": reproduce,
    "characters": characters,
    "compare": compare,
    "width-search": width_search,
    "checkerboard": checkerboard,
    "widths": widths,
    "design": design,
    "gaps": gaps,
    "sequences": sequences,
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
    """Run one command and exit: 0 when it is done, 2 when a person can mend what was wrong, 130 on Ctrl-C.

    kuzushi verify exits with 1 if the net is wrong somewhere.
    """
    # Threads that soon stop to spin while they wait: beside other work the small nets here are then much faster.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "1000"}
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # kana on a terminal that cannot show them become ?
            stream.reconfigure(errors="replace")
    try:
        parse(COMMANDS, sys.argv[1:])()
    except KuzushiError as error:
        say(f"kuzushi: {' '.join(str(error).split())}")
        sys.exit(2)
    except KeyboardInterrupt:
        say("kuzushi: stopped; what is kept goes on with the same command, an experiment also needs --resume")
        sys.exit(130)
    sys.exit(0)
