"""The forms in which one class is written, found by clustering its images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from kuzushi.analysis.nearest import blurred

MOST_FORMS, COMPONENTS, SPLITS, STARTS = 6, 8, 50, 10
"""Clusters tried, principal components kept, random halvings, and random starts of each clustering."""
STRONG = 0.8
"""The prediction strength that Tibshirani and Walther ask for."""
FEWEST_IMAGES, ENOUGH_IMAGES = 60, 2_000
"""Of a class whose forms are looked for: a half of fewer tells no six clusters apart, and more bring only work."""


@dataclass(frozen=True, kw_only=True)
class Forms:
    """The forms of a class, the most frequent first."""

    of_training: NDArray[np.int64]
    """The form of each training image, of shape (images,)."""
    strengths: tuple[float, ...]
    """The prediction strength of 1, 2, ... forms."""
    axes: NDArray[np.float64]
    """The principal components of the blurred training images, of shape (components, pixels)."""
    centres: NDArray[np.float64]
    """Of shape (forms, components)."""

    def nearest_form(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The form of each image, of shape (images,)."""
        nearest: NDArray[np.int64] = self.distances(images).argmin(1)
        return nearest

    def distances(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """How far each image is from the centre of each form, of shape (images, forms)."""
        places = _flat(images) @ self.axes.T  # (images, components)
        distances: NDArray[np.float64] = np.linalg.norm(places[:, None] - self.centres, axis=2)
        return distances


def find_forms(images: NDArray[np.uint8], *, rng: np.random.Generator) -> Forms:
    """Cluster the training images of one class, of shape (images, side, side), by k-means on principal components.

    Taken is the largest number of forms whose prediction strength is at least 0.8 (Tibshirani and Walther 2005,
    Cluster validation by prediction strength, J. Comput. Graph. Stat. 14, 511-528): the clusters that one half of the
    images gives must be those that the other half gives. A class of few images has one form.
    """
    flat, differing = _flat(images), len(np.unique(images, axis=0))
    components = min(COMPONENTS, differing - 1)
    axes = PCA(components, random_state=_seed(rng)).fit(flat).components_ if components else np.zeros_like(flat[:1])
    places = flat @ axes.T  # (images, components)
    sample = places[rng.permutation(len(places))[:ENOUGH_IMAGES]]
    tried = range(1, MOST_FORMS + 1) if differing >= FEWEST_IMAGES else (1,)
    strengths = tuple(prediction_strength(sample, clusters, rng=rng) for clusters in tried)
    forms = max(clusters for clusters, strength in zip(tried, strengths, strict=True) if strength >= STRONG)
    clustering = _cluster(places, forms, rng)
    by_size = np.argsort(-np.bincount(clustering.labels_, minlength=forms), kind="stable")
    return Forms(
        of_training=np.argsort(by_size)[clustering.labels_],
        strengths=strengths,
        axes=axes,
        centres=clustering.cluster_centers_[by_size],
    )


def prediction_strength(places: NDArray[np.float64], clusters: int, *, rng: np.random.Generator) -> float:
    """How well the clusters of one half of the points, of shape (points, dimensions), foretell those of the other.

    Of each cluster of the second half: the share of its pairs of points that the centres of the first half put
    together as well; the worst cluster counts, and the mean over random halvings. It is 1 for one cluster.
    """
    if clusters == 1:
        return 1.0
    return float(np.mean([_strength_of_a_split(places, clusters, rng) for _ in range(SPLITS)]))


def _strength_of_a_split(places: NDArray[np.float64], clusters: int, rng: np.random.Generator) -> float:
    first, second = np.array_split(places[rng.permutation(len(places))], 2)
    return worst_agreement(_cluster(second, clusters, rng).labels_, _cluster(first, clusters, rng).predict(second))


def worst_agreement(own: NDArray[np.int32], foretold: NDArray[np.int32]) -> float:
    """The smallest share, over the own clusters, of pairs of points that are foretold to be together.

    Example: own [0, 0, 0, 1, 1], foretold [0, 0, 1, 1, 1] -> 1/3, of the three pairs of cluster 0
    """
    together = np.zeros((own.max() + 1, foretold.max() + 1))
    np.add.at(together, (own, foretold), 1)
    sizes = together.sum(1)
    pairs = (together * (together - 1)).sum(1)
    # A cluster of one point has no pair that could be foretold.
    return float(np.where(sizes > 1, pairs / np.maximum(sizes * (sizes - 1), 1), 0.0).min())


def _cluster(places: NDArray[np.float64], clusters: int, rng: np.random.Generator) -> KMeans:
    return KMeans(clusters, n_init=STARTS, random_state=_seed(rng)).fit(places)


def _flat(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Of shape (images, pixels)."""
    return blurred(images).reshape(len(images), -1)


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**32))
