"""Languages in words, against their names."""

import dataclasses

import pytest

from kuzushi.configs import SequencesConfig
from kuzushi.data.languages import LANGUAGES
from kuzushi.experiments.sequences import run
from kuzushi.plots.languages import bracketed, names_of_states, written

SMALL = {"nets": 1, "length": 2, "test_length": 2, "updates": 1}


@pytest.fixture(scope="module")
def results():
    """A result of each kind of language."""
    return {lang: run(SequencesConfig(lang=lang, **SMALL)) for lang in ("x2y3", "reber", "dyck1")}


@pytest.mark.parametrize("name", [name for name in LANGUAGES if name.endswith("n")])
def test_the_named_languages_that_count_are_written_as_they_are_named(name):
    assert written(name).translate(str.maketrans("ⁿ²³", "n23")) == name


def test_the_other_named_languages_are_written_in_words():
    assert written("reber") == "Reber's grammar"
    assert written("reber-embedded") == "the embedded Reber grammar"
    assert written("dyck1") == "Dyck-1, balanced brackets"
    assert all(written(name) for name in LANGUAGES)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("a1b2c3", "aⁿb²ⁿc³ⁿ"), ("a2b3", "a²ⁿb³ⁿ"), ("a1b1c1d1", "aⁿbⁿcⁿdⁿ"), ("m5n4", "m⁵ⁿn⁴ⁿ"),
        ("p6q7r8s9", "p⁶ⁿq⁷ⁿr⁸ⁿs⁹ⁿ"),
    ],
)  # fmt: skip
def test_a_pattern_is_written_with_powers(pattern, words):
    assert written(pattern) == words


@pytest.mark.parametrize(("pattern", "name"), [("a1b1", "anbn"), ("a1b2", "anb2n"), ("a1b2c3", "anb2nc3n")])
def test_two_names_of_one_language_are_written_alike(pattern, name):
    assert written(pattern) == written(name)


def test_only_dyck_1_is_of_brackets(results):
    assert {lang for lang, result in results.items() if bracketed(result)} == {"dyck1"}


def test_the_names_of_the_states_are_told_with_the_symbols_of_the_language(results):
    told = {lang: names_of_states(result) for lang, result in results.items()}
    assert told["x2y3"] == "In a state such as x3 three x's have been read; in 5y five y's are still to come."
    assert told["dyck1"] == "In a state such as 3) three brackets are open and still to be closed; in 0) none is."
    assert told["reber"] == "The names are those of the nodes of the grammar."
    assert "a3" in names_of_states(dataclasses.replace(results["x2y3"], symbols=("a", "b")))
