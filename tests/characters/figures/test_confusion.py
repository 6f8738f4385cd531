"""Confusion matrices and galleries: numbers by hand, and figures read back from their artists."""

import numpy as np
import pytest

from drawings import is_kana, tiles
from kuzushi.characters.figures.confusion import draw_confusion, row_percentages
from kuzushi.characters.figures.names import ROMAJI
from kuzushi.core.kana import KANA


def test_the_cells_of_the_matrix_hold_its_counts(both, lin):
    ax = both["1-confusion-lin"].figure.axes[0]
    cells = {text.get_position(): text.get_text() for text in ax.texts}
    matrix = lin.seeds[0].confusion
    assert cells == {(column, row): str(matrix[row][column]) for row in range(10) for column in range(10)}
    assert {text.get_position() for text in ax.texts if text.get_weight() == "bold"} == {(i, i) for i in range(10)}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "target")


def test_errors_are_shaded_by_their_share_of_the_row_and_the_diagonal_is_not(both, lin):
    figure = both["1-confusion-lin"].figure
    (image,) = figure.axes[0].images
    matrix, shaded = np.array(lin.seeds[0].confusion), image.get_array()
    np.testing.assert_array_equal(np.ma.getmaskarray(shaded), np.eye(10, dtype=bool))
    off = ~np.eye(10, dtype=bool)
    np.testing.assert_allclose(shaded.data[off], (100 * matrix / matrix.sum(1, keepdims=True))[off])
    assert image.get_clim() == (0, shaded.max())
    assert figure.axes[1].get_ylabel() == "errors, % of the row"


def test_the_same_count_is_darker_in_a_smaller_class(ax):
    draw_confusion(ax, np.array([[90, 10], [10, 10]]), ("a", "b"))
    assert ax.images[0].get_array().tolist() == [[None, 10], [50, None]]
    colours = {text.get_position(): text.get_color() for text in ax.texts}
    assert colours[0, 1] == "white"
    assert colours[1, 0] != "white"


def test_a_perfect_matrix_and_one_with_an_empty_class_are_drawn_too(ax):
    draw_confusion(ax, np.diag([4, 0, 3]), ("a", "b", "c"))
    assert ax.images[0].get_clim() == (0, 1)
    assert [text.get_text() for text in ax.texts] == ["4", "0", "0", "0", "0", "0", "0", "0", "3"]


@pytest.mark.parametrize(("classes", "counted", "named"), [(20, True, True), (21, False, True), (51, False, False)])
def test_many_classes_have_no_counts_and_very_many_no_names(ax, classes, counted, named):
    draw_confusion(ax, np.eye(classes, dtype=np.int64), tuple(f"c{i}" for i in range(classes)))
    assert len(ax.texts) == (classes**2 if counted else 0)
    assert len(ax.get_xticks()) == len(ax.get_yticks()) == (classes if named else 0)


def test_rows_and_columns_are_kana_drawn_as_lines(both):
    ax = both["1-confusion-lin"].figure.axes[0]
    assert len(ax.child_axes) == 20
    for label in range(10):
        assert sum(is_kana(inset, label) for inset in ax.child_axes) == 2
    assert tuple(label.get_text() for label in ax.get_xticklabels()) == ROMAJI


def test_caption_and_alternative_of_the_matrix_have_its_numbers(both, lin):
    one, seed, worst = both["1-confusion-lin"], lin.seeds[0], lin.gallery[0]
    right = f"{100 * seed.test_accuracy:.1f} %"
    assert one.figure.axes[0].get_title() == f"NetLin: accuracy {right}"
    assert f"{seed.test_correct} of 50 test images ({right})" in one.caption
    assert "(the first of 2 seeds)" in one.caption
    assert "seeds" not in both["2-confusion-full"].caption
    words = f"{KANA[worst.target].kana} {ROMAJI[worst.target]} read as {KANA[worst.predicted].kana}"
    assert f"{words} {ROMAJI[worst.predicted]} {worst.count} time" in one.caption
    for label, row in enumerate(seed.confusion):
        assert f"{KANA[label].kana} {ROMAJI[label]} {row[label]} of {sum(row)}" in one.alternative


def test_the_gallery_shows_the_images_of_each_cell_of_the_best_net_with_its_count(both, lin, full):
    lin = max(lin, full, key=lambda net: net.seeds[0].test_accuracy)
    ax = both["1-gallery"].figure.axes[0]
    images, between = tiles(ax.images[0])
    np.testing.assert_array_equal(images, lin.arrays["confused"][:, : lin.gallery[0].count])
    assert between == 0
    counts = {text.get_position()[1]: text.get_text() for text in ax.texts if text.get_weight() == "bold"}
    assert counts == {row: f"{cell.count} ×" for row, cell in enumerate(lin.gallery)}
    assert len(ax.child_axes) == 2 * len(lin.gallery)
    for row, cell in enumerate(lin.gallery):
        target, predicted = ax.child_axes[2 * row : 2 * row + 2]
        assert is_kana(target, cell.target)
        assert is_kana(predicted, cell.predicted)


def test_shares_are_percents_of_the_row_and_a_class_without_images_has_none():
    shares = row_percentages(np.array([[3, 1, 0], [0, 0, 0], [1, 0, 1]]))
    assert shares.tolist() == [[75, 25, 0], [0, 0, 0], [50, 0, 50]]
