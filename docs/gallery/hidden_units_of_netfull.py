"""Choose the number of hidden units of NetFull.

    python docs/gallery/hidden_units_of_netfull.py [FIGURE.png]

Nets of growing width learn the first four fifths of the training images and are compared on the last fifth, the
validation part; the test part is not read. The choice is the narrowest net whose accuracy is within one standard error
of the best (Breiman, Friedman, Olshen and Stone 1984, section 3.4.3).
"""

import sys
from math import sqrt
from pathlib import Path

from matplotlib.figure import Figure

from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.experiment import run

DATA, WIDTHS, EPOCHS = "kmnist", (10, 20, 40, 80, 160, 320), 10


def main(path: Path, *, data: str = DATA, widths=WIDTHS, epochs: float = EPOCHS) -> tuple[dict[int, float], int]:
    """Print a table, save a figure, and return the accuracy by width and the chosen width."""
    results = {
        hid: run(CharactersConfig(net="full", data=data, hid=hid, epochs=epochs, validation=True)) for hid in widths
    }
    accuracy = {hid: result.summary.accuracy.mean for hid, result in results.items()}
    best, images = max(accuracy.values()), len(results[widths[0]].arrays["target"])
    error = sqrt(best * (1 - best) / images)
    chosen = min(hid for hid in widths if accuracy[hid] >= best - error)
    print(f"units  parameters  accuracy on {images} validation images")
    for hid, result in results.items():
        print(f"{hid:5}  {result.parameters.total:10,}  {accuracy[hid]:.2%}{'  chosen' if hid == chosen else ''}")

    figure = Figure(figsize=(6, 4), layout="constrained")
    ax = figure.subplots()
    ax.semilogx(list(accuracy), list(accuracy.values()), marker="o")
    ax.axhline(best - error, color="grey", linestyle=":", label="one standard error below the best")
    ax.set(xlabel="hidden units", ylabel="accuracy on the validation part")
    ax.legend()
    figure.savefig(path)
    return accuracy, chosen


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "hidden_units_of_netfull.png"))
