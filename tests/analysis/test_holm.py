"""Holm's adjustment, against the closed testing procedure that it is a short cut of."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuzushi.analysis.holm import holm


def by_closed_testing(p_values):
    """Each p-value adjusted to the largest Bonferroni p of all sets of hypotheses that it is in."""
    places = range(len(p_values))
    sets = [chosen for size in range(1, len(p_values) + 1) for chosen in combinations(places, size)]
    bonferroni = {chosen: min(1.0, len(chosen) * min(p_values[place] for place in chosen)) for chosen in sets}
    return [max(bonferroni[chosen] for chosen in sets if place in chosen) for place in places]


@given(st.lists(st.floats(0, 1), max_size=6))
def test_it_is_closed_testing_by_bonferroni(p_values):
    assert holm(p_values) == pytest.approx(by_closed_testing(p_values))


def test_the_example_of_the_docstring():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
