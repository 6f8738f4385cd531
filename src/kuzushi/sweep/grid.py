"""Read a TOML file of settings and make the settings of every cell."""

import dataclasses
import functools
import itertools
import math
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from kuzushi.core.configs import Config
from kuzushi.core.errors import ConfigError
from kuzushi.core.files import read_bounded
from kuzushi.experiments import SWEPT
from kuzushi.sweep.results import Setting

MOST_CELLS = 1_000_000
LARGEST = 2**24
"""Bytes of a file."""
PARTS = ("subject", "settings", "grid", "cells")


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The settings of many cells; `configs` makes them one at a time, since there can be many."""

    subject: str
    settings: Mapping[str, Setting]
    """The same in every cell."""
    axes: Mapping[str, tuple[Setting, ...]]
    """Every combination of these values..."""
    entries: tuple[Mapping[str, Setting], ...]
    """...with each of these."""

    def __len__(self) -> int:
        return math.prod(map(len, self.axes.values())) * len(self.entries)

    def configs(self) -> Iterator[Config]:
        """Yield the settings of each cell in the order of the file; the last axis changes fastest.

        Raises:
            ConfigError: at a cell whose settings do not go together.
        """
        kind = SWEPT[self.subject]
        for entry in self.entries:
            for values in itertools.product(*self.axes.values()):
                own = {**entry, **dict(zip(self.axes, values, strict=True))}
                settings: dict[str, Any] = {**self.settings, **own}
                try:
                    yield kind(**settings)
                except ConfigError as error:
                    raise ConfigError(f"the cell {as_text(own)}: {error}") from error

    @property
    def varied(self) -> tuple[str, ...]:
        """Return the settings in which cells differ, those of the entries first."""
        default = {name: getattr(SWEPT[self.subject], name) for entry in self.entries for name in entry}
        of_entries = [
            name for name in default if len({entry.get(name, default[name]) for entry in self.entries}) > 1
        ]  # fmt: skip
        return (*of_entries, *(name for name, values in self.axes.items() if len(values) > 1))

    @property
    def same(self) -> dict[str, Setting]:
        """Return the settings that are the same in every cell."""
        given = {**self.settings, **self.entries[0], **{name: values[0] for name, values in self.axes.items()}}
        return {name: value for name, value in given.items() if name not in self.varied}


def as_text(settings: Mapping[str, Setting]) -> str:
    """Return settings as text, such as "hid = 2, seed = 0"."""
    return ", ".join(f"{name} = {value}" for name, value in settings.items()) or "without settings of its own"


def read_grid(path: Path) -> Grid:
    """Read and check a file of settings.

    Example: subject = "sequences", [settings] nets = 16, [grid] hid = [2, 3], seed = [0, 1] -> four cells

    Raises:
        ConfigError: if it cannot be read, or a setting is unknown, of the wrong type, given twice, or too many.
    """
    fields = _read(path)
    try:
        return _grid(fields)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_bounded(path, max_bytes=LARGEST).decode())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); give a TOML file of settings") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: is not TOML ({error})") from error


def _grid(fields: Mapping[str, Any]) -> Grid:
    for name in fields:
        if name not in PARTS:
            raise ConfigError(f"{name}: expected subject, [settings], [grid] and [[cells]] only")
    subject = fields.get("subject")
    if not isinstance(subject, str) or subject not in SWEPT:
        raise ConfigError(f"subject = {subject!r}: expected one of {', '.join(SWEPT)}")
    kind = SWEPT[subject]
    settings = _table(fields.get("settings", {}), kind, "settings")
    axes = {name: _axis(values, kind, name) for name, values in _named(fields.get("grid", {}), "grid").items()}
    entries = fields.get("cells", [{}])
    if not isinstance(entries, list) or not entries:
        raise ConfigError("cells: expected one or more tables, each under [[cells]]")
    grid = Grid(
        subject=subject,
        settings=settings,
        axes=axes,
        entries=tuple(_table(entry, kind, f"cells[{index}]") for index, entry in enumerate(entries, start=1)),
    )
    _each_given_once(grid)
    if len(grid) > MOST_CELLS:
        raise ConfigError(f"has {len(grid):,} cells; expected at most {MOST_CELLS:,}: divide it into several files")
    return grid


def _named(table: Any, where: str) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise ConfigError(f"{where}: expected a table of settings, got {table!r:.60}")
    return table


def _table(table: Any, kind: type[Config], where: str) -> dict[str, Setting]:
    return {name: _value(value, kind, name, f"{where}.{name}") for name, value in _named(table, where).items()}


def _axis(values: Any, kind: type[Config], name: str) -> tuple[Setting, ...]:
    """Return the distinct values of a list in their order."""
    if not isinstance(values, list) or not values:
        raise ConfigError(f"grid.{name}: expected a list of one or more values, got {values!r:.60}")
    checked = [_value(value, kind, name, f"grid.{name}[{index}]") for index, value in enumerate(values, start=1)]
    return tuple(dict.fromkeys(checked))


def _value(value: Any, kind: type[Config], name: str, where: str) -> Setting:
    known = _types(kind.subject)
    if name not in known:
        raise ConfigError(f"{where}: no such setting of kuzushi {kind.subject}; there are {', '.join(known)}")
    try:
        converted: Setting = msgspec.convert(value, type=known[name])
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where} = {value!r:.60}: {error}") from error
    return converted


@functools.cache
def _types(subject: str) -> dict[str, Any]:
    kind = SWEPT[subject]
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _each_given_once(grid: Grid) -> None:
    of_entries = {name for entry in grid.entries for name in entry}
    tables: dict[str, Collection[str]] = {"settings": grid.settings, "grid": grid.axes, "cells": of_entries}
    for one, other in itertools.combinations(tables, 2):
        for name in tables[one]:
            if name in tables[other]:
                raise ConfigError(f"{name}: is given in {one} and in {other}; give it once")
