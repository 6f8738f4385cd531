"""What is written for a person: answers on standard output, news on standard error. Nothing else prints."""

import os
import sys

from kuzushi.errors import KuzushiError


def write(text: str) -> None:
    """Write to standard output, all of it or with a clear word why not."""
    try:
        print(text, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that leaving does not fail again
        if not isinstance(error, BrokenPipeError):  # whoever read it has enough
            raise KuzushiError(f"standard output cannot be written ({error.strerror})") from error


def say(line: str) -> None:
    """Write one line to standard error."""
    print(line, file=sys.stderr, flush=True)
