"""Fixed points and 2-cycles of the maps by which the symbols move the hidden state of SRNs, and phase portraits.

For each symbol s the map is F_s(h) = tanh(W_hh h + W_ih[:, s] + b). Newton's method starts from many states, and from
where plain iteration leads them. This does not prove that there are no other points; longer cycles and chaos are not
searched for.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor

from kuzushi.core.results import Arrays, Vector
from kuzushi.sequences.dynamics_results import FixedPoint
from kuzushi.sequences.languages.language import Language, as_text
from kuzushi.sequences.nets import SRN, State, Trace, one_net
from kuzushi.sequences.recurrence import srn_step

GRID = 21
"""Starts along each axis of the box of two units."""
RANDOM = 441
"""Starts in the box of more units."""
NEWTON_STEPS = 40
ITERATIONS, AT_ONCE = 2_000, 20
"""How often a symbol is read until a start must have arrived, and after how many of these steps that is checked."""
RESIDUAL = 1e-12
"""The largest |F(h) - h| of a fixed point, in double precision."""
MERGED = 1e-5
"""Points closer than this are one."""
ARRIVED = 1e-3
"""A start has ended at a point when it is this close."""
PIXELS = 41
"""States along each axis of a drawn plane."""
LONGEST_PATH = 30
"""The most symbols of the string whose path is drawn."""


@dataclass(frozen=True)
class SymbolMaps:
    """The map of every symbol of every net, in double precision, net by net."""

    weight: Float[Tensor, "maps hid hid"]
    drive: Float[Tensor, "maps hid"]

    @classmethod
    def of(cls, model: SRN) -> "SymbolMaps":
        """Return the maps of an ensemble, at index net * alphabet + symbol."""
        weight_ih, weight, bias = (
            each.detach().cpu().double() for each in (model.weight_ih, model.weight_hh, model.bias)
        )
        drive = (weight_ih + bias[..., None]).mT  # (nets, alphabet, hid)
        return cls(weight.repeat_interleave(drive.shape[1], 0), drive.flatten(0, 1))

    def at(self, index: Int[Tensor, " some"] | slice) -> "SymbolMaps":
        """Return some of the maps."""
        return SymbolMaps(self.weight[index], self.drive[index])

    def image(self, h: Float[Tensor, "maps points hid"], *, times: int = 1) -> Float[Tensor, "maps points hid"]:
        """Return the states after the symbol has been read so many times."""
        for _ in range(times):
            h = srn_step(self.drive[..., None], self.weight, h.mT).mT
        return h

    def jacobian(self, h: Float[Tensor, "maps points hid"], *, times: int = 1) -> Float[Tensor, "maps points hid hid"]:
        """Return the derivative of `image` by h, by the chain rule; that of one step is diag(1 - tanh^2) W_hh."""
        derivative = torch.eye(h.shape[2], dtype=h.dtype)
        for _ in range(times):
            h = self.image(h)
            derivative = (1 - h.square())[..., None] * self.weight[:, None] @ derivative  # (maps, points, hid, hid)
        return derivative


def starts(hid: int, *, generator: Generator) -> Float[Tensor, "starts hid"]:
    """Return states to start from: a grid over the box -1..1 for one or two units, and random ones for more."""
    if hid <= 2:
        axis = torch.linspace(-1, 1, GRID if hid == 2 else RANDOM, dtype=torch.float64)
        return torch.tensor(list(product(axis.tolist(), repeat=hid)), dtype=torch.float64)
    return 2 * torch.rand(RANDOM, hid, generator=generator, dtype=torch.float64) - 1


def fixed_points(
    model: SRN, symbols: tuple[str, ...], begin: Float[Tensor, "starts hid"]
) -> tuple[tuple[FixedPoint, ...], ...]:
    """Return the fixed points and 2-cycles found for each net, symbol by symbol, those with large basins first.

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
            for index, symbol in enumerate(symbols, start=net * alphabet)
            for point in _described(maps.at(slice(index, index + 1)), symbol, orbits[index], ends[index])
        )
        for net in range(nets)
    )


def settled(maps: SymbolMaps, begin: Float[Tensor, "starts hid"]) -> Float[Tensor, "maps starts hid"]:
    """Return where each start is after ITERATIONS steps, or sooner if no start of the map moves any more."""
    ends = begin.expand(len(maps.drive), -1, -1).clone()
    moving = torch.arange(len(ends))
    for _ in range(ITERATIONS // AT_ONCE):
        before = ends[moving]
        ends[moving] = maps.at(moving).image(before, times=AT_ONCE)
        moving = moving[(ends[moving] - before).abs().amax((1, 2)) > RESIDUAL]
        if not len(moving):
            break
    return ends


def arrivals(
    points: tuple[FixedPoint, ...], ends: Float[Tensor, "starts hid"], *, symbol: str
) -> Int[Tensor, " starts"]:
    """Return for each state from `settled` the index in `points` of the stable one that is there, else -1."""
    index = torch.full((len(ends),), -1)
    for i, point in enumerate(points):
        if point.stable and point.symbol == symbol:
            distance = torch.cdist(ends, torch.tensor(point.points, dtype=ends.dtype)).amin(1)
            index[distance < ARRIVED] = i
    return index


def portrait(
    model: SRN, language: Language, net: int, points: tuple[FixedPoint, ...], *, longest: int
) -> tuple[str, Arrays]:
    """Return a string, and the arrays of Dynamics; no arrays unless the net has two units.

    The string is the longest that can be drawn of those with n up to `longest`; its path begins at the net's own
    initial state.
    """
    streams = language.alone(longest)
    lengths = streams.present.sum(1)
    fitting = torch.where(lengths <= LONGEST_PATH, lengths, -1)
    chosen = int(fitting.argmax() if (fitting > 0).any() else lengths.argmin())
    string = as_text(language, streams)[chosen]
    if model.bias.shape[1] != 2:
        return string, {}
    with torch.no_grad():
        trace: Trace = model(streams.symbols[[chosen], : len(string)].to(model.bias.device))
        path = torch.cat([model.initial().hidden[net], trace.hidden[net, 0]])  # (symbols + 1, 2)
    return string, {**_plane(model, language.symbols, net, points), "path": path.float().cpu().numpy()}


@torch.no_grad()
def _plane(model: SRN, symbols: tuple[str, ...], net: int, points: tuple[FixedPoint, ...]) -> Arrays:
    """Return the effect of every symbol on a net, and its logits, at every point of the box."""
    axis = torch.linspace(-1, 1, PIXELS, dtype=torch.float64)
    states = torch.cartesian_prod(axis, axis).flip(1)  # (pixels * pixels, 2), unit 2 changes slowest
    alone, alphabet = one_net(model, net), len(symbols)
    maps = SymbolMaps.of(alone)
    flow = maps.image(states.expand(alphabet, -1, -1)) - states  # (alphabet, pixels * pixels, 2)
    basin = torch.stack([
        arrivals(points, ends, symbol=symbol) for symbol, ends in zip(symbols, settled(maps, states), strict=True)
    ])  # fmt: skip
    logits = alone.read_out(State(hidden=states[None]))
    return {
        "axis": axis.float().numpy(),
        "flow": flow.view(alphabet, PIXELS, PIXELS, 2).float().numpy(),
        "basin": basin.view(alphabet, PIXELS, PIXELS).to(torch.int8).numpy(),
        "logits": logits.reshape(PIXELS, PIXELS, alphabet).float().numpy(),
    }


def _orbits(maps: SymbolMaps, begin: Float[Tensor, "maps starts hid"]) -> list[list[Float[Tensor, "_ hid"]]]:
    """Return for each map its fixed points, then its 2-cycles."""
    once, twice = (_newton(maps, begin, period) for period in (1, 2))
    orbits = []
    for i in range(len(maps.drive)):
        alone = maps.at(slice(i, i + 1))
        fixed = _distinct([point[None] for point in once[i]])
        pairs = [torch.stack([point, alone.image(point[None, None])[0, 0]]) for point in _spread(twice[i])]
        cycles = _distinct([pair for pair in pairs if (pair[0] - pair[1]).abs().max() > MERGED])
        orbits.append(fixed + cycles)
    return orbits


def _newton(maps: SymbolMaps, begin: Float[Tensor, "maps starts hid"], period: int) -> list[Float[Tensor, "_ hid"]]:
    """Return for each map the solutions at which Newton's method on F(h) - h ends."""
    copies, hid = begin.shape[1:]
    h = begin.flatten(0, 1).clone()  # (maps * starts, hid)
    searching = torch.arange(len(h))
    identity = torch.eye(hid, dtype=h.dtype)
    for _ in range(NEWTON_STEPS):
        own = maps.at(searching // copies)  # a map for each start
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
    """Return the points without those that coincide with an earlier one."""
    distinct = []
    while len(points):
        distinct.append(points[0])
        points = points[(points - points[0]).abs().amax(1) > MERGED]
    return torch.stack(distinct) if distinct else points


def _distinct(orbits: list[Float[Tensor, "_ hid"]]) -> list[Float[Tensor, "_ hid"]]:
    """Return the orbits without those whose first state is on an earlier one."""
    distinct: list[Tensor] = []
    for orbit in orbits:
        if not any((other - orbit[0]).abs().amax(1).min() < MERGED for other in distinct):
            distinct.append(orbit)
    return distinct


def _described(
    alone: SymbolMaps, symbol: str, orbits: list[Float[Tensor, "_ hid"]], ends: Float[Tensor, "starts hid"]
) -> list[FixedPoint]:
    points = [_point(alone, symbol, orbit, ends) for orbit in orbits]
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
