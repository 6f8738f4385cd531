"""Find the fewest step units for a 3x3 board of cells as the gap between the cells closes.

    python docs/gallery/the_gap_closes.py [FIGURE.png]

The points are the corners of the cells. With a wide gap, four diagonal lines separate the cells, as on the board of
nine points; with a gap as wide as a cell, six are needed; without a gap, corners of different targets coincide, and no
net is right. All bounds are proved.
"""

import sys
from pathlib import Path

from matplotlib.figure import Figure

from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.figures.plane import draw_line
from kuzushi.perceptrons.minimal.experiment import design_nets, find

GAPS, SECONDS = (3, 1, 0), 300.0


def main(path: Path, *, gaps=GAPS, seconds: float = SECONDS) -> dict[float, tuple[int, int | None]]:
    """Print a table, save a figure, and return the lower and upper bound by gap."""
    figure = Figure(figsize=(3.2 * len(gaps), 3.6), layout="constrained")
    bounds = {}
    print("gap  at least  at most")
    for ax, gap in zip(figure.subplots(1, len(gaps), squeeze=False)[0], gaps, strict=True):
        data = load(f"cells:3,gap={gap:g}")
        found = find(data, seconds=seconds, enumerate_all=False)
        upper = len(found.sets[0]) if found.sets else None
        bounds[gap] = found.bounds.lower, upper
        print(f"{gap:3g}  {found.bounds.lower:8}  {upper:7}" if upper else f"{gap:3g}  no net is right")
        ax.scatter(*data.points.T, c=data.targets, cmap="coolwarm")
        low, high = data.points.min() - 0.5, data.points.max() + 0.5
        ax.set(
            title=f"gap {gap:g}: {f'{upper} units' if upper else 'no net is right'}",
            xlim=(low, high),
            ylim=(low, high),
            aspect="equal",
        )
        for design in design_nets(data, found):
            for weight, bias in zip(design.hidden_weight, design.hidden_bias, strict=True):
                draw_line(ax, weight, bias)
    figure.savefig(path)
    return bounds


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "the_gap_closes.png"))
