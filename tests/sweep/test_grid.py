"""A file of settings -> configs: every combination once, and one line for everything that is wrong in the file."""

import contextlib
import itertools
import random

import pytest

from kuzushi.core.errors import ConfigError
from kuzushi.perceptrons.configs import CheckerboardConfig, DesignConfig
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sweep import grid
from kuzushi.sweep.grid import read_grid

GRID = """subject = "sequences"
[settings]
nets = 16
test_length = 8
[grid]
hid = [2, 3]
seed = [0, 1, 2]
"""


@pytest.fixture
def read(tmp_path):
    def reader(text: str | bytes):
        path = tmp_path / "grid.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_grid(path)

    return reader


def test_a_grid_is_every_combination_of_its_values_the_last_setting_changing_fastest(read):
    found = read(GRID)
    assert len(found) == 6
    assert list(found.configs()) == [
        SequencesConfig(nets=16, test_length=8, hid=hid, seed=seed) for hid in (2, 3) for seed in (0, 1, 2)
    ]
    assert found.varied == ("hid", "seed")
    assert found.same == {"nets": 16, "test_length": 8}


def test_a_list_of_cells_has_settings_that_vary_together_and_is_combined_with_the_grid(read):
    found = read(
        'subject = "sequences"\n[grid]\nseed = [0, 1]\n[[cells]]\nlang = "anbn"\nhid = 2\n[[cells]]\nlang = "anb2n"\n'
        '[[cells]]\nlang = "anbncn"\nhid = 3\nmodel = "lstm"\n'
    )
    assert list(found.configs()) == [
        SequencesConfig(seed=seed, **own)
        for own in ({"lang": "anbn", "hid": 2}, {"lang": "anb2n"}, {"lang": "anbncn", "hid": 3, "model": "lstm"})
        for seed in (0, 1)
    ]
    assert found.varied == ("lang", "hid", "model", "seed")


def test_what_is_the_same_in_all_cells_does_not_vary_wherever_it_is_given(read):
    found = read(
        'subject = "sequences"\n[grid]\nseed = [5]\n[[cells]]\nhid = 3\nnets = 4\n[[cells]]\nhid = 4\nnets = 4\n'
    )
    assert found.varied == ("hid",)
    assert found.same == {"nets": 4, "seed": 5}


def test_a_file_without_lists_is_one_cell(read):
    found = read('subject = "design"\n[settings]\ndata = "xor"\n')
    assert list(found.configs()) == [DesignConfig(data="xor")]
    assert (len(found), found.varied) == (1, ())


def test_a_whole_number_is_taken_where_any_number_may_stand_and_a_value_given_twice_counts_once(read):
    found = read('subject = "checkerboard"\n[grid]\nlr = [1, 0.5, 1.0]\n')
    assert list(found.configs()) == [CheckerboardConfig(lr=1.0), CheckerboardConfig(lr=0.5)]


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("subject = ", "is not TOML"),
        (b'subject = "sequences"\xff', "is not TOML"),
        ("", "subject = None: expected one of characters, checkerboard, design, sequences"),
        ('subject = "gaps"', "subject = 'gaps': expected one of"),
        ("subject = [1]", "subject = [1]: expected one of"),
        ('subject = "design"\nsweep = 3', "sweep: expected subject, [settings], [grid] and [[cells]] only"),
        ('subject = "design"\nsettings = 3', "settings: expected a table of settings, got 3"),
        ('subject = "design"\ngrid = [1]', "grid: expected a table of settings, got [1]"),
        ('subject = "design"\ncells = 3', "cells: expected one or more tables, each under [[cells]]"),
        ('subject = "design"\ncells = []', "cells: expected one or more tables, each under [[cells]]"),
        ('subject = "design"\ncells = [3]', "cells[1]: expected a table of settings, got 3"),
        (GRID + "hidden = [1]", "grid.hidden[1]: no such setting of kuzushi sequences; there are lang,"),
        (GRID.replace("[2, 3]", '[2, "3"]'), "grid.hid[2] = '3': Expected `int`, got `str`"),
        (GRID.replace("[2, 3]", "[true]"), "grid.hid[1] = True: Expected `int`, got `bool`"),
        (GRID.replace("[2, 3]", "[2.5]"), "grid.hid[1] = 2.5: Expected `int`, got `float`"),
        (GRID.replace("[2, 3]", "[]"), "grid.hid: expected a list of one or more values, got []"),
        (GRID.replace("[2, 3]", "2"), "grid.hid: expected a list of one or more values, got 2"),
        (GRID.replace("[2, 3]", "[[2]]"), "grid.hid[1] = [2]: Expected `int`, got `array`"),
        (GRID.replace("nets = 16", "nets = 16\nmodel = 'gru'"), "settings.model = 'gru': Invalid enum value 'gru'"),
        (GRID.replace("[2, 3]", "[0]"), "the cell hid = 0, seed = 0: --hid 0: must be a whole number of at least 1"),
        (GRID.replace("nets = 16", "nets = 16\nhid = 2"), "hid: is given in settings and in grid; give it once"),
        (GRID + "[[cells]]\nnets = 3", "nets: is given in settings and in cells; give it once"),
        (GRID + "[[cells]]\nseed = 3", "seed: is given in grid and in cells; give it once"),
        ("a = " + "[" * 100_000, "is not TOML"),
        ("a = " + "9" * 10_000, "is not TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(read, text, because):
    with pytest.raises(ConfigError) as refused:
        list(read(text).configs())
    assert because in str(refused.value)
    assert "\n" not in str(refused.value)[:200]


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ConfigError, match="cannot be read"):
            read_grid(path)


def test_too_many_cells_are_refused_before_any_is_made(read):
    values = list(range(1001))
    with pytest.raises(ConfigError, match=r"has 1,002,001 cells; expected at most 1,000,000"):
        read(f'subject = "sequences"\n[grid]\nseed = {values}\nhid = {[1 + value for value in values]}\n')


def test_too_large_a_file_is_refused_and_an_endless_one_too(read, monkeypatch, tmp_path):
    monkeypatch.setattr(grid, "LARGEST", len(GRID))
    read(GRID)
    with pytest.raises(ConfigError, match=r"cannot be read .more than"):
        read(GRID + "#")


def test_a_damaged_file_is_read_or_refused_in_one_way(read):
    """Two thousand mutations of a file, each a few bytes changed, dropped or repeated."""
    chance = random.Random(0)
    source = (GRID + '[[cells]]\nlang = "anbn"\n[[cells]]\nlang = "reber"\n').encode()
    read_at_all = 0
    for _ in range(2_000):
        data = bytearray(source)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(data))
            data[place : place + chance.randint(0, 3)] = bytes(
                chance.choice(b'[]{}"=.,#\n019ae\xff') for _ in range(chance.randint(0, 3))
            )
        with contextlib.suppress(ConfigError):
            read_at_all += sum(1 for _ in itertools.islice(read(bytes(data)).configs(), 100)) > 0
    assert 0 < read_at_all < 2_000
