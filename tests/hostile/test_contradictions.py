"""A result whose fields are all of their types, and whose numbers do not go together: a page, or one line."""

import json
import random
import shutil

import pytest

from kuzushi import runs
from kuzushi.configs import CharactersConfig, CheckerboardConfig, DesignConfig, SequencesConfig, WidthsConfig
from kuzushi.experiments import subjects

CONFIGS = {
    "characters": CharactersConfig(net="lin", data="brush:20/20", epochs=1),
    "checkerboard": CheckerboardConfig(nets=2, epochs=100, data="xor", hid=2),
    "widths": WidthsConfig(nets=2, epochs=100, narrowest=2, widest=3),
    "design": DesignConfig(data="xor"),
    "srn": SequencesConfig(nets=2, updates=3, test_length=6),
    "lstm": SequencesConfig(lang="anbn", model="lstm", nets=2, updates=3, test_length=6),
}
PAGES = 100
"""Of so many mutated files, one is laid out on a page: that takes a hundred times as long as to read one."""


@pytest.fixture(scope="module", params=CONFIGS)
def run(request, memory):
    """A finished run, and a copy of it."""
    config, folder = CONFIGS[request.param], memory / f"whole-{request.param}"
    with runs.RunFolder(folder) as journal:
        journal.finish(subjects.run(config, journal=journal))
    copy = memory / f"changed-{request.param}"
    shutil.copytree(folder, copy)
    return folder, copy


def changed(tree, rng):
    """The same tree with one leaf or list changed to another of its type."""
    places = list(_places(tree))
    holder, key = rng.choice(places)
    value = holder[key]
    if isinstance(value, list):
        holder[key] = rng.choice((value[:-1], value + value[-1:], value[1:], value[::-1]))
    elif isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int):
        holder[key] = rng.choice((0, 1, value + 1, value - 1, 7, -1))
    elif isinstance(value, float):
        holder[key] = rng.choice((0.0, -value, value * 1e3, value + 1.0))
    return tree


def _places(tree):
    """Every place in a tree of what JSON holds where something but text stands."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(value, bool | int | float | list):
            yield tree, key
        if isinstance(value, dict | list):
            yield from _places(value)


def test_a_result_that_contradicts_itself_is_laid_out_or_refused_in_one_line(run, pytestconfig, kuzushi):
    whole, copy = run
    good = (whole / "result.json").read_bytes()
    assert kuzushi("report", str(whole))[0] == 0
    seed, laid_out = pytestconfig.getoption("file_seed"), 0
    for number in range(max(2, pytestconfig.getoption("files") // PAGES)):
        rng = random.Random(f"{seed} {number}")
        tree = json.loads(good)
        for _ in range(rng.choice((1, 3, 20))):
            tree = changed(tree, rng)
        (copy / "result.json").write_text(json.dumps(tree))
        for words in (["report", str(copy)], ["runs", "show", str(copy)]):
            status, _, said = kuzushi(*words)
            assert status in (0, 2), f"--file-seed {seed}, file {number}: {words}: {said}"
            assert status == 0 or (len(said.splitlines()) == 1 and str(copy) in said)
            laid_out += status == 0
    assert laid_out or pytestconfig.getoption("files") < 1_000
