"""The recognisers as text and as a part of the page, compared with the coursework report."""

from collections.abc import Iterator, Sequence
from statistics import fmean

import numpy as np

from kuzushi.characters.figures.confusion import confusion_matrix, gallery, most_confused, pair_shares
from kuzushi.characters.figures.curves import learning_curves, reliability
from kuzushi.characters.figures.images import samples
from kuzushi.characters.figures.names import TITLES, class_name, images_note, pair_name, result_names
from kuzushi.characters.results import CharactersResult
from kuzushi.core.figure_style import Drawn
from kuzushi.core.reference import PUBLISHED
from kuzushi.core.sections import Section, Table, between, percent, provenance_table

REPORT = PUBLISHED.characters
MOST_PAIRS = 8
MOST_CLASSES = 20
"""The most classes whose confusion matrix is a table."""
UNEVEN = 1.5
"""The ratio of the largest class to the smallest from which on the balanced accuracy is the headline."""


def text(result: CharactersResult) -> str:
    """Return the text for the terminal: matrices, loss and accuracy as in the report, parameters, pairs."""
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
        lines.append(f"standard deviation over {len(result.seeds)} seeds: {percent(result.summary.spread, 2)}")
    lines += ["", *(f"{layer.name}: {layer.formula} = {layer.count}" for layer in result.parameters.layers)]
    lines.append(f"Model parameters: {result.parameters.total}")
    pairs = (f"{pair_name(classes, pair.target, pair.predicted)} {pair.count}" for pair in result.pairs[:5])
    return "\n".join([*lines, *(["", f"most confused: {'; '.join(pairs)}"] if result.pairs else [])])


def section(results: Sequence[CharactersResult]) -> Section:
    """Return the part of the page."""
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
                for name, result in zip(result_names(results), results, strict=True)
                if len(result.data.classes) <= MOST_CLASSES
            ),
        ),
        figures=tuple(figures(results)),
        runs=provenance_table(results),
    )


def figures(results: Sequence[CharactersResult]) -> Iterator[Drawn]:
    """Draw every figure of every result; nets on the same images share those that compare them."""
    groups = _by_images(results)
    for number, group in enumerate(groups, start=1):
        yield samples(f"{number}-samples", group[0])
        yield learning_curves(f"{number}-learning-curves", group)
    for number, result in enumerate(results, start=1):
        if result.seeds[0].confusion:
            yield confusion_matrix(f"{number}-confusion-{result.net}", result)
        if result.gallery:
            yield gallery(f"{number}-gallery-{result.net}", result)
    for number, group in enumerate(groups, start=1):
        if pairs := pair_shares(group, top=MOST_PAIRS):
            yield most_confused(f"{number}-pairs", group, pairs)
        nets = {name: result.calibration for name, result in zip(result_names(group), group, strict=True)}
        yield reliability(f"{number}-calibration", nets, images=images_note(group[0].data))


def uneven(result: CharactersResult) -> bool:
    """Return whether the classes of the test part differ much in size, so that the balanced accuracy counts."""
    sizes = np.bincount(result.arrays["target"])
    return bool(sizes.max() > UNEVEN * sizes[sizes > 0].min())


def same_images(result: CharactersResult) -> bool:
    """Return whether these are the images of the coursework report."""
    return result.data.name == "kmnist" and result.data.verified


def _by_images(results: Sequence[CharactersResult]) -> list[list[CharactersResult]]:
    fingerprints = dict.fromkeys(result.data.sha256 for result in results)
    return [[result for result in results if result.data.sha256 == fingerprint] for fingerprint in fingerprints]


def _answer(results: Sequence[CharactersResult]) -> tuple[str, ...]:
    accuracies = ", ".join(
        f"{name} {between(result.summary.balanced)} (balanced)"
        if uneven(result)
        else f"{name} {between(result.summary.accuracy)}"
        for name, result in zip(result_names(results), results, strict=True)
    )
    published = ", ".join(
        f"{TITLES[net]} {of.test_correct} of {REPORT.test} ({of.accuracy_percent} %)" for net, of in REPORT.nets.items()
    )
    reached = f"Test accuracy, with its 95 % interval: {accuracies}. The coursework report has {published}."
    other = dict.fromkeys(result.data.name for result in results if not same_images(result))
    if not other:
        return (reached,)
    which = "Some results" if any(map(same_images, results)) else "These results"
    return (
        reached,
        f"{which} are on other images ({', '.join(other)}) than those of the report (Kuzushiji-MNIST, {REPORT.train:,} "
        f"for training and {REPORT.test:,} for testing): do not compare the percentages.",
    )


def _scores(results: Sequence[CharactersResult]) -> Table:
    rows, balanced = [], any(map(uneven, results))
    for name, result in zip(result_names(results), results, strict=True):
        first, spread, published = result.seeds[0], result.summary.spread, REPORT.nets.get(result.net)
        rows.append((
            name, f"{result.data.name} {result.data.train:,} / {result.data.test:,}", result.config.preset,
            str(len(result.seeds)), f"{fmean(seed.epochs[-1].seconds for seed in result.seeds):.1f}",
            "" if spread is None else percent(spread, 2), f"{first.test_loss:.4f}",
            f"{first.test_correct} / {result.data.test}", between(result.summary.accuracy),
            *([between(result.summary.balanced)] if balanced else []),
            *((f"{published.test_loss:.4f}", f"{published.test_correct} / {REPORT.test}",
               percent(published.test_correct / REPORT.test)) if published else ("", "", "")),
            "yes" if same_images(result) else "no",
        ))  # fmt: skip
    return Table(
        title="Our numbers and the published ones",
        header=(
            "net", "images, training / test", "preset", "seeds", "seconds", "spread", "loss", "correct",
            "accuracy (95 %)", *(["balanced accuracy"] if balanced else []),
            "published loss", "published correct", "published accuracy", "same images?",
        ),
        rows=tuple(rows),
        note="Seconds: training of one net, without tests. Loss: mean negative log-likelihood in nats per test image; "
        "loss and correct are of the first seed. Accuracy: mean over the seeds; spread: standard deviation over them."
        + (" Balanced accuracy: the mean over the classes." if balanced else ""),
    )  # fmt: skip


def _parameters(results: Sequence[CharactersResult]) -> list[Table]:
    """Return a table of the parameters of each net, with the total last and the published numbers."""
    tables = []
    distinct = list({(result.net, result.parameters): result for result in results}.values())
    for name, result in zip(result_names(distinct), distinct, strict=True):
        ours = result.parameters
        published = next((net for net in REPORT.nets.values() if net.parameters == ours.total), None)
        printed = published.parameters_by_layer_as_printed if published else (None,) * len(ours.layers)
        rows = [
            (layer.name, layer.formula, f"{layer.count:,}", "" if count is None else f"{count:,}")
            for layer, count in zip(ours.layers, printed, strict=True)
        ]
        tables.append(
            Table(
                title=f"Parameters of {name}",
                header=("layer", "derivation", "parameters", "published"),
                rows=(*rows, ("total", "", f"{ours.total:,}", f"{published.parameters:,}" if published else "")),
                note=f"An error in the report: {published.note}." if published and published.note else "",
            )
        )
    return tables


def _pairs(results: Sequence[CharactersResult]) -> list[Table]:
    """Return a table of the most confused pairs for the nets on the same images."""
    tables = []
    for group in _by_images(results):
        classes, names = group[0].data.classes, result_names(group)
        printed = {(pair.target, pair.predicted): pair.counts for pair in REPORT.pairs} if same_images(group[0]) else {}
        rows = []
        for pair in pair_shares(group, top=MOST_PAIRS):
            counts = printed.get((pair.target, pair.predicted), {})
            published = [str(counts.get(result.net, "")) for result in group if printed]
            shares = [f"{share:.1f} %" for share in pair.ours]
            rows.append((class_name(classes, pair.target), class_name(classes, pair.predicted), *shares, *published))
        if rows:
            tables.append(
                Table(
                    title=f"Most confused pairs on {group[0].data.name}",
                    header=("target", "read as", *names, *(f"{name}, published" for name in names if printed)),
                    rows=tuple(rows),
                    note="In percent of the target's test images, over all seeds."
                    + (f" Published: counts of 1,000; {REPORT.pairs_note}." if printed else ""),
                )
            )
    return tables


def _calibration(results: Sequence[CharactersResult]) -> Table:
    rows = []
    for name, result in zip(result_names(results), results, strict=True):
        bins, errors = result.calibration.bins, result.calibration.errors
        mean = sum(bin.predictions * bin.probability for bin in bins) / (len(result.seeds) * result.data.test)
        rows.append((
            name, percent(mean), percent(result.summary.accuracy.mean), percent(fmean(errors), 2),
            f"{percent(min(errors), 2)} to {percent(max(errors), 2)}",
        ))  # fmt: skip
    return Table(
        title="Calibration",
        header=("net", "mean probability", "accuracy", "expected calibration error", "over the seeds"),
        rows=tuple(rows),
        note="Expected calibration error: mean distance between probability and accuracy, over 15 bins of equal width "
        "(Guo et al. 2017).",
    )


def _matrix(name: str, result: CharactersResult) -> Table:
    first, names = result.seeds[0], [class_name(result.data.classes, i) for i in range(len(result.data.classes))]
    return Table(
        title=f"Confusion matrix of {name}",
        header=("target, read as", *names),
        rows=tuple((target, *map(str, row)) for target, row in zip(names, first.confusion, strict=True)),
        note=f"Seed {first.seed}, {result.data.name}.",
        folded=True,
    )
