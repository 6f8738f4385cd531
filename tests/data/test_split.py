"""The fixed division into a training and a test part."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kuzushi.data.split import last_fifth


def test_the_example_of_the_docstring() -> None:
    chosen = last_fifth(np.array([0, 1, 0, 0, 1, 0, 0]))
    np.testing.assert_array_equal(np.flatnonzero(chosen), [4, 6])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=80))
def test_the_last_fifth_of_each_class_and_at_least_one_image_of_two_or_more_is_chosen(labels: list[int]) -> None:
    chosen = last_fifth(np.array(labels, dtype=np.int64))
    for label in set(labels):
        of_class = chosen[np.array(labels) == label]
        size = 0 if len(of_class) == 1 else max(1, len(of_class) // 5)
        np.testing.assert_array_equal(of_class, [False] * (len(of_class) - size) + [True] * size)
