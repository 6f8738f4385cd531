"""Which cells of a sweep are trained as one ensemble: those of few nets that differ in seed or test strings alone.

An operation on the weights of a few small nets costs little less than one on those of many, so nets side by side are
trained several times faster. Each cell remains a run of its own, with the starts and the strings of its seed.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from kuzushi.configs import CheckerboardConfig, Config, SequencesConfig

Pack = Sequence[Config]
"""The cells whose nets are trained as one ensemble; a cell that is trained alone is a pack of one."""
ROOM: dict[type[Config], int] = {SequencesConfig: 64, CheckerboardConfig: 512}
"""The nets of a pack: with more of them an update of one net hardly costs less. What is not named trains alone."""
WAITING = 100_000
"""Cells that are held back at most until their pack is full."""


def packed(configs: Iterable[Config]) -> Iterator[Pack]:
    """Put cells into packs, each as soon as it is full.

    Which cells go together depends on all that are given, and on nothing else: neither on what is done nor on where it
    runs. So a sweep that is stopped, or run elsewhere, ends with the same numbers.

    Example: packed(CheckerboardConfig(nets=256, seed=seed) for seed in range(3)) -> seeds 0 and 1, then seed 2
    """
    open_packs: dict[Config, list[Config]] = {}
    waiting = 0
    for config in configs:
        kind = _kind(config)
        if kind is None:
            yield [config]
            continue
        pack = open_packs.setdefault(kind, [])
        pack.append(config)
        waiting += 1
        if len(pack) == _most(config):
            waiting -= len(pack)
            yield open_packs.pop(kind)
        elif waiting > WAITING:
            oldest = open_packs.pop(next(iter(open_packs)))
            waiting -= len(oldest)
            yield oldest
    yield from open_packs.values()


def _kind(config: Config) -> Config | None:
    """The same for cells that may go together; None for one that goes alone."""
    if _most(config) < 2:
        return None
    if isinstance(config, SequencesConfig):
        return dataclasses.replace(config, seed=0, test_length=config.length)
    if isinstance(config, CheckerboardConfig) and config.set_weights is None:
        return dataclasses.replace(config, seed=0)
    return None


def _most(config: Config) -> int:
    """So many cells like this one fill a pack."""
    return ROOM[type(config)] // config.nets if isinstance(config, SequencesConfig | CheckerboardConfig) else 0
