"""Calls that are to be refused, and ones that fail."""

import pytest

from kuzushi.errors import RunError


def refused(call, *words):
    """The call raises a RunError of one line, in which these words are."""
    with pytest.raises(RunError) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert str(word) in message


def failing(error):
    """A function that raises the error, whatever it is given."""

    def fail(*_, **__):
        raise error

    return fail
