"""The pairs that are confused most: the table by hand, and the chart read back from its bars."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_hex

from kuzushi.configs import CharactersConfig
from kuzushi.experiments.characters import run
from kuzushi.plots.pairs import COLOURS, PairShares, draw_pairs, pair_shares, shares_of_rows
from kuzushi.plots.style import new_figure
from kuzushi.reference import PUBLISHED


@pytest.fixture(scope="module")
def nets():
    return [
        run(CharactersConfig(data="brush:200/50", preset="report", epochs=2, **options))
        for options in ({"net": "lin", "seeds": 2}, {"net": "full", "hid": 30})
    ]


@pytest.fixture
def ax():
    return new_figure(6, 4).subplots()


def on_kmnist(result, **changes):
    return dataclasses.replace(result, data=dataclasses.replace(result.data, **({"name": "kmnist"} | changes)))


def with_confusion(result, *matrices):
    seeds = [dataclasses.replace(result.seeds[0], confusion=matrix) for matrix in matrices]
    return dataclasses.replace(result, seeds=tuple(seeds))


def test_shares_are_percents_of_the_row_and_a_class_without_images_has_none():
    shares = shares_of_rows(np.array([[3, 1, 0], [0, 0, 0], [1, 0, 1]]))
    assert shares.tolist() == [[75, 25, 0], [0, 0, 0], [50, 0, 50]]


def test_the_shares_of_a_net_are_over_all_its_seeds(nets):
    lin, full = nets
    for pair in pair_shares(nets, top=5):
        row = [sum(seed.confusion[pair.target][column] for seed in lin.seeds) for column in range(10)]
        assert pair.ours[0] == pytest.approx(100 * row[pair.predicted] / sum(row))
        row = full.seeds[0].confusion[pair.target]
        assert pair.ours[1] == pytest.approx(100 * row[pair.predicted] / sum(row))
        assert set(pair.published) == {None}


def test_pairs_come_in_the_order_of_the_mean_over_the_nets_ties_by_place_and_without_empty_ones(nets):
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


def test_the_published_shares_stand_beside_those_of_the_same_images_only(nets):
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


def test_more_nets_than_colours_are_all_drawn(ax):
    labels = [f"net {i}" for i in range(len(COLOURS) + 2)]
    pairs = [
        PairShares(target=0, predicted=1, ours=tuple(map(float, range(len(labels)))), published=(None,) * len(labels))
    ]
    draw_pairs(ax, labels, pairs)
    assert [group[0].get_width() for group in ax.containers] == list(range(len(labels)))
