"""What a net makes of new pictures, in words."""

from kuzushi.plots.characters import TITLES
from kuzushi.plots.classes import in_words
from kuzushi.report.sections import percent
from kuzushi.results import Classification, ReadImage

DOUBTFUL = 0.5
"""Below it the net holds all other classes together for more likely than the one that it names first."""


def text(found: Classification) -> str:
    """What a person reads after the command: a line for each picture, the most probable class first."""
    lines = [f"{TITLES[found.net]} of {found.run}, trained on {found.data}: {len(found.classes)} classes"]
    for image in found.images:
        lines.append(f"{image.image}: {', '.join(_classes(image, found.classes))}")
        if image.classes[0].probability < DOUBTFUL:
            lines.append("    doubtful: no class has half of the probability; is it one of the classes of this run?")
    return "\n".join(lines)


def _classes(image: ReadImage, names: tuple[str, ...]) -> list[str]:
    return [f"{in_words(names, one.label)} {percent(one.probability)}" for one in image.classes]
