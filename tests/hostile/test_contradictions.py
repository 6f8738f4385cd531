"""Results with valid types and contradicting numbers: they are shown, or refused in one line."""

import json
import random
import shutil

import pytest

from kuzushi import experiments
from kuzushi.characters.configs import CharactersConfig
from kuzushi.core.run_folder import RunFolder
from kuzushi.perceptrons.configs import CheckerboardConfig, DesignConfig
from kuzushi.sequences.configs import SequencesConfig

CONFIGS = {
    "characters": CharactersConfig(net="lin", data="brush:20/20", epochs=1),
    "checkerboard": CheckerboardConfig(nets=2, epochs=100, data="xor", hid=2),
    "design": DesignConfig(data="xor"),
    "srn": SequencesConfig(nets=2, updates=3, test_length=6),
    "lstm": SequencesConfig(lang="anbn", model="lstm", nets=2, updates=3, test_length=6),
}
FILES_PER_PAGE = 100
"""One page is built for so many of --files: it takes a hundred times as long as reading a file."""


@pytest.fixture(scope="module", params=CONFIGS)
def run(request, memory):
    """A finished run, and a copy of it."""
    config, folder = CONFIGS[request.param], memory / f"whole-{request.param}"
    with RunFolder(folder) as journal:
        journal.finish(experiments.run(config, journal=journal))
    copy = memory / f"changed-{request.param}"
    shutil.copytree(folder, copy)
    return folder, copy


def changed(tree, rng):
    """Change one number or list of a tree to another of its type."""
    holder, key = rng.choice(list(_values(tree)))
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


def _values(tree):
    """Yield the container and the key of every value of a JSON tree that is not text."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(value, bool | int | float | list):
            yield tree, key
        if isinstance(value, dict | list):
            yield from _values(value)


def test_a_result_that_contradicts_itself_is_shown_or_refused_in_one_line(run, pytestconfig, kuzushi):
    whole, copy = run
    good = (whole / "result.json").read_bytes()
    assert kuzushi("report", str(whole))[0] == 0
    seed, shown = pytestconfig.getoption("file_seed"), 0
    for number in range(max(2, pytestconfig.getoption("files") // FILES_PER_PAGE)):
        rng = random.Random(f"{seed} {number}")
        tree = json.loads(good)
        for _ in range(rng.choice((1, 3, 20))):
            tree = changed(tree, rng)
        (copy / "result.json").write_text(json.dumps(tree))
        for words in (["report", str(copy)], ["runs", "show", str(copy)]):
            status, _, error = kuzushi(*words)
            assert status in (0, 2), f"--file-seed {seed}, file {number}: {words}: {error}"
            assert status == 0 or (len(error.splitlines()) == 1 and str(copy) in error)
            shown += status == 0
    assert shown or pytestconfig.getoption("files") < 1_000
