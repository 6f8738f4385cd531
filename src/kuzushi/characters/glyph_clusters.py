"""The forms in which one class is written, found by clustering its images, and the distance between images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

BLUR = 1.0
"""Standard deviation in pixels. Strokes one pixel apart then still overlap."""
MOST_FORMS, COMPONENTS, SPLITS, STARTS = 6, 8, 50, 10
"""Largest number of clusters, principal components, random halvings, and random starts of each clustering."""
STRONG = 0.8
"""The prediction strength required by Tibshirani and Walther."""
FEWEST_IMAGES, ENOUGH_IMAGES = 60, 2_000
"""Images of a class to cluster: a half of fewer cannot separate six clusters, and more only take longer."""


@dataclass(frozen=True, kw_only=True)
class Forms:
    """The forms of a class, the most frequent first."""

    train_forms: NDArray[np.int64]
    """The form of each training image, of shape (images,)."""
    strengths: tuple[float, ...]
    """The prediction strength of 1, 2, ... forms."""
    axes: NDArray[np.float64]
    """The principal components of the blurred training images, of shape (components, pixels)."""
    centres: NDArray[np.float64]
    """Of shape (forms, components)."""

    def nearest_form(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the form of each image, of shape (images,)."""
        nearest_centre: NDArray[np.int64] = self.distances(images).argmin(1)
        return nearest_centre

    def distances(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the distance of each image to the centre of each form, of shape (images, forms)."""
        points = _flat(images) @ self.axes.T  # (images, components)
        distances: NDArray[np.float64] = np.linalg.norm(points[:, None] - self.centres, axis=2)
        return distances


def find_forms(images: NDArray[np.uint8], *, rng: np.random.Generator) -> Forms:
    """Cluster the training images of one class, of shape (images, side, side), by k-means on principal components.

    The number of forms is the largest with a prediction strength of at least 0.8 (Tibshirani and Walther 2005, Cluster
    validation by prediction strength, J. Comput. Graph. Stat. 14, 511-528): one half of the images must give the same
    clusters as the other. A class of few images has one form.
    """
    flat, differing = _flat(images), len(np.unique(images, axis=0))
    components = min(COMPONENTS, differing - 1)
    axes = PCA(components, random_state=_seed(rng)).fit(flat).components_ if components else np.zeros_like(flat[:1])
    points = flat @ axes.T  # (images, components)
    sample = points[rng.permutation(len(points))[:ENOUGH_IMAGES]]
    tried = range(1, MOST_FORMS + 1) if differing >= FEWEST_IMAGES else (1,)
    strengths = tuple(prediction_strength(sample, clusters, rng=rng) for clusters in tried)
    forms = max(clusters for clusters, strength in zip(tried, strengths, strict=True) if strength >= STRONG)
    clustering = _cluster(points, forms, rng)
    by_size = np.argsort(-np.bincount(clustering.labels_, minlength=forms), kind="stable")
    return Forms(
        train_forms=np.argsort(by_size)[clustering.labels_],
        strengths=strengths,
        axes=axes,
        centres=clustering.cluster_centers_[by_size],
    )


def prediction_strength(points: NDArray[np.float64], clusters: int, *, rng: np.random.Generator) -> float:
    """Return how well the clusters of one half of the points, of shape (points, dimensions), predict the other half's.

    For each cluster of the second half: the share of its pairs of points that the centres of the first half also put
    into one cluster. The strength is that of the worst cluster, averaged over random halvings; 1 for one cluster.
    """
    if clusters == 1:
        return 1.0
    return float(np.mean([_strength_of_split(points, clusters, rng) for _ in range(SPLITS)]))


def _strength_of_split(points: NDArray[np.float64], clusters: int, rng: np.random.Generator) -> float:
    first, second = np.array_split(points[rng.permutation(len(points))], 2)
    return worst_agreement(_cluster(second, clusters, rng).labels_, _cluster(first, clusters, rng).predict(second))


def worst_agreement(own: NDArray[np.int32], predicted: NDArray[np.int32]) -> float:
    """Return the smallest share, over the own clusters, of pairs of points that are predicted to be in one cluster.

    Example: own [0, 0, 0, 1, 1], predicted [0, 0, 1, 1, 1] -> 1/3, of the three pairs of cluster 0
    """
    counts = np.zeros((own.max() + 1, predicted.max() + 1))
    np.add.at(counts, (own, predicted), 1)
    sizes = counts.sum(1)
    pairs = (counts * (counts - 1)).sum(1)
    # A cluster of one point has no pair to predict.
    return float(np.where(sizes > 1, pairs / np.maximum(sizes * (sizes - 1), 1), 0.0).min())


def _cluster(points: NDArray[np.float64], clusters: int, rng: np.random.Generator) -> KMeans:
    return KMeans(clusters, n_init=STARTS, random_state=_seed(rng)).fit(points)


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**32))


def _flat(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the blurred images, of shape (images, pixels)."""
    return blurred(images).reshape(len(images), -1)


def blurred(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the images, of shape (images, side, side), slightly blurred, with pixels in 0..1."""
    smooth: NDArray[np.float64] = gaussian_filter(images / 255, sigma=(0, BLUR, BLUR), mode="constant")
    return smooth


def nearest(
    image: NDArray[np.uint8], others: NDArray[np.uint8], *, count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the indices and distances of the nearest other images, nearest first, each of shape (count,) or fewer.

    The distance is Euclidean, between blurred pixels in 0..1, and so independent of any net.

    Args:
        image: of shape (side, side).
        others: of shape (others, side, side).
    """
    (distances,) = cdist(_flat(image[None]), _flat(others))
    indices = np.argsort(distances, kind="stable")[:count]
    return indices, distances[indices]
