"""Exceptions for errors that the user can fix; their messages are one line."""


class KuzushiError(Exception):
    """Base of all: what was received, what was expected, what to do. The command prints it and exits with 2."""


class ConfigError(KuzushiError):
    """A setting outside its range, or settings that contradict each other."""


class DataError(KuzushiError):
    """A data file that is missing, damaged, or not of the expected kind."""


class ShapeError(KuzushiError):
    """An array of the wrong shape."""


class RunError(KuzushiError):
    """A run folder that is in use, unreadable, or cannot be written."""
