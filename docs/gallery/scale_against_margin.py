"""Find the factor on the weights from which a step net is right with sigmoid units.

    python docs/gallery/scale_against_margin.py [FIGURE.png]

Every minimal step net has margins: the smallest |input| of a hidden unit and of the output unit. They prove a factor on
all weights from which the net is right with sigmoid units. Interval arithmetic finds the smallest such factor: for most
designs it is far below the one that the margins prove.
"""

import sys
from pathlib import Path

from matplotlib.figure import Figure

from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.minimal.experiment import design_nets, find

BOARDS, SECONDS = ("xor", "board", "grid:4", "parity:3"), 60.0


def main(path: Path, *, boards=BOARDS, seconds: float = SECONDS) -> list[tuple[str, float, float, float]]:
    """Print a table, save a figure, and return points, margin, factor and factor by the margins of each design."""
    rows = []
    for name in boards:
        data = load(name)
        for design in design_nets(data, find(data, seconds=seconds)):
            rows.append((name, design.output_margin, design.scale.right_from, design.scale.certified))
    print("points    output margin  right from  by the margins from")
    for name, margin, factor, certified in rows:
        print(f"{name:8}  {margin:13g}  {factor:10.3f}  {certified:19.3f}")

    figure = Figure(figsize=(6, 4), layout="constrained")
    ax = figure.subplots()
    for name in boards:
        own = [row for row in rows if row[0] == name]
        ax.scatter([certified for *_, certified in own], [factor for _, _, factor, _ in own], label=name)
    top = 1.1 * max(certified for *_, certified in rows)
    ax.plot([0, top], [0, top], color="grey", linestyle=":")
    ax.set(xlabel="factor that the margins prove", ylabel="smallest factor that is right", xlim=(0, top), ylim=(0, top))
    ax.legend()
    figure.savefig(path)
    return rows


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "scale_against_margin.png"))
