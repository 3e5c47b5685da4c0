"""Two models, or two configurations, image by image."""

import math
from dataclasses import dataclass

import numpy as np

#: What must be said with McNemar's test of two runs.
TWO_MODELS = (
    "It compares two trained models on these images, and says nothing of their configurations: "
    "two seeds of one configuration differ by it more often than not."
)


@dataclass(frozen=True)
class ModelDifference:
    """Two trained models on the same images.

    Attributes:
        only_first, only_second: images that only one of them gets right.
        p_value: McNemar's, exact.
        said: what must be said with it.
    """

    only_first: int
    only_second: int
    p_value: float
    said: str = TWO_MODELS


@dataclass(frozen=True)
class ImageDifference:
    """Two configurations on other images of the same kind.

    Attributes:
        difference: of their accuracies.
        seed_error: what seeds leave open.
        error: what seeds and images leave open together.
    """

    difference: float
    seed_error: float
    error: float


def compare_models(one: np.ndarray, other: np.ndarray) -> ModelDifference:
    """Hold two trained models against each other (McNemar 1947, exact).

    Args:
        one, other: whether each image was classified rightly, shape (images,).
    """
    from statsmodels.stats.contingency_tables import mcnemar

    first, second = int((one & ~other).sum()), int((other & ~one).sum())
    table = [[int((one & other).sum()), first], [second, int((~one & ~other).sum())]]
    return ModelDifference(first, second, float(mcnemar(table, exact=True).pvalue))


def compare_images(one: np.ndarray, other: np.ndarray) -> ImageDifference:
    """Hold two configurations against each other on images that were not seen.

    The difference of mean correctness over seeds at each image, with the error
    √(se² of the seeds + variance over images / images): on the safe side, since the seeds are part
    of what varies over images.

    Args:
        one, other: whether each run got each image right, shape (runs, images), 2 runs at least.
    """
    gaps = one.mean(axis=0) - other.mean(axis=0)
    seeds = sum(runs.mean(axis=1).var(ddof=1) / len(runs) for runs in (one, other))
    error = math.sqrt(seeds + gaps.var(ddof=1) / len(gaps))
    return ImageDifference(float(gaps.mean()), math.sqrt(seeds), error)
