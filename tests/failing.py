"""Results of recurrent nets whose first failures are set by hand."""

from dataclasses import replace

from kuzushi.sequences.score_results import Failure, Scores


def failing_at(result, *lengths, shown=0, **changes):
    """Return the result with nets that first fail at these lengths, all alone and in both arithmetics; none refuted."""
    failures = tuple(None if n is None else Failure(n=n, numbers=(n,), text="a" * n + "b" * 2 * n) for n in lengths)
    scores = tuple(
        Scores(arithmetic=arithmetic, alone=failures, in_stream=(None,) * len(lengths))
        for arithmetic in ("float32", "float64")
    )
    one_by_one = Scores(arithmetic="float32", alone=failures[shown : shown + 1], in_stream=(None,))
    best = replace(result.shown, net=shown, one_by_one=one_by_one)
    claims = result.certification and replace(result.certification, refutation=None)
    return replace(result, nets=len(lengths), scores=scores, shown=best, certification=claims, **changes)
