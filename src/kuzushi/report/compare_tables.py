"""The tables of recognisers side by side."""

from collections.abc import Sequence

from kuzushi.plots.classes import in_words
from kuzushi.plots.compare import names_of_nets
from kuzushi.reference import PUBLISHED
from kuzushi.report.sections import Table, between, percent
from kuzushi.results import ComparisonResult, Hardness, PairForms, PairHardness

STUDY = PUBLISHED.characters
MOST_LISTED = 100
"""Images in a table."""


def tables(result: ComparisonResult) -> list[Table]:
    """Every table, in the order of the page; those of errors only where there are errors."""
    names = names_of_nets(result.nets)
    found = [_nets(result, names)]
    if result.paired:
        found.append(_paired(result, names))
    if result.hardness is not None and result.hardness.pairs:
        found.append(_hardness(result, result.hardness, names))
    if result.forms:
        found.append(_forms(result, names))
    if result.images:
        found.append(_images(result))
    if result.always_wrong:
        found.append(_always_wrong(result))
    return found


def _nets(result: ComparisonResult, names: Sequence[str]) -> Table:
    return Table(
        title=f"Nets on the same images of {result.data.name}",
        header=("net", "run", "preset", "parameters", "seeds", "accuracy (95 %)"),
        rows=tuple(
            (name, net.run, net.preset, f"{net.parameters:,}", str(len(net.seeds)), between(net.accuracy))
            for name, net in zip(names, result.nets, strict=True)
        ),
        note=f"Accuracy is the mean over the seeds, with its interval for {result.data.test:,} test images.",
    )


def _paired(result: ComparisonResult, names: Sequence[str]) -> Table:
    rows = []
    for pair in result.paired:
        found = pair.first_seeds
        rows.append((
            names[pair.first], names[pair.second], str(found.both_right), str(found.only_first),
            str(found.only_second), str(found.both_wrong), f"{found.p_value:.2g}",
            f"{pair.first_better} and {pair.second_better} of {pair.combinations}", f"{pair.adjusted:.2g}",
            "undecided" if pair.better is None else names[pair.better],
        ))  # fmt: skip
    return Table(
        title=f"Net against net on {result.data.name}",
        header=(
            "first", "second", "both right", "only first", "only second", "both wrong", "p (first seeds)",
            "first and second better (p < 0.05)", "p (all seeds, Holm)", "better",
        ),
        rows=tuple(rows),
        note="Counts and p are of the nets of the first seeds: McNemar's exact test, two-sided, on the images that "
        "only one of the two reads right. The same test for each seed of the one with each seed of the other gives "
        "the next column. A net is called better only if the largest p of all these, adjusted for the number of pairs "
        "of nets (Holm), is below 0.05; it is 1 where they do not all point the same way.",
    )  # fmt: skip


def _hardness(result: ComparisonResult, hardness: Hardness, names: Sequence[str]) -> Table:
    classes, beside = result.data.classes, result.studied
    return Table(
        title=f"Which confusions stay on {result.data.name}",
        header=(
            "target", "read as", *names, "weakest -> strongest", "p stays", "p vanishes", "kind",
            *(("published",) if beside else ()),
        ),
        rows=tuple(
            (
                in_words(classes, pair.target), in_words(classes, pair.predicted),
                *("/".join(map(str, counts)) for counts in pair.counts), f"{pair.weakest} -> {pair.strongest}",
                f"{pair.stays.adjusted:.2g}", f"{pair.vanishes.adjusted:.2g}", pair.kind,
                *((_published(pair),) if beside else ()),
            )
            for pair in hardness.pairs
        ),
        note="The counts are by seed; weakest -> strongest counts the test images that more than half of the seeds of "
        f"{names[hardness.weakest]} and of {names[hardness.strongest]} read so (as many of either vote, an odd "
        "number). A pair is data-hard if its errors fall less than errors do (a permutation test over the errors), and "
        "this for each seed beside each; model-hard if it is not, and more than half of its errors go (a binomial test "
        "over the weakest net's errors), again for each seed beside each. Both p-values are adjusted for the number of "
        "pairs (Holm), and decide below 0.05."
        + (f" Published are the counts of {', '.join(STUDY.nets)} in the study's matrices, of 1,000 test images of the "
        "target in Kuzushiji-MNIST." if beside else ""),
    )  # fmt: skip


def _published(pair: PairHardness) -> str:
    return "/".join(str(net.confusion[pair.target][pair.predicted]) for net in STUDY.nets.values())


def _forms(result: ComparisonResult, names: Sequence[str]) -> Table:
    return Table(
        title=f"Which forms are misread on {result.data.name}",
        header=("target", "read as", "form", "training images", "test images", *names),
        rows=tuple(row for pair in result.forms for row in _rows_of_forms(result, pair)),
        note="Forms are clusters of the training images of a class: k-means on 8 principal components of the slightly "
        "blurred images. Their number is the largest whose prediction strength is at least 0.8, that is, what one half "
        "of the images gives must be what the other half gives. Test images go to the nearest centre. Rates are means "
        "over the seeds, with 95 % intervals for this many test images.",
    )


def _rows_of_forms(result: ComparisonResult, pair: PairForms) -> list[tuple[str, ...]]:
    classes = result.data.classes
    return [
        (
            in_words(classes, pair.target), in_words(classes, pair.predicted), f"{place} of {len(pair.forms)}",
            f"{form.train:,}", f"{form.test:,}", *(map(between, form.rates) if form.rates else [""] * len(result.nets)),
        )
        for place, form in enumerate(pair.forms, start=1)
    ]  # fmt: skip


def _images(result: ComparisonResult) -> Table:
    classes, trained = result.data.classes, sum(len(net.seeds) for net in result.nets)
    return Table(
        title=f"Misread images of {result.data.name} and their neighbours",
        header=(
            "test image", "target", "read as", "probability", "of the target", "nets that read it so", "to its class",
            "to the class read",
        ),
        rows=tuple(
            (
                str(image.index), in_words(classes, image.target), in_words(classes, image.predicted),
                percent(image.probability), percent(image.target_probability), f"{image.agreeing} of {trained}",
                f"{image.nearest_target[0].distance:.2f}", f"{image.nearest_predicted[0].distance:.2f}",
            )
            for image in result.images
        ),
        note="The last two columns are the distances to the nearest training image.",
        folded=True,
    )  # fmt: skip


def _always_wrong(result: ComparisonResult) -> Table:
    classes, trained = result.data.classes, sum(len(net.seeds) for net in result.nets)
    left = len(result.always_wrong) - MOST_LISTED
    return Table(
        title=f"Test images of {result.data.name} that every net misreads",
        header=("test image", "target", "read as", "by", "probability"),
        rows=tuple(
            (
                str(image.index), in_words(classes, image.target), in_words(classes, image.predicted),
                f"{image.agreeing} of {trained}", percent(image.probability),
            )
            for image in result.always_wrong[:MOST_LISTED]
        ),
        note="Candidates for wrong or ambiguous labels. Images are counted from 0 in the test part."
        + (f" {left} more stand in result.json." if left > 0 else ""),
        folded=True,
    )  # fmt: skip
