"""What is taken for what."""

import torch
from jaxtyping import Int
from torch import Tensor

from kuzushi.errors import ShapeError
from kuzushi.results import ConfusedPair


def confusion_matrix(target: Int[Tensor, " n"], predicted: Int[Tensor, " n"], *, classes: int) -> Int[Tensor, "c c"]:
    """Count how often each class (row) was read as each class (column).

    Example: target [0, 0, 1], predicted [0, 1, 1] -> [[1, 1], [0, 1]]

    Raises:
        ShapeError: if the two differ in length or a label is not in 0..classes-1.
    """
    if target.shape != predicted.shape:
        raise ShapeError(
            f"target has shape {tuple(target.shape)} and predicted {tuple(predicted.shape)}; give one of each per image"
        )
    for name, labels in (("target", target), ("predicted", predicted)):
        if len(labels) > 0 and not (labels.min() >= 0 and labels.max() < classes):
            raise ShapeError(f"{name} holds {labels.min()}..{labels.max()}; expected labels in 0..{classes - 1}")
    return torch.bincount(target * classes + predicted, minlength=classes**2).view(classes, classes)


def confused_pairs(matrix: Int[Tensor, "c c"], *, top: int) -> tuple[ConfusedPair, ...]:
    """The largest cells off the diagonal, largest first; equal ones in the order of the matrix, empty ones left out.

    Example: [[8, 2], [3, 7]], top 1 -> (1 read as 0, 3 times)
    """
    classes = len(matrix)
    wrong = matrix - torch.diag(matrix.diagonal())
    counts, cells = wrong.flatten().sort(descending=True, stable=True)
    return tuple(
        ConfusedPair(target=cell // classes, predicted=cell % classes, count=count)
        for count, cell in zip(counts[:top].tolist(), cells[:top].tolist(), strict=True)
        if count > 0
    )
