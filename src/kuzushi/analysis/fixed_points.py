"""Fixed points and 2-cycles of the maps by which the symbols move the hidden state of SRNs.

For each symbol s the state obeys F_s(h) = tanh(W_hh h + W_ih[:, s] + b). Points are sought by Newton's method from many
starts, and from where plain iteration leads them. It is no proof that there are no others; longer cycles and chaos are
not sought at all.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor

from kuzushi.models.recurrent import SRN
from kuzushi.results.common import Vector
from kuzushi.results.dynamics import FixedPoint

GRID = 21
"""Starts along each axis of the box of two units."""
RANDOM = 441
"""Starts in the box of more units."""
NEWTON_STEPS = 40
ITERATIONS, AT_ONCE = 2_000, 20
"""How often a symbol is read until a start must have arrived, and how many of these steps come between two looks."""
RESIDUAL = 1e-12
"""The largest |F(h) - h| of a fixed point, in double precision."""
MERGED = 1e-5
"""Points closer than this are one."""
ARRIVED = 1e-3
"""A start has ended at a point when it is this close."""


@dataclass(frozen=True)
class SymbolMaps:
    """The map of every symbol of every net, in double precision, net by net."""

    weight: Float[Tensor, "maps hid hid"]
    drive: Float[Tensor, "maps hid"]

    @classmethod
    def of(cls, model: SRN) -> "SymbolMaps":
        """The maps of an ensemble, at place net * alphabet + symbol."""
        weight_ih, weight, bias = (
            each.detach().cpu().double() for each in (model.weight_ih, model.weight_hh, model.bias)
        )
        drive = (weight_ih + bias[..., None]).mT  # (nets, alphabet, hid)
        return cls(weight.repeat_interleave(drive.shape[1], 0), drive.flatten(0, 1))

    def image(self, h: Float[Tensor, "maps points hid"], *, times: int = 1) -> Float[Tensor, "maps points hid"]:
        """Where states are after the symbol has been read so many times."""
        for _ in range(times):
            h = torch.baddbmm(self.drive[:, None], h, self.weight.mT).tanh()
        return h

    def jacobian(self, h: Float[Tensor, "maps points hid"], *, times: int = 1) -> Float[Tensor, "maps points hid hid"]:
        """The derivative of `image` by h, by the chain rule; that of one step is diag(1 - tanh^2) W_hh."""
        derivative = torch.eye(h.shape[2], dtype=h.dtype)
        for _ in range(times):
            h = self.image(h)
            derivative = (1 - h.square())[..., None] * self.weight[:, None] @ derivative  # (maps, points, hid, hid)
        return derivative


def starts(hid: int, *, generator: Generator) -> Float[Tensor, "starts hid"]:
    """States to start from: a grid over the box -1..1 for one or two units, and random ones for more."""
    if hid <= 2:
        axis = torch.linspace(-1, 1, GRID if hid == 2 else RANDOM, dtype=torch.float64)
        return torch.tensor(list(product(axis.tolist(), repeat=hid)), dtype=torch.float64)
    return 2 * torch.rand(RANDOM, hid, generator=generator, dtype=torch.float64) - 1


def fixed_points(
    model: SRN, symbols: tuple[str, ...], begin: Float[Tensor, "starts hid"]
) -> tuple[tuple[FixedPoint, ...], ...]:
    """For each net the fixed points and 2-cycles of every symbol that are found; of these, those of large basins first.

    Example: one unit with W_hh = 2 and no drive has 0, which is unstable, and the two stable roots of h = tanh(2 h).

    Args:
        begin: the states to start from, in -1..1; a basin is the share of them that ends at a stable point.
    """
    maps = SymbolMaps.of(model)
    ends = settled(maps, begin)
    orbits = _orbits(maps, torch.cat([begin.expand_as(ends), ends], 1))
    nets, alphabet = len(model.bias), len(symbols)
    return tuple(
        tuple(
            point
            for place, symbol in enumerate(symbols)
            for point in _described(maps, net * alphabet + place, symbol, orbits[net * alphabet + place], ends)
        )
        for net in range(nets)
    )


def settled(maps: SymbolMaps, begin: Float[Tensor, "starts hid"]) -> Float[Tensor, "maps starts hid"]:
    """Where each start is after ITERATIONS steps, or sooner if no start of the map moves any more."""
    ends = begin.expand(len(maps.drive), -1, -1).clone()
    moving = torch.arange(len(ends))
    for _ in range(ITERATIONS // AT_ONCE):
        own = SymbolMaps(maps.weight[moving], maps.drive[moving])
        before = ends[moving]
        ends[moving] = own.image(before, times=AT_ONCE)
        moving = moving[(ends[moving] - before).abs().amax((1, 2)) > RESIDUAL]
        if not len(moving):
            break
    return ends


def arrivals(
    points: tuple[FixedPoint, ...], ends: Float[Tensor, "starts hid"], *, symbol: str
) -> Int[Tensor, " starts"]:
    """For each state that `settled` returns, the place in `points` of the stable one that is there, else -1."""
    place = torch.full((len(ends),), -1)
    for i, point in enumerate(points):
        if point.stable and point.symbol == symbol:
            distance = torch.cdist(ends, torch.tensor(point.points, dtype=ends.dtype)).amin(1)
            place[distance < ARRIVED] = i
    return place


def _orbits(maps: SymbolMaps, begin: Float[Tensor, "maps starts hid"]) -> list[list[Float[Tensor, "_ hid"]]]:
    """For each map its fixed points, then its 2-cycles."""
    once, twice = (_newton(maps, begin, period) for period in (1, 2))
    orbits = []
    for i, (weight, drive) in enumerate(zip(maps.weight, maps.drive, strict=True)):
        alone = SymbolMaps(weight[None], drive[None])
        fixed = _distinct([point[None] for point in once[i]])
        pairs = [torch.stack([point, alone.image(point[None, None])[0, 0]]) for point in _spread(twice[i])]
        cycles = _distinct([pair for pair in pairs if (pair[0] - pair[1]).abs().max() > MERGED])
        orbits.append(fixed + cycles)
    return orbits


def _newton(maps: SymbolMaps, begin: Float[Tensor, "maps starts hid"], period: int) -> list[Float[Tensor, "_ hid"]]:
    """Of each map the places where Newton's method on F(h) - h ends, without those that are no solution."""
    copies, hid = begin.shape[1:]
    h = begin.flatten(0, 1).clone()  # (maps * starts, hid)
    searching = torch.arange(len(h))
    identity = torch.eye(hid, dtype=h.dtype)
    for _ in range(NEWTON_STEPS):
        own = SymbolMaps(maps.weight[searching // copies], maps.drive[searching // copies])  # one start to a map
        before = h[searching, None]  # (searching, 1, hid)
        away = own.image(before, times=period) - before
        searched = away[:, 0].abs().amax(1) >= RESIDUAL
        step, _ = torch.linalg.solve_ex(identity - own.jacobian(before, times=period), away)
        # Where there is no Newton step, a plain one. All solutions lie in the box.
        after = (before + torch.where(step.isfinite(), step, away)).clamp(-1, 1)
        h[searching] = after[:, 0]
        searching = searching[searched]
    points = h.view_as(begin)
    solved = (maps.image(points, times=period) - points).abs().amax(2) < RESIDUAL
    return [_spread(every[right]) for every, right in zip(points, solved, strict=True)]


def _spread(points: Float[Tensor, "found hid"]) -> Float[Tensor, "distinct hid"]:
    """The points without those that lie on an earlier one."""
    kept = []
    while len(points):
        kept.append(points[0])
        points = points[(points - points[0]).abs().amax(1) > MERGED]
    return torch.stack(kept) if kept else points


def _distinct(orbits: list[Float[Tensor, "_ hid"]]) -> list[Float[Tensor, "_ hid"]]:
    """The orbits without those whose first state lies on an earlier one."""
    kept: list[Tensor] = []
    for orbit in orbits:
        if not any((other - orbit[0]).abs().amax(1).min() < MERGED for other in kept):
            kept.append(orbit)
    return kept


def _described(
    maps: SymbolMaps,
    place: int,
    symbol: str,
    orbits: list[Float[Tensor, "_ hid"]],
    ends: Float[Tensor, "maps starts hid"],
) -> list[FixedPoint]:
    alone = SymbolMaps(maps.weight[[place]], maps.drive[[place]])
    points = [_point(alone, symbol, orbit, ends[place]) for orbit in orbits]
    return sorted(points, key=lambda point: (point.period, 0.0 if point.basin is None else -point.basin, point.points))


def _point(
    alone: SymbolMaps, symbol: str, orbit: Float[Tensor, "period hid"], ends: Float[Tensor, "starts hid"]
) -> FixedPoint:
    period = len(orbit)
    values, vectors = np.linalg.eig(alone.jacobian(orbit[None, :1], times=period)[0, 0].numpy())
    order = np.argsort(-np.abs(values), kind="stable")
    values, vectors = values[order], vectors[:, order]
    stable = bool(np.abs(values).max() < 1)
    arrived = torch.cdist(ends, orbit).amin(1) < ARRIVED
    return FixedPoint(
        symbol=symbol,
        period=period,
        points=tuple(_vector(point) for point in orbit.numpy()),
        eigenvalues=tuple((float(value.real), float(value.imag)) for value in values),
        directions=() if np.iscomplexobj(values) else tuple(_vector(vector) for vector in vectors.T),
        stable=stable,
        basin=float(arrived.double().mean()) if stable else None,
    )


def _vector(values: Float[np.ndarray, " hid"]) -> Vector:
    return tuple(float(value) for value in values)
