"""How a data set is split into what is learned from, scored on, and tested on."""

from dataclasses import dataclass

import numpy as np

from .datasets import Images


@dataclass(frozen=True)
class Split:
    """What a run learns from, is scored on while it trains, and is tested on."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def split_images(
    images: Images,
    *,
    orientation: str,
    validation: str,
    validation_size: int,
    train_size: int | None,
) -> Split:
    """Split a data set as a protocol says.

    Args:
        images: the whole data set.
        orientation: `upright`, or `transposed` (rows and columns of each image exchanged, which
            is what filling an R array column by column does).
        validation: `test` scores on the test images; `first` and `last` hold out that end of
            the training images.
        validation_size: how many are held out (0 with `test`).
        train_size: train on this many of the remaining images, counted from the first; all by
            default.
    """
    x_train, y_train, x_test, y_test = images.x_train, images.y_train, images.x_test, images.y_test
    if orientation == "transposed":
        x_train, x_test = (np.ascontiguousarray(x.transpose(0, 2, 1)) for x in (x_train, x_test))
    kept, held = slice(None), None
    if validation == "first":
        kept, held = slice(validation_size, None), slice(0, validation_size)
    elif validation == "last":
        cut = len(x_train) - validation_size
        kept, held = slice(0, cut), slice(cut, None)
    return Split(
        x_train=x_train[kept][:train_size],
        y_train=y_train[kept][:train_size],
        x_validation=x_test if held is None else x_train[held],
        y_validation=y_test if held is None else y_train[held],
        x_test=x_test,
        y_test=y_test,
    )
