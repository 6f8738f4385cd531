"""What keeps results from being compared, in sentences."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from kuzushi.results import (
    CharactersResult,
    ComparisonResult,
    GapsResult,
    Result,
    SequencesResult,
    SweepResult,
    WidthSearchResult,
)


def fingerprint(result: Result) -> str:
    """The SHA-256 of the data of a result."""
    if isinstance(result, CharactersResult | ComparisonResult | WidthSearchResult):
        return result.data.sha256
    return result.data_sha256


def other_data(results: Sequence[Result]) -> tuple[str, ...]:
    """A sentence for each name that does not stand for the same data in all results of one subject.

    Example: other_data([two runs on different images named brush]) -> ("Not to be compared: brush is not ...",)
    """
    by_name: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        by_name[_data(result)][fingerprint(result)] += 1
    return tuple(
        f"Not to be compared: {name} is not the same data in all {counts.total()} runs ("
        + ", ".join(f"{found[:12]} in {runs}" for found, runs in counts.items())
        + ", by fingerprint); between runs on different data a number says nothing of the nets."
        for name, counts in by_name.items()
        if len(counts) > 1
    )


def made_otherwise(results: Sequence[Result]) -> tuple[str, ...]:
    """Sentences on how the making of results differs; none if all were made alike."""
    made = [result.provenance for result in results]
    kinds = {
        "kuzushi": [each.kuzushi for each in made],
        "commit": [each.commit or "installed" for each in made],
        "torch": [each.torch for each in made],
        "numpy": [each.numpy for each in made],
        "device": [each.device for each in made],
        "platform": [each.platform for each in made],
    }
    differing = {kind: dict.fromkeys(values) for kind, values in kinds.items() if len(set(values)) > 1}
    if not differing:
        return ()
    listed = "; ".join(f"{kind} {' and '.join(values)}" for kind, values in differing.items())
    alike = f"Not all of these were made alike ({listed}): a difference between them may come from that alone."
    elsewhere = "Seconds on different machines are not to be compared."
    return (alike, elsewhere) if differing.keys() & {"device", "platform"} else (alike,)


def left_open(results: Sequence[Result]) -> tuple[str, ...]:
    """Sentences if it is not known what code made results, or their commands alone make them up to rounding only."""
    made = [result.provenance for result in results]
    sentences = []
    if any((each.commit or "").endswith("+") for each in made):
        sentences.append("A commit with + had changes that nobody can look up: two results of it may be of other code.")
    if beside := sum(each.beside > 0 for each in made):
        sentences.append(
            f"The nets of {beside} of {len(made)} runs were trained in one ensemble with those of other runs of a "
            "sweep: the command gives the same starts and the same data, but sums that are rounded in another order, "
            "so that nets part in the last digits and in long trainings further."
        )
    return tuple(sentences)


def _data(result: Result) -> str:
    """What a reader knows the data by."""
    if isinstance(result, CharactersResult | ComparisonResult | WidthSearchResult):
        return result.data.name
    if isinstance(result, SequencesResult):
        return f"{result.language} up to n = {result.trained_length}"
    if isinstance(result, GapsResult):
        gaps = ", ".join(f"{gap:g}" for gap in result.config.gaps)
        return f"cells:{result.config.cells} with gaps of {gaps}"
    if isinstance(result, SweepResult):
        return result.config.grid
    return result.config.data
