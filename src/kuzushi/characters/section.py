"""The recognisers as text and as a part of the page, compared with the coursework report."""

from collections.abc import Iterator, Sequence
from statistics import fmean

import numpy as np

from kuzushi.characters.figures.confusion import confusion_matrix, gallery, row_percentages
from kuzushi.characters.figures.curves import learning_curves, reliability
from kuzushi.characters.figures.images import samples
from kuzushi.characters.figures.names import TITLES, class_name, pair_name, result_names
from kuzushi.characters.results import CharactersResult
from kuzushi.core.figure_style import Drawn
from kuzushi.core.published import PUBLISHED
from kuzushi.core.sections import Section, Table, between, percent, provenance_table

REPORT = PUBLISHED.characters
MOST_PAIRS = 8
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
        tables=(_scores(results), _parameters(results), *filter(None, map(_pairs, _by_images(results)))),
        figures=tuple(figures(results)),
        runs=provenance_table(results),
    )


def figures(results: Sequence[CharactersResult]) -> Iterator[Drawn]:
    """Draw the figures; nets on the same images share all but the confusion matrix."""
    groups = _by_images(results)
    for number, group in enumerate(groups, start=1):
        yield samples(f"{number}-samples", group[0])
        yield learning_curves(f"{number}-learning-curves", group)
    for number, result in enumerate(results, start=1):
        if result.seeds[0].confusion:
            yield confusion_matrix(f"{number}-confusion-{result.net}", result)
    for number, group in enumerate(groups, start=1):
        best = max(group, key=lambda result: result.seeds[0].test_accuracy)
        if best.gallery:
            yield gallery(f"{number}-gallery", best)
        yield reliability(f"{number}-calibration", group)


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
    caveat = (
        f"Do not compare results on {', '.join(other)} with the report, whose images are Kuzushiji-MNIST "
        f"({REPORT.train:,} for training and {REPORT.test:,} for testing)."
    )
    return (reached, caveat) if other else (reached,)


def _scores(results: Sequence[CharactersResult]) -> Table:
    rows, balanced = [], any(map(uneven, results))
    for name, result in zip(result_names(results), results, strict=True):
        first, spread, published = result.seeds[0], result.summary.spread, REPORT.nets.get(result.net)
        rows.append((
            name, f"{result.data.name} {result.data.train:,} / {result.data.test:,}", result.config.preset,
            str(len(result.seeds)), f"{first.test_loss:.4f}", f"{first.test_correct} / {result.data.test}",
            between(result.summary.accuracy), "" if spread is None else percent(spread, 2),
            *([between(result.summary.balanced)] if balanced else []), percent(fmean(result.calibration.errors), 2),
            f"{published.test_loss:.4f}" if published else "",
            f"{published.test_correct} / {REPORT.test}" if published else "",
            "yes" if same_images(result) else "no",
        ))  # fmt: skip
    return Table(
        title="Our numbers and the published ones",
        header=(
            "net", "images, training / test", "preset", "seeds", "loss", "correct", "accuracy (95 %)", "spread",
            *(["balanced accuracy"] if balanced else []), "calibration error", "published loss", "published correct",
            "same images?",
        ),
        rows=tuple(rows),
        note="Loss (nats per test image) and correct are of the first seed; accuracy is the mean over the seeds, "
        "spread the standard deviation. Calibration error: mean distance between probability and accuracy, in 15 bins "
        "(Guo et al. 2017)." + (" Balanced accuracy: the mean over the classes." if balanced else ""),
    )  # fmt: skip


def _parameters(results: Sequence[CharactersResult]) -> Table:
    """Return a table of the parameters of each layer of each net, with their sums and the published numbers."""
    rows, notes = [], []
    distinct = list({(result.net, result.parameters): result for result in results}.values())
    for name, result in zip(result_names(distinct), distinct, strict=True):
        ours = result.parameters
        published = next((net for net in REPORT.nets.values() if net.parameters == ours.total), None)
        printed = published.parameters_by_layer_as_printed if published else (None,) * len(ours.layers)
        rows += [
            (name, layer.name, layer.formula, f"{layer.count:,}", "" if count is None else f"{count:,}")
            for layer, count in zip(ours.layers, printed, strict=True)
        ]
        rows.append((name, "total", "", f"{ours.total:,}", f"{published.parameters:,}" if published else ""))
        if published and published.note:
            notes.append(f"An error in the report: {published.note}.")
    return Table(
        title="Parameters",
        header=("net", "layer", "derivation", "parameters", "published"),
        rows=tuple(rows),
        note=" ".join(notes),
    )


def _pairs(results: Sequence[CharactersResult]) -> Table | None:
    """Return a table of the pairs that nets on the same images confuse most; None if there are none."""
    data, names = results[0].data, result_names(results)
    if not results[0].seeds[0].confusion:  # of too many classes
        return None
    ours = [row_percentages(np.sum([seed.confusion for seed in result.seeds], axis=0)) for result in results]
    columns = dict(zip(names, ours, strict=True))
    for name, result in zip(names, results, strict=True):
        if same_images(result) and result.net in REPORT.nets:
            columns[f"{name}, published"] = row_percentages(np.array(REPORT.nets[result.net].confusion))
    mean = np.mean(ours, axis=0)  # (classes, classes)
    np.fill_diagonal(mean, 0)
    cells = [divmod(int(cell), len(mean)) for cell in np.argsort(-mean, axis=None, kind="stable")[:MOST_PAIRS]]
    rows = tuple(
        (*(class_name(data.classes, label) for label in cell), *(f"{of[cell]:.1f} %" for of in columns.values()))
        for cell in cells
        if mean[cell] > 0
    )
    note = "In percent of the target's test images, over all seeds."
    header = ("target", "read as", *columns)
    return Table(title=f"Most confused pairs on {data.name}", header=header, rows=rows, note=note) if rows else None
