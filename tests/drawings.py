"""Helpers that read figures of characters back from their artists."""

import dataclasses

import numpy as np

from kuzushi.characters.figures.images import GAP
from kuzushi.characters.section import figures
from kuzushi.core.kana import KANA


def figures_by_name(*results):
    """Draw all figures of these recognisers."""
    return {figure.name: figure for figure in figures(results)}


def tiles(image):
    """Return the images of a sheet, of shape (rows, columns, 28, 28), and the sum of the pixels between them."""
    sheet, size = np.asarray(image.get_array()), 28 + 2 * GAP
    rows, columns = sheet.shape[0] // size, sheet.shape[1] // size
    padded = sheet.reshape(rows, size, columns, size).swapaxes(1, 2)
    inner = padded[:, :, GAP:-GAP, GAP:-GAP]
    return inner, padded.sum(dtype=int) - inner.sum(dtype=int)


def is_kana(inset, label):
    """Return whether these axes show the strokes of this kana."""
    strokes = [line.get_xydata()[::12] for line in inset.lines]
    outlines = KANA[label].strokes
    return [len(line) for line in strokes] == [len(line) for line in outlines] and all(
        map(np.allclose, strokes, outlines)
    )


def of_other_images(result, *, classes, **data):
    """Return the result as if it were of other classes, without errors."""
    samples = np.resize(result.arrays["samples"], (len(classes), 12, 28, 28))
    matrix = tuple(tuple(3 if row == column else 0 for column in range(len(classes))) for row in range(len(classes)))
    return dataclasses.replace(
        result,
        data=dataclasses.replace(result.data, classes=classes, **data),
        seeds=tuple(dataclasses.replace(seed, confusion=matrix) for seed in result.seeds),
        gallery=(),
        arrays={"samples": samples, "confused": np.zeros((0, 12, 28, 28), np.uint8)},
    )
