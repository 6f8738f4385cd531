"""A process that runs cells one after another: python -m kuzushi.sweeps.worker

Tasks come in on standard input and answers go out on standard output, a line of JSON each; so torch is loaded once. A
task is a cell that is to be run, or several that are to be trained together. The process
ends as soon as standard input does, in the middle of a cell if need be: whoever asked is gone, and the cell resumes.
"""

import os
import queue
import sys
import threading

import msgspec

from kuzushi.sweeps.cells import Cell, attempt


class Answer(msgspec.Struct, frozen=True):
    """The worker is ready, or what it was told to do is over."""

    error: str | None


def main() -> None:
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing that a library prints is taken for an answer
    tasks: queue.SimpleQueue[list[Cell]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    error = None
    while True:
        os.write(answers, msgspec.json.encode(Answer(error)) + b"\n")
        error = attempt(tasks.get())


def _listen(tasks: "queue.SimpleQueue[list[Cell]]") -> None:
    for line in sys.stdin.buffer:
        tasks.put(msgspec.json.decode(line, type=list[Cell]))
    os._exit(0)


if __name__ == "__main__":
    main()
