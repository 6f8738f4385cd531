"""Confusion matrices, galleries and pairs: numbers by hand, and figures read back from their artists."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_hex

from drawings import figures_by_name, is_kana, tiles
from kuzushi.characters.figures.confusion import (
    PairShares,
    draw_confusion,
    draw_pairs,
    pair_shares,
    row_percentages,
)
from kuzushi.characters.figures.names import COLOURS, ROMAJI
from kuzushi.core.kana import KANA
from kuzushi.core.reference import PUBLISHED


@pytest.fixture(scope="module")
def nets(lin, full):
    return [lin, full]


def on_kmnist(result, **changes):
    return dataclasses.replace(result, data=dataclasses.replace(result.data, **({"name": "kmnist"} | changes)))


def with_confusion(result, *matrices):
    seeds = [dataclasses.replace(result.seeds[0], confusion=matrix) for matrix in matrices]
    return dataclasses.replace(result, seeds=tuple(seeds))


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


def test_the_gallery_shows_the_images_of_each_cell_with_its_count(both, lin):
    ax = both["1-gallery-lin"].figure.axes[0]
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


def test_the_shares_of_a_net_are_over_all_its_seeds(nets):
    lin, full = nets
    for pair in pair_shares(nets, top=5):
        row = [sum(seed.confusion[pair.target][column] for seed in lin.seeds) for column in range(10)]
        assert pair.ours[0] == pytest.approx(100 * row[pair.predicted] / sum(row))
        row = full.seeds[0].confusion[pair.target]
        assert pair.ours[1] == pytest.approx(100 * row[pair.predicted] / sum(row))
        assert set(pair.published) == {None}


def test_pairs_are_sorted_by_the_mean_over_the_nets_then_by_index_without_empty_ones(nets):
    result = nets[0]
    first = with_confusion(result, ((8, 2, 0), (1, 7, 2), (0, 0, 10)))
    second = with_confusion(result, ((10, 0, 0), (1, 5, 4), (0, 0, 10)), ((10, 0, 0), (3, 7, 0), (0, 0, 10)))
    pairs = pair_shares([first, second], top=9)
    assert [(pair.target, pair.predicted, pair.ours) for pair in pairs] == [
        (1, 2, (20, 20)), (1, 0, (10, 20)), (0, 1, (20, 0)),
    ]  # fmt: skip
    tied = with_confusion(result, ((8, 1, 1), (1, 9, 0), (0, 1, 9)))
    assert [(pair.target, pair.predicted) for pair in pair_shares([tied], top=3)] == [(0, 1), (0, 2), (1, 0)]


def test_many_equal_pairs_keep_the_order_of_the_matrix(nets):
    equal = with_confusion(
        nets[0], tuple(tuple(9 if row == column else 1 for column in range(10)) for row in range(10))
    )
    pairs = [(pair.target, pair.predicted) for pair in pair_shares([equal], top=50)]
    assert pairs == [(row, column) for row in range(10) for column in range(10) if row != column][:50]


def test_without_errors_there_are_no_pairs(nets):
    assert pair_shares([with_confusion(nets[0], ((5, 0), (0, 5)))], top=3) == ()


def test_published_shares_are_only_for_the_same_images(nets):
    same = pair_shares([on_kmnist(result) for result in nets], top=6)
    for pair in same:
        printed = [PUBLISHED.characters.nets[net].confusion[pair.target][pair.predicted] for net in ("lin", "full")]
        assert pair.published == pytest.approx([count / 10 for count in printed])
    assert [pair.ours for pair in same] == [pair.ours for pair in pair_shares(nets, top=6)]
    for other in ({"name": "kmnist-mini"}, {"verified": False}):
        assert all(
            set(pair.published) == {None}
            for pair in pair_shares([on_kmnist(result, **other) for result in nets], top=6)
        )


def test_a_bar_for_each_net_and_pair_has_the_length_of_its_share(ax, nets):
    pairs = pair_shares(nets, top=4)
    draw_pairs(ax, ["NetLin", "NetFull"], pairs)
    assert [group.get_label() for group in ax.containers] == ["NetLin", "NetFull"]
    for net, bars in enumerate(ax.containers):
        assert [bar.get_width() for bar in bars] == [pair.ours[net] for pair in pairs]
        assert {to_hex(bar.get_facecolor()).upper() for bar in bars} == {COLOURS[net]}
        assert not any(bar.get_hatch() for bar in bars)
    assert [text.get_text() for text in ax.texts] == [f"{pair.ours[net]:.1f}" for net in (0, 1) for pair in pairs]


def test_the_bars_of_a_pair_lie_within_its_row_without_overlaps_and_the_first_pair_is_on_top(ax):
    pairs = [PairShares(target=i, predicted=9, ours=(9.0 - i, 2.0, 3.0), published=(1.0, 4.0, 5.0)) for i in range(3)]
    draw_pairs(ax, ["A", "B", "C"], pairs)
    bottom, top = ax.get_ylim()
    assert bottom > top
    spans = sorted((bar.get_y(), bar.get_y() + bar.get_height()) for group in ax.containers for bar in group)
    assert len(spans) == 18
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    for row in range(3):
        for start, end in spans[6 * row : 6 * row + 6]:
            assert row - 0.5 < start < end < row + 0.5


def test_published_bars_are_hatched_and_named(ax):
    pairs = [PairShares(target=5, predicted=2, ours=(11.0, 7.0), published=(12.1, 7.8))]
    draw_pairs(ax, ["NetLin", "NetFull"], pairs)
    assert [(group.get_label(), group[0].get_width(), bool(group[0].get_hatch())) for group in ax.containers] == [
        ("NetLin", 11.0, False), ("NetLin, published", 12.1, True),
        ("NetFull", 7.0, False), ("NetFull, published", 7.8, True),
    ]  # fmt: skip
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [group.get_label() for group in ax.containers]


def test_the_bars_of_more_nets_than_colours_are_all_drawn(ax):
    labels = [f"net {i}" for i in range(len(COLOURS) + 2)]
    pairs = [
        PairShares(target=0, predicted=1, ours=tuple(map(float, range(len(labels)))), published=(None,) * len(labels))
    ]
    draw_pairs(ax, labels, pairs)
    assert [group[0].get_width() for group in ax.containers] == list(range(len(labels)))


def test_the_bars_are_the_shares_and_each_row_names_its_pair(both, lin, full):
    one = both["1-pairs"]
    names, bars = one.figure.axes
    pairs = pair_shares([lin, full], top=8)
    for net, group in enumerate(bars.containers):
        assert [bar.get_width() for bar in group] == [pair.ours[net] for pair in pairs]
    for row, pair in enumerate(pairs):
        target, predicted = names.child_axes[2 * row : 2 * row + 2]
        assert is_kana(target, pair.target)
        assert is_kana(predicted, pair.predicted)
        words = [text.get_text() for text in names.texts if text.get_position()[1] == row]
        assert words == [ROMAJI[pair.target], "read as", ROMAJI[pair.predicted]]
        shares = f"NetLin {pair.ours[0]:.1f} %, NetFull {pair.ours[1]:.1f} %"
        assert f"read as {KANA[pair.predicted].kana} {ROMAJI[pair.predicted]}: {shares}" in one.alternative
    assert names.get_ylim() == bars.get_ylim()
    assert "published" not in one.alternative
    assert "Hatched" not in one.caption


def test_on_the_images_of_the_report_its_numbers_are_hatched_and_in_the_alternative(lin):
    official = dataclasses.replace(lin, data=dataclasses.replace(lin.data, name="kmnist", verified=True))
    one = figures_by_name(official)["1-pairs"]
    ours, published = one.figure.axes[1].containers
    assert (ours.get_label(), published.get_label()) == ("NetLin", "NetLin, published")
    assert all(bar.get_hatch() for bar in published)
    pair = pair_shares([official], top=1)[0]
    assert f"NetLin {pair.ours[0]:.1f} %, NetLin published {pair.published[0]:.1f} %" in one.alternative
    assert "Hatched: the coursework report" in one.caption
