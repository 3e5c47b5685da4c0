"""The labels that a run's predictions are held against: those of its test images."""

import functools
from pathlib import Path

import numpy as np

from ..data.datasets import Source
from ..data.reading import load_dataset
from ..data.sources import find_data
from ..errors import DataMissingError
from .runs import DataSpec


def labels_of(
    data: DataSpec, *, store: Path | None = None, data_dir: str | Path | None = None
) -> np.ndarray | None:
    """Give the labels of a run's test images, in the order of its predictions.

    Args:
        data: of the run's spec.
        store: the store's folder, where data of one's own is kept.
        data_dir: a folder with data sets; default TUNEGRID_DATA.

    Returns:
        Shape (images,); None when the data is not on this machine.

    Raises:
        DataError: when it is damaged.
    """
    where = {"store": store, "data_dir": data_dir, "download": False}
    try:
        source = find_data(data.dataset, data.digest, **where)
    except DataMissingError:
        return None
    return _labels(data, source)


@functools.lru_cache(maxsize=16)
def _labels(data: DataSpec, source: Source) -> np.ndarray:
    images = load_dataset(source)
    return images.y_test if data.split is None else data.split_of(images).y_test
