"""Results of sweeps as the tests of figures and pages are given them."""

from collections.abc import Sequence

from kuzushi.core.configs import Config
from kuzushi.core.results import Interval, Measure, Provenance, Score
from kuzushi.core.statistics import wilson
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sweep.configs import SweepConfig
from kuzushi.sweep.results import SweepCell, SweepResult
from kuzushi.sweep.table import Means, drawn_axes

MADE = Provenance(
    command="kuzushi sweep grid.toml", kuzushi="0", commit=None, python="3", torch="2", numpy="2", platform="",
    device="2 workers", threads=1,
)  # fmt: skip


def swept(
    varied: tuple[str, ...],
    cells: Sequence[tuple[Config, Interval | None, int | None]],
    *,
    subject: str = "sequences",
    measure: Measure = "solved",
    same: dict[str, str | int | float | bool | None] | None = None,
) -> SweepResult:
    """A sweep of these cells, each with its score and what that is taken over; a cell without a score has failed."""
    means, rows = Means(drawn_axes(iter(config for config, *_ in cells), varied)), []
    for place, (config, score, n) in enumerate(cells):
        settings = tuple(getattr(config, name) for name in varied)
        if score is None:
            rows.append(SweepCell(name=f"{place:016x}", settings=settings, error="it broke"))
            continue
        means.add(config, Score(value=score, n=n))
        rows.append(
            SweepCell(
                name=f"{place:016x}", settings=settings, error=None, score=score, n=n, seconds=2.0,
                quartiles=(5, 1200, None) if subject == "sequences" else None,
            )
        )  # fmt: skip
    return SweepResult(
        config=SweepConfig(grid="grid.toml"), data_sha256="0", swept=subject, measure=measure,
        per_net={"sequences": "first_failure", "checkerboard": "epochs_to_solve"}.get(subject, ""), same=same or {},
        varied=varied, cells=tuple(rows), failed=sum(row.error is not None for row in rows),
        axes=tuple(means.axes(measure)), pairs=tuple(means.pairs(measure)), seconds=2.0 * len(rows), provenance=MADE,
    )  # fmt: skip


def two_axes() -> SweepResult:
    """Four nets in each of twelve cells; hidden units and seeds vary, and the trained length; one place has failed."""
    return swept(
        ("hid", "length", "seed"),
        [
            (SequencesConfig(hid=hid, length=length, seed=seed), score, 4)
            for hid, length, score in (
                (2, 4, wilson(0, 4)), (2, 8, wilson(1, 4)), (3, 4, wilson(4, 4)), (3, 8, None), (10, 4, wilson(3, 4)),
                (10, 8, wilson(2, 4)),
            )
            for seed in (0, 1)
        ],
        same={"nets": 4},
    )  # fmt: skip
