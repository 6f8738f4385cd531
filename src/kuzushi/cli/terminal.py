"""Printing: results on standard output, messages on standard error. Nothing else in kuzushi prints."""

import os
import sys

from kuzushi.core.errors import KuzushiError


def print_result(text: str) -> None:
    """Write to standard output.

    Raises:
        KuzushiError: if it cannot be written, such as on a full disk.
    """
    try:
        print(text, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that exiting does not fail again
        if not isinstance(error, BrokenPipeError):  # the reader, such as head, has closed it
            raise KuzushiError(f"standard output cannot be written ({error.strerror})") from error


def print_message(line: str) -> None:
    """Write one line to standard error."""
    print(line, file=sys.stderr, flush=True)
