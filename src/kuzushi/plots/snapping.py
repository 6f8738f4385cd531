"""How far nets count before and after they were made exact."""

from kuzushi.plots.failures import draw_failures, failures_in_words
from kuzushi.plots.languages import TITLES
from kuzushi.plots.style import Drawn, new_figure
from kuzushi.results import SequencesResult
from kuzushi.results.snapping import Snapping


def snapping_figure(name: str, result: SequencesResult, snapping: Snapping) -> Drawn:
    """The first length that fails, of every net that could be snapped, before and after."""
    before = [result.first_failure[net.net] for net in snapping.nets]
    figure = new_figure(9, 6.5)
    told = []
    for ax, first_failure, title in zip(
        figure.subplots(2, 1), (before, snapping.first_failure), ("as trained", "snapped"), strict=True
    ):
        draw_failures(ax, first_failure, trained=result.trained_length, tested=snapping.tested_length)
        ax.set_title(title, loc="left")
        counted = failures_in_words(first_failure, trained=result.trained_length, tested=snapping.tested_length)
        told.append(f"{title}: {counted}")
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The first n that fails, alone or in a stream, of {len(snapping.nets)} {TITLES[result.model]}s as "
        f"they were trained (above) and once they are snapped (below). {snapping.exact} of the snapped nets fail "
        f"nowhere up to n = {snapping.tested_length:,}. A snapped net is another net than the trained one.",
        alternative=f"Nets by the first n that fails, {'. '.join(told)}.",
    )
