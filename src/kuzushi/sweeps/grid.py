"""A TOML file of settings -> the config of every cell."""

import functools
import itertools
import math
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from kuzushi.configs import (
    COMMANDS,
    CharactersConfig,
    CheckerboardConfig,
    Config,
    DesignConfig,
    SequencesConfig,
    WidthsConfig,
    WidthSearchConfig,
)
from kuzushi.errors import ConfigError
from kuzushi.results import Setting

SUBJECTS: dict[str, type[Config]] = {
    COMMANDS[kind]: kind
    for kind in (
        CharactersConfig, CheckerboardConfig, WidthsConfig, SequencesConfig, WidthSearchConfig, DesignConfig,
    )
}  # fmt: skip
"""What can be swept."""
MOST_CELLS = 1_000_000
LARGEST = 2**24
"""Bytes of a file."""
PARTS = ("subject", "settings", "grid", "cells")


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Settings of many cells; the configs themselves are made one after another, since there can be many."""

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
        """The config of each cell, in the order of the file; the last axis changes fastest.

        Raises:
            ConfigError: at a cell whose settings do not go together.
        """
        kind = SUBJECTS[self.subject]
        for entry in self.entries:
            for values in itertools.product(*self.axes.values()):
                own = {**entry, **dict(zip(self.axes, values, strict=True))}
                settings: dict[str, Any] = {**self.settings, **own}
                try:
                    yield kind(**settings)
                except ConfigError as error:
                    raise ConfigError(f"the cell {spelled(own)}: {error}") from error

    @property
    def varied(self) -> tuple[str, ...]:
        """The settings in which cells differ, those of the entries first."""
        default = {name: getattr(SUBJECTS[self.subject], name) for entry in self.entries for name in entry}
        of_entries = [
            name for name in default if len({entry.get(name, default[name]) for entry in self.entries}) > 1
        ]  # fmt: skip
        return (*of_entries, *(name for name, values in self.axes.items() if len(values) > 1))

    @property
    def same(self) -> dict[str, Setting]:
        """The settings that are given and the same in every cell."""
        given = {**self.settings, **self.entries[0], **{name: values[0] for name, values in self.axes.items()}}
        return {name: value for name, value in given.items() if name not in self.varied}


def spelled(settings: Mapping[str, Setting]) -> str:
    """Settings as text, such as "hid = 2, seed = 0"."""
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
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ConfigError(f"{path}: has more than {LARGEST:,} bytes; give a list of settings in TOML")
        return tomllib.loads(data.decode())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); give a TOML file of settings") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: is not TOML ({error})") from error


def _grid(fields: Mapping[str, Any]) -> Grid:
    for name in fields:
        if name not in PARTS:
            raise ConfigError(f"{name}: expected subject, [settings], [grid] and [[cells]] only")
    subject = fields.get("subject")
    if not isinstance(subject, str) or subject not in SUBJECTS:
        raise ConfigError(f"subject = {subject!r}: expected one of {', '.join(SUBJECTS)}")
    kind = SUBJECTS[subject]
    settings = _table(fields.get("settings", {}), kind, "settings")
    axes = {name: _axis(values, kind, name) for name, values in _named(fields.get("grid", {}), "grid").items()}
    entries = fields.get("cells", [{}])
    if not isinstance(entries, list) or not entries:
        raise ConfigError("cells: expected one or more tables, each under [[cells]]")
    grid = Grid(
        subject=subject,
        settings=settings,
        axes=axes,
        entries=tuple(_table(entry, kind, f"cells[{place}]") for place, entry in enumerate(entries, start=1)),
    )
    _each_given_once(grid)
    if len(grid) > MOST_CELLS:
        raise ConfigError(f"has {len(grid):,} cells; expected at most {MOST_CELLS:,}: divide it into several files")
    return grid


def _named(table: Any, place: str) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise ConfigError(f"{place}: expected a table of settings, got {table!r:.60}")
    return table


def _table(table: Any, kind: type[Config], place: str) -> dict[str, Setting]:
    return {name: _value(value, kind, name, f"{place}.{name}") for name, value in _named(table, place).items()}


def _axis(values: Any, kind: type[Config], name: str) -> tuple[Setting, ...]:
    """The different values of a list, in their order."""
    if not isinstance(values, list) or not values:
        raise ConfigError(f"grid.{name}: expected a list of one or more values, got {values!r:.60}")
    checked = [_value(value, kind, name, f"grid.{name}[{place}]") for place, value in enumerate(values, start=1)]
    return tuple(dict.fromkeys(checked))


def _value(value: Any, kind: type[Config], name: str, place: str) -> Setting:
    known = _types(COMMANDS[kind])
    if name not in known:
        raise ConfigError(f"{place}: no such setting of kuzushi {COMMANDS[kind]}; there are {', '.join(known)}")
    try:
        converted: Setting = msgspec.convert(value, type=known[name])
    except msgspec.ValidationError as error:
        raise ConfigError(f"{place} = {value!r:.60}: {error}") from error
    return converted


@functools.cache
def _types(subject: str) -> dict[str, Any]:
    return get_type_hints(SUBJECTS[subject])


def _each_given_once(grid: Grid) -> None:
    of_entries = {name for entry in grid.entries for name in entry}
    places: dict[str, Collection[str]] = {"settings": grid.settings, "grid": grid.axes, "cells": of_entries}
    for one, other in itertools.combinations(places, 2):
        for name in places[one]:
            if name in places[other]:
                raise ConfigError(f"{name}: is given in {one} and in {other}; give it once")
