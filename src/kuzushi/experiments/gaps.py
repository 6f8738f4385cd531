"""The smallest step nets for the cells of a checkerboard, as the gaps between the cells close."""

import hashlib
import time
from decimal import Decimal
from functools import partial

import torch

from kuzushi.configs import GapsConfig
from kuzushi.data.checkerboard import load
from kuzushi.data.points import Points
from kuzushi.experiments.design import claim, find
from kuzushi.experiments.device import one_thread
from kuzushi.experiments.steps import Steps
from kuzushi.proofs.claims import check_claims
from kuzushi.results import Arrays, Gap, GapsResult
from kuzushi.runs import Journal, Silent, provenance

SILENT: Journal = Silent()


@one_thread()
def run(config: GapsConfig, *, journal: Journal = SILENT) -> GapsResult:
    """Find and prove the smallest step net for each gap, the corners of the cells being the points.

    Raises:
        DataError: if the cells are too many, or the time does not suffice to list the dichotomies of their corners.
        ProofError: if a proof does not pass its check.
    """
    boards = [load(f"cells:{config.cells},gap={Decimal(repr(gap)):f}") for gap in config.gaps]
    made = provenance(config, device="cpu", threads=torch.get_num_threads())
    fingerprint = hashlib.sha256("".join(board.sha256 for board in boards).encode()).hexdigest()
    journal.begin(config, made, fingerprint)
    steps, gaps = Steps(journal, "gaps", total=len(boards)), []
    for gap, board in zip(config.gaps, boards, strict=True):
        found, _ = steps.take(Gap, partial(_gap, gap, board, seconds=config.time_limit), told=_told)
        gaps.append(found)
    return GapsResult(
        config=config,
        data_sha256=fingerprint,
        gaps=tuple(gaps),
        seconds=sum(gap.seconds for gap in gaps),
        provenance=made,
    )


def _gap(gap: float, board: Points, *, seconds: float) -> tuple[Gap, Arrays]:
    started = time.monotonic()
    found = find(board, seconds=seconds, listing=False)
    claims = claim(board, found)
    check_claims(**vars(claims))
    smallest = Gap(
        gap=gap,
        dichotomies=len(found.units),
        lower=claims.lower,
        upper=claims.upper,
        impossible=claims.impossible is not None,
        seconds=time.monotonic() - started,
        design=claims.designs[0] if claims.designs else None,
    )
    return smallest, {}


def _told(gap: Gap) -> dict[str, float | None]:
    return {"gap": gap.gap, "lower": gap.lower, "upper": gap.upper}
