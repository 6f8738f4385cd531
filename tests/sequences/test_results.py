"""Results of recurrent nets: titles of languages, kinds of languages, and weights of one net."""

from dataclasses import replace

import numpy as np
import pytest

from kuzushi.core.errors import ConfigError
from kuzushi.core.statistics import wilson
from kuzushi.sequences.counter_results import Snapped, Snapping
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.results import language_title


@pytest.mark.parametrize("name", [name for name in LANGUAGES if name.endswith("n")])
def test_the_named_languages_that_count_are_written_as_they_are_named(name):
    assert language_title(name).translate(str.maketrans("ⁿ²³", "n23")) == name


def test_the_other_named_languages_are_written_in_words():
    assert language_title("reber") == "Reber's grammar"
    assert language_title("reber-embedded") == "the embedded Reber grammar"
    assert language_title("dyck1") == "Dyck-1, balanced brackets"
    assert all(language_title(name) for name in LANGUAGES)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("a1b2c3", "aⁿb²ⁿc³ⁿ"), ("a2b3", "a²ⁿb³ⁿ"), ("a1b1c1d1", "aⁿbⁿcⁿdⁿ"), ("m5n4", "m⁵ⁿn⁴ⁿ"),
        ("p6q7r8s9", "p⁶ⁿq⁷ⁿr⁸ⁿs⁹ⁿ"),
    ],
)  # fmt: skip
def test_a_pattern_is_written_with_powers(pattern, words):
    assert language_title(pattern) == words


@pytest.mark.parametrize(("pattern", "name"), [("a1b1", "anbn"), ("a1b2", "anb2n"), ("a1b2c3", "anb2nc3n")])
def test_two_names_of_one_language_are_written_alike(pattern, name):
    assert language_title(pattern) == language_title(name)


def test_only_dyck_1_has_brackets_and_only_reber_a_grammar(srn, reber, brackets):
    assert [result.bracketed for result in (srn, reber, brackets)] == [False, False, True]
    assert [result.from_grammar for result in (srn, reber, brackets)] == [False, True, False]


def test_the_weights_of_one_net_have_no_axis_of_nets_and_no_snapped_weights(lstm):
    made = Snapped(net=2, readings=(), changes=(), weights=1, removed=0, distance=1.0)
    snapping = Snapping(
        nets=(made,), tried=3, tested_length=6, first_failure=(None,), exact=1, exact_interval=wilson(1, 3),
        exact_before=0, certification=None,
    )  # fmt: skip
    trained = {name: array for name, array in lstm.weights.items() if not name.startswith("snapped.")}
    tenth = {f"snapped.{name}": array[[2]] / 10 for name, array in trained.items()}
    result = replace(lstm, snapping=snapping, weights=trained | tenth)
    assert result.weights_of(1).keys() == trained.keys()
    assert all(np.array_equal(array, trained[name][1]) for name, array in result.weights_of(1).items())
    snapped = result.weights_of(2, snapped=True)
    assert all(np.array_equal(array, trained[name][2] / 10) for name, array in snapped.items())
    with pytest.raises(ConfigError, match="net 2 was not snapped"):
        result.weights_of(1, snapped=True)
