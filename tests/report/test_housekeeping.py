"""A folder of runs in words."""

from pathlib import Path

import pytest

from kuzushi.report.housekeeping import age, cleaned, listing, megabytes, unfinished
from kuzushi.results import Cleaning, KeptRun

NOW = 1_900_000_000.0
RUN = KeptRun(
    folder=Path("runs/srn"), state="finished", subject="sequences", setting="--hid 3",
    score="50.0 % (9.5 to 90.5) solved", size=1_250_000, freed=200_000, modified=NOW - 3 * 86_400,
)  # fmt: skip
STOPPED = KeptRun(
    folder=Path("runs/b"), state="unfinished", subject="sequences", setting="--lang anbn " + 60 * "x", score="",
    size=900, freed=0, modified=NOW - 7_200,
)  # fmt: skip


def test_the_list_has_a_line_for_each_run_and_a_total():
    header, first, second, empty, total = listing([RUN, STOPPED], now=NOW).splitlines()
    assert header.split() == ["folder", "subject", "setting", "score", "size", "age"]
    assert first.split("  ")[0] == "runs/srn"
    assert first.endswith("50.0 % (9.5 to 90.5) solved  1.2 MB   3 days")
    assert "--lang anbn xxx" in second
    assert "...  unfinished" in second
    assert (empty, total) == ("", "2 runs, 1.3 MB")
    assert listing([], now=NOW) == "no run is in it"


def test_a_run_that_was_stopped_says_how_to_go_on():
    assert unfinished(STOPPED).endswith("--out runs/b --resume goes on with it")


def test_what_would_be_freed_is_told_before_and_what_was_freed_after():
    chosen = [Cleaning(run=RUN, whole=False, reason="is finished"), Cleaning(run=STOPPED, whole=True, reason="is old")]
    assert cleaned(chosen, done=False).splitlines() == [
        "runs/srn: its checkpoints, 0.2 MB; it is finished",
        "runs/b: the whole run, 0.9 kB; it is old",
        "0.2 MB would be freed; nothing was deleted: do it with --yes",
    ]
    assert cleaned(chosen, done=True).endswith("\n0.2 MB freed")
    assert cleaned([], done=True) == "there is nothing to take"


@pytest.mark.parametrize(("seconds", "said"), [(5, "5 s"), (200, "3 minutes"), (86_400, "24 hours"), (-5, "0 s")])
def test_an_age_is_told_in_the_unit_that_fits(seconds, said):
    run = KeptRun(**{**{name: getattr(RUN, name) for name in RUN.__annotations__}, "modified": NOW - seconds})
    assert age(run, NOW) == said


def test_a_size_is_told_in_megabytes_or_kilobytes():
    assert [megabytes(size) for size in (900, 50_000, 3_210_000_000)] == ["0.9 kB", "0.1 MB", "3,210.0 MB"]
