"""Assert that calls are refused, and make calls fail."""

import pytest

from kuzushi.core.errors import RunError


def refused(call, *words):
    """Assert that a call raises a RunError of one line that contains these words."""
    with pytest.raises(RunError) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert str(word) in message


def failing(error):
    """Return a function that raises the error, whatever its arguments."""

    def fail(*_, **__):
        raise error

    return fail
