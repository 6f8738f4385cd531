"""Run cells one after another in this process: python -m kuzushi.sweep.worker

Cells come in on standard input and answers go out on standard output, one line of JSON each. The process ends when
standard input does, also in the middle of a cell, which can be resumed later.
"""

import os
import queue
import sys
import threading

import msgspec

from kuzushi.sweep.cell import Cell, attempt


class Answer(msgspec.Struct, frozen=True):
    """The worker is ready for the next cell; `error` is that of the last one."""

    error: str | None


def main() -> None:
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # keep what libraries print out of the answers
    tasks: queue.SimpleQueue[Cell] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    error = None
    while True:
        os.write(answers, msgspec.json.encode(Answer(error)) + b"\n")
        error = attempt(tasks.get())


def _listen(tasks: "queue.SimpleQueue[Cell]") -> None:
    for line in sys.stdin.buffer:
        tasks.put(msgspec.json.decode(line, type=Cell))
    os._exit(0)


if __name__ == "__main__":
    main()
