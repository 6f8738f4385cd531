"""Which cells are trained together: as many as have room, and only those that differ in seed or test strings."""

import itertools

from kuzushi.configs import CharactersConfig, CheckerboardConfig, SequencesConfig
from kuzushi.sweeps import packs
from kuzushi.sweeps.packs import ROOM, packed


def seeds(count, **settings):
    return [SequencesConfig(seed=seed, **settings) for seed in range(count)]


def test_cells_that_differ_in_their_seed_are_packed_until_there_is_no_room():
    cells = seeds(10, nets=16)
    assert list(packed(cells)) == [cells[:4], cells[4:8], cells[8:]]
    boards = [CheckerboardConfig(nets=200, seed=seed) for seed in range(3)]
    assert list(packed(boards)) == [boards[:2], boards[2:]]


def test_each_seed_goes_with_its_like_in_whatever_order_they_come():
    cells = [SequencesConfig(nets=8, hid=hid, seed=seed) for seed in range(8) for hid in (2, 3)]
    assert list(packed(cells)) == [cells[0::2], cells[1::2]]


def test_cells_that_are_tested_on_other_strings_go_together_and_those_that_train_otherwise_do_not():
    cells = [SequencesConfig(nets=4, test_length=length) for length in (10, 20)]
    assert list(packed(cells)) == [cells]
    for other in ({"lang": "anbn"}, {"length": 3}, {"hid": 3}, {"updates": 7}, {"preset": "report"}, {"nets": 5}):
        apart = [SequencesConfig(nets=4), SequencesConfig(**{"nets": 4, "seed": 1} | other)]
        assert list(packed(apart)) == [[cell] for cell in apart]


def test_what_fills_an_ensemble_by_itself_or_trains_no_ensemble_goes_alone():
    large = seeds(3, nets=ROOM[SequencesConfig] // 2 + 1)
    given = [CheckerboardConfig(set_weights="report", scale=scale, nets=64) for scale in (1.0, 2.0, 3.0)]
    others = [CharactersConfig(seed=seed) for seed in range(3)]
    for cells in (large, given, others):
        assert list(packed(cells)) == [[cell] for cell in cells]


def test_every_cell_is_in_one_pack_also_where_too_many_wait_for_theirs_to_be_full(monkeypatch):
    monkeypatch.setattr(packs, "WAITING", 10)
    cells = [SequencesConfig(nets=2, hid=hid, seed=seed) for seed in range(7) for hid in range(1, 10)]
    found = list(packed(cells))
    assert sorted(map(repr, itertools.chain.from_iterable(found))) == sorted(map(repr, cells))
    assert all(len({cell.hid for cell in pack}) == 1 for pack in found)


def test_a_pack_is_given_out_as_soon_as_it_is_full():
    asked = []

    def cells():
        for seed in itertools.count():
            asked.append(seed)
            yield SequencesConfig(nets=16, seed=seed)

    assert len(next(packed(cells()))) == 4
    assert asked == [0, 1, 2, 3]
