"""The dynamics of an ensemble of SRNs: how it counts, and the maps of the net that is shown."""

from collections.abc import Sequence
from dataclasses import replace
from math import atanh, sqrt, tanh

import numpy as np
import torch
from scipy.stats import rankdata, spearmanr
from torch import Generator

from kuzushi.analysis.counting_law import counting_laws
from kuzushi.analysis.fixed_points import SymbolMaps, arrivals, fixed_points, settled, starts
from kuzushi.analysis.intervals import Z95
from kuzushi.analysis.study_claims import study_claims
from kuzushi.data.counting import Counting
from kuzushi.data.languages import Language, spelled
from kuzushi.models.recurrent import SRN, Trace
from kuzushi.results.common import Arrays, Interval
from kuzushi.results.dynamics import CountingLaw, Dynamics, FixedPoint, StudyClaim

PIXELS = 41
"""States along each axis of a drawn plane."""
LONGEST_PATH = 30
"""The most symbols of the string whose path is drawn."""


def dynamics(
    model: SRN,
    language: Language,
    *,
    net: int,
    first_failure: Sequence[int | None],
    trained: int,
    tested: int,
    generator: Generator,
) -> Dynamics:
    """Fixed points of one net, and on a language of a's and b's the counting law and the study's claims for all.

    Args:
        net: the one to show.
        first_failure: of each net, as Exactness has it.
        trained, tested: the largest n that is trained, and tested.
        generator: for the states to start from, where there are more than two units.
    """
    points = fixed_points(model, language.symbols, starts(model.bias.shape[1], generator=generator))
    ratio = _ratio(language)
    laws: tuple[CountingLaw, ...] = ()
    claims: tuple[StudyClaim, ...] = ()
    if isinstance(language, Counting) and ratio is not None:
        a, b = language.symbols
        laws = counting_laws(model, points, first_failure, symbols=(a, b), ratio=ratio, trained=trained, tested=tested)
        exact = [failure is None or failure > trained for failure in first_failure]
        claims = study_claims(model, language, longest=trained, shown=net, exact=exact) if trained > 1 else ()
    found = Dynamics(
        net=net,
        symbols=language.symbols,
        hid=model.bias.shape[1],
        ratio=ratio,
        trained_length=trained,
        tested_length=tested,
        fixed_points=points[net],
        laws=laws,
        rank_correlation=None,
        rank_interval=None,
        claims=claims,
        string="",
    )
    rho = rank_correlation([law.predicted for law in found.compared], [law.measured for law in found.compared])
    string, arrays = portrait(model, language, net, points[net], longest=trained)
    return replace(
        found,
        rank_correlation=rho,
        rank_interval=None if rho is None else rank_interval(rho, len(found.compared)),
        string=string,
        arrays=arrays,
    )


def _ratio(language: Language) -> int | None:
    """The k of a^n b^kn; None for other languages."""
    if not isinstance(language, Counting) or len(language.ratios) != 2 or language.ratios[0] != 1:
        return None
    return language.ratios[1]


def rank_correlation(predicted: Sequence[int | None], measured: Sequence[int | None]) -> float | None:
    """Spearman's; None, beyond every length, has the highest rank. None if there is nothing to rank.

    Example: rank_correlation([5, 6, None], [5, 7, 9]) -> 1.0
    """
    pairs = [[np.inf if n is None else float(n) for n in lengths] for lengths in (predicted, measured)]
    if any(len(set(lengths)) < 2 for lengths in pairs):
        return None
    return float(spearmanr(*(rankdata(lengths) for lengths in pairs)).statistic)


def rank_interval(rho: float, n: int) -> Interval | None:
    """The 95 % interval of Spearman's correlation of n pairs (Bonett & Wright 2000, Psychometrika 65, 23-28).

    None where the correlation is 1 or -1, or there are fewer than four pairs.

    Example: rank_interval(0.5, 30) -> mean 0.5, low 0.15, high 0.74
    """
    if abs(rho) > 1 - 1e-12 or n < 4:
        return None
    half = Z95 * sqrt((1 + rho**2 / 2) / (n - 3))
    return Interval(rho, tanh(atanh(rho) - half), tanh(atanh(rho) + half))


def portrait(
    model: SRN, language: Language, net: int, points: tuple[FixedPoint, ...], *, longest: int
) -> tuple[str, Arrays]:
    """A string, and the arrays of Dynamics; there are none unless the net has two units.

    Args:
        points: the fixed points of this net.
        longest: the string is one of those that `language.alone(longest)` gives, the longest that can be drawn.
    """
    streams = language.alone(longest)
    lengths = streams.present.sum(1)
    fitting = torch.where(lengths <= LONGEST_PATH, lengths, -1)
    chosen = int(fitting.argmax() if (fitting > 0).any() else lengths.argmin())
    string = spelled(language, streams)[chosen]
    if model.bias.shape[1] != 2:
        return string, {}
    with torch.no_grad():
        trace: Trace = model(streams.symbols[[chosen], : len(string)].to(model.bias.device))
    path = torch.cat([torch.zeros(1, 2), trace.hidden[net, 0].cpu()])
    return string, {**_plane(model, language.symbols, net, points), "path": path.float().numpy()}


def _plane(model: SRN, symbols: tuple[str, ...], net: int, points: tuple[FixedPoint, ...]) -> Arrays:
    """What every symbol does to a net at every point of the box, and what is read out there."""
    axis = torch.linspace(-1, 1, PIXELS, dtype=torch.float64)
    states = torch.cartesian_prod(axis, axis).flip(1)  # (pixels * pixels, 2), unit 2 changes slowest
    maps, alphabet = SymbolMaps.of(model), len(symbols)
    own = slice(net * alphabet, (net + 1) * alphabet)
    maps = SymbolMaps(maps.weight[own], maps.drive[own])
    flow = maps.image(states.expand(alphabet, -1, -1)) - states  # (alphabet, pixels * pixels, 2)
    basin = torch.stack([
        arrivals(points, ends, symbol=symbol) for symbol, ends in zip(symbols, settled(maps, states), strict=True)
    ])  # fmt: skip
    readout, bias = model.weight_out[net].detach().cpu().double(), model.bias_out[net].detach().cpu().double()
    logits = states @ readout.T + bias  # (pixels * pixels, alphabet)
    return {
        "axis": axis.float().numpy(),
        "flow": flow.view(alphabet, PIXELS, PIXELS, 2).float().numpy(),
        "basin": basin.view(alphabet, PIXELS, PIXELS).to(torch.int8).numpy(),
        "logits": logits.view(PIXELS, PIXELS, alphabet).float().numpy(),
    }
