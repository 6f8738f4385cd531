"""The one family of exceptions: what was received, what was expected, what to do."""


class KuzushiError(Exception):
    """Anything a person can mend; the command prints it on one line and exits with 2."""


class ConfigError(KuzushiError):
    """A setting outside its range, or settings that do not go together."""


class DataError(KuzushiError):
    """A data file that is missing, damaged, or not what it says it is."""


class ShapeError(KuzushiError):
    """An array whose shape does not fit where it is put."""


class RunError(KuzushiError):
    """A run folder that is taken, unreadable, or cannot be written."""


class ProofError(KuzushiError):
    """A proof that does not hold."""
