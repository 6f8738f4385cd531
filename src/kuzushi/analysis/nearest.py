"""Which images look alike, whatever a net makes of them."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist

BLUR = 1.0
"""Standard deviation in pixels. Strokes that lie a pixel apart then still overlap."""


def blurred(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The images of shape (images, side, side), slightly blurred, with pixels in 0..1."""
    smooth: NDArray[np.float64] = gaussian_filter(images / 255, sigma=(0, BLUR, BLUR), mode="constant")
    return smooth


def nearest(
    image: NDArray[np.uint8], others: NDArray[np.uint8], *, count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The places and distances of the nearest of the other images, nearest first, each of shape (count,) or fewer.

    The distance is Euclid's between blurred pixels in 0..1. It is taken between images, not in a net, so that it says
    what the data hold, and can be blamed on no net.

    Args:
        image: of shape (side, side).
        others: of shape (others, side, side).
    """
    (distances,) = cdist(blurred(image[None]).reshape(1, -1), blurred(others).reshape(len(others), -1))
    places = np.argsort(distances, kind="stable")[:count]
    return places, distances[places]
