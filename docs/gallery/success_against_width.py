"""Measure how often 2 to 8 hidden sigmoid units learn the 3x3 checkerboard.

    python docs/gallery/success_against_width.py [FIGURE.png]

Two units never do: gradient descent cannot find what does not exist. From three units on, each further unit makes
success more likely. Every rate comes with its 95 % Wilson interval.
"""

import sys
from pathlib import Path

from matplotlib.figure import Figure

from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.perceptrons.experiment import run

WIDTHS, NETS, EPOCHS = range(2, 9), 100, 5_000


def main(path: Path, *, widths=WIDTHS, nets: int = NETS, epochs: int = EPOCHS) -> dict[int, int]:
    """Print a table, save a figure, and return the number of solved nets by width."""
    results = {hid: run(CheckerboardConfig(hid=hid, nets=nets, epochs=epochs)) for hid in widths}
    print("units  solved  rate (95 % interval)")
    for hid, result in results.items():
        rate = result.solved_interval
        print(f"{hid:5}  {result.solved:6}  {rate.mean:.0%} ({rate.low:.0%} to {rate.high:.0%})")

    rates = [result.solved_interval for result in results.values()]
    figure = Figure(figsize=(6, 4), layout="constrained")
    ax = figure.subplots()
    errors = [[r.mean - r.low for r in rates], [r.high - r.mean for r in rates]]
    ax.errorbar(list(results), [r.mean for r in rates], yerr=errors, marker="o", capsize=3)
    ax.set(xlabel="hidden sigmoid units", ylabel=f"rate of success of {nets} nets", ylim=(-0.02, 1.02))
    figure.savefig(path)
    return {hid: result.solved for hid, result in results.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "success_against_width.png"))
