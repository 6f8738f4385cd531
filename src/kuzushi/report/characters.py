"""The recognisers in words and tables: as the study printed them, and beside the study's numbers."""

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from kuzushi.plots.characters import TITLES, figures, names_of
from kuzushi.plots.classes import in_words, read_as
from kuzushi.plots.pairs import pair_shares
from kuzushi.reference import PUBLISHED, PublishedNet
from kuzushi.report.sections import Section, Table, between, how_made, percent
from kuzushi.results import CharactersResult

STUDY = PUBLISHED.characters
MOST_PAIRS = 8
MOST_CLASSES = 20
"""The most classes whose confusion matrix is written out."""
UNEVEN = 1.5
"""From what ratio between the largest class and the smallest on each class is to count the same."""


def text(result: CharactersResult) -> str:
    """What a person reads after a run: matrices, loss and accuracy as the study printed them, parameters, pairs."""
    data, classes = result.data, result.data.classes
    lines = [
        f"{TITLES[result.net]}, preset {result.config.preset}, {result.precision}, on {data.name}: {data.train:,} "
        f"training and {data.test:,} test images"
    ]
    for seed in result.seeds:
        lines.append("")
        if seed.confusion:
            lines += [
                f"seed {seed.seed}, confusion matrix (rows target, columns predicted)",
                np.array2string(np.array(seed.confusion), threshold=10**6, max_line_width=10**6),
            ]
        lines += [
            f"Test set: Average loss: {seed.test_loss:.4f}, Accuracy: {seed.test_correct}/{data.test} "
            f"({100 * seed.test_accuracy:.0f}%)",
            f"{len(seed.epochs)} epochs of training in {seed.epochs[-1].seconds:.1f} s",
        ]
    lines.append("")
    if uneven(result):
        lines.append(f"balanced accuracy {between(result.summary.balanced)}: each class counts the same")
    lines.append(f"accuracy {between(result.summary.accuracy)}, 95 % interval for {data.test:,} test images")
    if result.summary.spread is not None:
        lines.append(f"standard deviation over {len(result.seeds)} seeds: {100 * result.summary.spread:.2f} %")
    lines += ["", *(f"{layer.name}: {layer.formula} = {layer.count}" for layer in result.parameters.layers)]
    lines.append(f"Model parameters: {result.parameters.total}")
    if result.pairs:
        lines += ["", "most confused: " + "; ".join(
            f"{read_as(classes, pair.target, pair.predicted)} {pair.count}" for pair in result.pairs[:5]
        )]  # fmt: skip
    return "\n".join(lines)


def section(results: Sequence[CharactersResult]) -> Section:
    """The subject on the page."""
    return Section(
        name="characters",
        title="Characters",
        question="Which cursive kana is this?",
        answer=_answer(results),
        tables=(
            _scores(results),
            *_parameters(results),
            *_pairs(results),
            _calibration(results),
            *(
                _matrix(name, result)
                for name, result in zip(names_of(results), results, strict=True)
                if len(result.data.classes) <= MOST_CLASSES
            ),
        ),
        figures=tuple(figures(results)),
        runs=how_made(results),
    )


def uneven(result: CharactersResult) -> bool:
    """Whether the classes of the test part differ so much in size that the balanced accuracy is what counts."""
    sizes = np.bincount(result.arrays["target"])
    return bool(sizes.max() > UNEVEN * sizes[sizes > 0].min())


def same_images(result: CharactersResult) -> bool:
    """Whether these are the images of the study."""
    return result.data.name == "kmnist" and result.data.verified


def _answer(results: Sequence[CharactersResult]) -> tuple[str, ...]:
    reached = ", ".join(
        f"{label} {_headline(result)}" for label, result in zip(names_of(results), results, strict=True)
    )
    names = dict.fromkeys(result.data.name for result in results if not same_images(result))
    other = [
        f"{'Some of these' if any(map(same_images, results)) else 'These'} are not the study's images "
        f"({', '.join(names)} instead of Kuzushiji-MNIST with 60,000 for training and 10,000 for testing), so that "
        "the percentages cannot be compared with the published ones."
    ]
    return (
        f"Accuracy on the test part, with its 95 % interval: {reached}. The study printed "
        + ", ".join(
            f"{TITLES[net]} {of.test_correct} of {STUDY.test} ({of.accuracy_percent} %)"
            for net, of in STUDY.nets.items()
        )
        + ".",
        *(other if names else []),
    )


def _headline(result: CharactersResult) -> str:
    summary = result.summary
    return f"{between(summary.balanced)} (balanced)" if uneven(result) else between(summary.accuracy)


def _scores(results: Sequence[CharactersResult]) -> Table:
    rows, balanced = [], any(map(uneven, results))
    for label, result in zip(names_of(results), results, strict=True):
        first, study = result.seeds[0], STUDY.nets.get(result.net)
        rows.append((
            label, f"{result.data.name} {result.data.train:,} / {result.data.test:,}", result.config.preset,
            str(len(result.seeds)), f"{fmean(seed.epochs[-1].seconds for seed in result.seeds):.1f}", _spread(result),
            f"{first.test_loss:.4f}",
            f"{first.test_correct} / {result.data.test}", between(result.summary.accuracy),
            *([between(result.summary.balanced)] if balanced else []),
            *(_published(study) if study else ("", "", "")), "yes" if same_images(result) else "no",
        ))  # fmt: skip
    return Table(
        title="Ours beside the published numbers",
        header=(
            "net", "images, training / test", "preset", "seeds", "seconds", "spread", "loss", "right",
            "accuracy (95 %)", *(["balanced accuracy"] if balanced else []),
            "published loss", "published right", "published accuracy", "same images?",
        ),
        rows=tuple(rows),
        note="Seconds are those of training one net, tests left out. Loss is the mean negative log-likelihood in nats "
        "per test image; loss and right are of the first seed, accuracy is the mean of the seeds and spread their "
        "standard deviation."
        + (" Balanced accuracy gives each class the same weight, however many images it has." if balanced else ""),
    )  # fmt: skip


def _published(net: PublishedNet) -> tuple[str, str, str]:
    return f"{net.test_loss:.4f}", f"{net.test_correct} / {STUDY.test}", percent(net.test_correct / STUDY.test)


def _spread(result: CharactersResult) -> str:
    return "" if result.summary.spread is None else percent(result.summary.spread, 2)


def _parameters(results: Sequence[CharactersResult]) -> list[Table]:
    """One table for each net, its sum last, and what the study printed of the same layers."""
    tables = []
    differing = {(result.net, result.parameters): result for result in results}
    for name, result in zip(names_of(list(differing.values())), differing.values(), strict=True):
        ours = result.parameters
        study = next((net for net in STUDY.nets.values() if net.parameters == ours.total), None)
        printed = study.parameters_by_layer_as_printed if study else (None,) * len(ours.layers)
        rows = [
            (layer.name, layer.formula, f"{layer.count:,}", "" if count is None else f"{count:,}")
            for layer, count in zip(ours.layers, printed, strict=True)
        ]
        rows.append(("in all", "", f"{ours.total:,}", f"{study.parameters:,}" if study else ""))
        tables.append(
            Table(
                title=f"Parameters of {name}",
                header=("layer", "derivation", "parameters", "published"),
                rows=tuple(rows),
                note=f"A slip of the study: {study.note}." if study and study.note else "",
            )
        )
    return tables


def _pairs(results: Sequence[CharactersResult]) -> list[Table]:
    """The most confused pairs across the nets that were tested on the same images."""
    tables = []
    for fingerprint in dict.fromkeys(result.data.sha256 for result in results):
        group = [result for result in results if result.data.sha256 == fingerprint]
        classes = group[0].data.classes
        printed = {(pair.target, pair.predicted): pair.counts for pair in STUDY.pairs} if same_images(group[0]) else {}
        rows = []
        for pair in pair_shares(group, top=MOST_PAIRS):
            counts = printed.get((pair.target, pair.predicted), {})
            cells = [f"{share:.1f} %" for share in pair.ours]
            if printed:
                cells += [str(counts.get(result.net, "")) for result in group]
            rows.append((in_words(classes, pair.target), in_words(classes, pair.predicted), *cells))
        if not rows:  # nothing is confused
            continue
        names = names_of(group)
        tables.append(
            Table(
                title=f"What is confused most, on {group[0].data.name}",
                header=("target", "read as", *names, *(f"{name}, published" for name in names if printed)),
                rows=tuple(rows),
                note="In percent of the target's test images, over all seeds."
                + (f" Published are counts of 1,000; {STUDY.pairs_note}." if printed else ""),
            )
        )
    return tables


def _calibration(results: Sequence[CharactersResult]) -> Table:
    rows = []
    for name, result in zip(names_of(results), results, strict=True):
        found, predictions = result.calibration, len(result.seeds) * result.data.test
        said = sum(bin.predictions * bin.probability for bin in found.bins) / predictions
        rows.append((
            name, percent(said), percent(result.summary.accuracy.mean), percent(fmean(found.errors), 2),
            f"{percent(min(found.errors), 2)} to {percent(max(found.errors), 2)}",
        ))  # fmt: skip
    return Table(
        title="How far the probabilities can be trusted",
        header=("net", "probability given, mean", "right", "expected calibration error", "of the seeds"),
        rows=tuple(rows),
        note="The expected calibration error is the mean distance between how probable a reading was said to be and "
        "how often readings with about that probability are right, over 15 bins of equal width (Guo et al. 2017).",
    )


def _matrix(name: str, result: CharactersResult) -> Table:
    classes, first = result.data.classes, result.seeds[0]
    return Table(
        title=f"Confusion matrix of {name}",
        header=("target, read as", *(in_words(classes, i) for i in range(len(classes)))),
        rows=tuple((in_words(classes, target), *map(str, row)) for target, row in enumerate(first.confusion)),
        note=f"Seed {first.seed}, {result.data.name}.",
        folded=True,
    )
