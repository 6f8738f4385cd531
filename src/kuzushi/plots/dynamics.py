"""Figures of the dynamics of SRNs: phase portraits, and how far each net counts beside what its eigenvalues say."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from kuzushi.plots.portraits import draw_portrait
from kuzushi.plots.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, Drawn, new_figure
from kuzushi.results import Arrays
from kuzushi.results.dynamics import CountingLaw, Dynamics, FixedPoint

FAILURES = (RED, BLUE, GREEN, PURPLE, ORANGE)
"""The nets that fail at the smallest n first; more lengths share the last colour."""
FEW = 15
"""Over so many lengths the axes are linear, over more logarithmic."""


def dynamics_figures(name: str, dynamics: Dynamics) -> Iterator[Drawn]:
    """The figures that there are for it; `name` begins their file names."""
    if "flow" in dynamics.arrays:
        yield _portraits(f"{name}-phase-portraits", dynamics)
    if len({(law.predicted, law.measured) for law in dynamics.compared}) > 1:
        yield _predictions(f"{name}-counting-predicted", dynamics)
    if dynamics.compared:
        yield _law(f"{name}-counting-law", dynamics)


def portrayed(dynamics: Dynamics, arrays: Arrays) -> Dynamics:
    """With its arrays, which a SequencesResult keeps among its own."""
    own = {name.removeprefix("portrait."): array for name, array in arrays.items() if name.startswith("portrait.")}
    return replace(dynamics, arrays=own)


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def draw_predictions(ax: Axes, dynamics: Dynamics) -> None:
    """Draw the n that is foretold against the first that fails, and how many nets are there; none stands beyond all."""
    beyond = dynamics.tested_length + 1
    counts = Counter(
        tuple(beyond if n is None else n for n in (law.predicted, law.measured)) for law in dynamics.compared
    )
    low, high = (extreme(n for pair in counts for n in pair) for extreme in (min, max))
    for (x, y), count in counts.items():
        size = 8 + 14 * np.sqrt(count / len(dynamics.compared))
        ax.plot(x, y, "^" if y == beyond else "o", color=BLUE, alpha=0.7, markersize=size)
        ax.annotate(_nets(count), (x, y), (0.5 * size + 5, -4), textcoords="offset points", fontsize=9)
    few = high - low < FEW
    ends = (low - 0.6, high + 0.6) if few else (low / 1.2, high * 1.2)
    if not few:
        ax.set(xscale="log", yscale="log")
    ticks = sorted({low, high, *range(low, high + 1, max(1, ceil((high - low) / 8)))})
    labels = [f"none to {beyond - 1}" if n == beyond else str(n) for n in ticks]
    ax.set_xticks(ticks, labels)
    ax.set_yticks(ticks, labels)
    ax.minorticks_off()
    ax.plot(ends, ends, color=BLACK, linewidth=0.8, linestyle=":", zorder=0)
    ax.set(xlim=ends, ylim=ends, xlabel="first n that fails, foretold", ylabel="first n that fails, measured")
    ax.set_box_aspect(1)
    ax.grid(alpha=0.3)


def draw_law(ax: Axes, laws: Sequence[CountingLaw], *, ratio: int) -> None:
    """Draw expansion against contraction of each net, coloured by the first n it fails, and where the product is 1."""
    failures = sorted({law.measured for law in laws}, key=lambda n: (n is None, n))
    contractions, expansions = np.abs(np.array([[law.contraction, law.expansion] for law in laws], dtype=float)).T
    line = np.linspace(min(0.05, contractions.min() * 0.8), 1, 200)
    ax.plot(line, line ** (-1 / ratio), color=BLACK, linewidth=1.4)
    for place, failure in enumerate(failures):
        of = [law.measured == failure for law in laws]
        for swings, marker in ((True, "o"), (False, "s")):
            chosen = [i for i, law in enumerate(laws) if of[i] and ((law.contraction or 0) < 0) == swings]
            ax.plot(
                contractions[chosen], expansions[chosen], marker, linestyle="", alpha=0.75, markersize=7,
                color=FAILURES[min(place, len(FAILURES) - 1)], markeredgecolor="white", markeredgewidth=0.6,
            )  # fmt: skip
    ax.set(
        xlim=(0, 1.02), ylim=(1, 1.12 * max(expansions.max(), 2)), xlabel=r"contraction of the a's, $|\lambda_a|$",
        ylabel=r"expansion of the b's, $|\lambda_b|$",
    )  # fmt: skip
    handles = [
        Line2D([], [], marker="o", linestyle="", color=FAILURES[min(place, len(FAILURES) - 1)], label=_fails(failure))
        for place, failure in enumerate(failures)
    ]
    law = Line2D([], [], color=BLACK, label=rf"$|\lambda_a|\,|\lambda_b|^{{{ratio}}} = 1$")
    ax.legend(handles=[law, *handles], frameon=False, loc="best")
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


# --- figures with their words ---------------------------------------------------------------------------------


def _portraits(name: str, dynamics: Dynamics) -> Drawn:
    symbols = dynamics.symbols
    columns = min(2, len(symbols))
    figure = new_figure(6.2 * columns, 6.4 * ceil(len(symbols) / columns))
    panels = figure.subplots(ceil(len(symbols) / columns), columns, squeeze=False).ravel()
    for ax in panels[len(symbols) :]:
        ax.remove()
    for place, ax in enumerate(panels[: len(symbols)]):
        draw_portrait(ax, dynamics, place)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Where each symbol moves the two hidden units of net {dynamics.net + 1}: grey arrows, a sixth as long "
        "as the way. On the dashed line it does not move unit 1, on the dotted line not unit 2; where they cross is a "
        "fixed point. A filled circle is a stable one, which draws states in; a half-filled one is a saddle, which "
        "draws them in along one direction and drives them away along another; an open one drives them away. Diamonds "
        "are two states that the symbol exchanges, filled as circles are. The purple line is the direction of the "
        "largest eigenvalue. Where a symbol has several stable points, the shade says to which of them a state leads. "
        f"Red is where the net changes its mind about what comes next. Blue is the string {dynamics.string}, numbered "
        "by how often the symbol has been read; the star is the initial state.",
        alternative=f"Fixed points found: {'; '.join(map(_told, dynamics.fixed_points)) or 'none'}.",
    )


def _predictions(name: str, dynamics: Dynamics) -> Drawn:
    figure = new_figure(5.6, 5.4)
    draw_predictions(figure.subplots(), dynamics)
    compared, told = len(dynamics.compared), Counter((law.predicted, law.measured) for law in dynamics.compared)
    pairs = sorted(told.items(), key=lambda item: [(n is None, n or 0) for n in item[0]])
    return Drawn(
        name=name,
        figure=figure,
        caption="How far each net counts, foretold from its fixed points, eigenvalues and the states on trained "
        f"strings (n ≤ {dynamics.trained_length}), against what longer strings show. On the dotted line both are the "
        f"same: {dynamics.predicted_exactly} of {_nets(compared)}. {_correlation(dynamics)} Always to say the n at "
        f"which most of these nets fail would be right for {dynamics.commonest}. Triangles are nets that never failed.",
        alternative=f"Foretold, measured: {'; '.join(f'{_n(p)}, {_n(m)}: {_nets(c)}' for (p, m), c in pairs)}.",
    )


def _law(name: str, dynamics: Dynamics) -> Drawn:
    ratio, laws = dynamics.ratio or 1, dynamics.compared
    figure = new_figure(7, 4.8)
    draw_law(figure.subplots(), laws, ratio=ratio)
    products = [law.product for law in laws if law.product is not None]
    swings = sum((law.contraction or 0) < 0 for law in laws)
    return Drawn(
        name=name,
        figure=figure,
        caption="How fast the a's draw the states together, and how fast the b's drive them apart, in each net that is "
        "exact on what it is trained on and counts in this way. To count without end a net must lie on the line. "
        f"The product is {min(products):.2f} to {max(products):.2f} here. Circles: the a-states alternate between two "
        f"sides ({swings} of {len(laws)}); squares: they come from one side.",
        alternative="Net, contraction, expansion, first failure: "
        + "; ".join(f"{law.net + 1}, {law.contraction:.2f}, {law.expansion:.2f}, {_n(law.measured)}" for law in laws)
        + ".",
    )


# --- words ----------------------------------------------------------------------------------------------------


def _correlation(dynamics: Dynamics) -> str:
    if dynamics.rank_correlation is None:
        return "A rank correlation is not defined, since all predictions or all failures are the same."
    interval = dynamics.rank_interval
    between = "" if interval is None else f" (95 % interval {interval.low:.2f} to {interval.high:.2f})"
    return f"The rank correlation is {dynamics.rank_correlation:.2f}{between}."


def _told(point: FixedPoint) -> str:
    kind = "stable" if point.stable else "saddle" if point.saddle else "unstable"
    what = "fixed point" if point.period == 1 else "2-cycle"
    places = " and ".join(f"({', '.join(f'{x:.2f}' for x in place)})" for place in point.points)
    values = ", ".join(
        f"{real:.2f}" + (f"{imaginary:+.2f}i" if imaginary else "") for real, imaginary in point.eigenvalues
    )
    return f"{point.symbol}, {kind} {what} at {places}, eigenvalues {values}"


def _nets(count: int) -> str:
    return f"{count} net{'' if count == 1 else 's'}"


def _n(failure: int | None) -> str:
    return "none" if failure is None else str(failure)


def _fails(failure: int | None) -> str:
    return "never failed" if failure is None else f"fails first at n = {failure}"
