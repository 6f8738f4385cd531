"""A folder of runs in words: what is in it, and what can be taken from it."""

from collections.abc import Sequence

from kuzushi.results import Cleaning, KeptRun

LONGEST = 60
"""Letters of a setting in a list; all of it is in the run's config.json."""
UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60))


def listing(runs: Sequence[KeptRun], *, now: float) -> str:
    """A line for each run: subject, setting, state or score, size and age.

    Args:
        now: seconds since 1970.
    """
    if not runs:
        return "no run is in it"
    rows = [
        (str(run.folder), run.subject, _short(run.setting), run.score or run.state, megabytes(run.size), age(run, now))
        for run in runs
    ]
    lines = [("folder", "subject", "setting", "score", "size", "age"), *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = (
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(line, "<<<<>>", widths, strict=True))
        for line in lines
    )
    total = f"{len(runs):,} run{'' if len(runs) == 1 else 's'}, {megabytes(sum(run.size for run in runs))}"
    return "\n".join([*(line.rstrip() for line in aligned), "", total])


def unfinished(run: KeptRun) -> str:
    """What can be said of one run that has no result to show."""
    told = {
        "running": "another process is running in it now",
        "unfinished": f"not finished; kuzushi {run.subject} {run.setting} --out {run.folder} --resume goes on with it",
        "unreadable": "its config.json or result.json cannot be read by this version of kuzushi",
        "finished": "finished",
    }
    return f"{run.folder}: {' '.join(told[run.state].split())}"


def cleaned(chosen: Sequence[Cleaning], *, done: bool) -> str:
    """A line for each run that something is taken from, and how much that frees."""
    if not chosen:
        return "there is nothing to take"
    lines = [
        f"{each.run.folder}: {'the whole run' if each.whole else 'its checkpoints'}, {megabytes(_freed(each))}; "
        f"it {each.reason}"
        for each in chosen
    ]
    total = megabytes(sum(map(_freed, chosen)))
    lines.append(f"{total} freed" if done else f"{total} would be freed; nothing was deleted: do it with --yes")
    return "\n".join(lines)


def megabytes(size: int) -> str:
    """Bytes as text, such as "1.3 MB"."""
    return f"{size / 1e6:,.1f} MB" if size >= 50_000 else f"{size / 1e3:,.1f} kB"


def age(run: KeptRun, now: float) -> str:
    """How long ago its newest file was written, such as "3 days"."""
    seconds = max(0.0, now - run.modified)
    for name, length in UNITS:
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {name}"
    return f"{seconds:.0f} s"


def _freed(cleaning: Cleaning) -> int:
    return cleaning.run.size if cleaning.whole else cleaning.run.freed


def _short(setting: str) -> str:
    return setting if len(setting) <= LONGEST else setting[: LONGEST - 3] + "..."
