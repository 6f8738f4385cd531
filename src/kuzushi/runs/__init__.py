"""The run folder: claimed by one process, every file written whole or not at all, resumed where it was left."""

from kuzushi.files import write_whole
from kuzushi.runs.folder import RunFolder, begun_with
from kuzushi.runs.journal import Journal, Progress, Silent
from kuzushi.runs.kept import json_lines, load, load_certified, to_json, write_certified
from kuzushi.runs.origin import provenance

__all__ = [
    "Journal",
    "Progress",
    "RunFolder",
    "Silent",
    "begun_with",
    "json_lines",
    "load",
    "load_certified",
    "provenance",
    "to_json",
    "write_certified",
    "write_whole",
]
