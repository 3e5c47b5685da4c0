"""The labels that a run's predictions are held against: those of its test images."""

import functools
from pathlib import Path

import numpy as np

from ..data.datasets import Source
from ..data.reading import load_dataset
from ..data.sources import find_data
from ..data.split import pooled_places
from ..errors import DataError, DataMissingError
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
        return _labels(data, find_data(data.dataset, data.digest, **where))
    except DataMissingError:
        return None


def readable_labels(
    data: DataSpec, *, store: Path | None = None, data_dir: str | Path | None = None
) -> np.ndarray | None:
    """Give these labels to what can do without: None also where the data is damaged.

    That it is damaged, `verify` and `data` say. Arguments as for `labels_of`.
    """
    try:
        return labels_of(data, store=store, data_dir=data_dir)
    except DataError:
        return None


@functools.lru_cache(maxsize=16)
def _labels(data: DataSpec, source: Source) -> np.ndarray:
    images = load_dataset(source)
    if data.split is None:
        return images.y_test
    both = np.concatenate([images.y_train, images.y_test])
    return both[pooled_places(images, data.split_seed)[1]]
