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
    split: str | None = None,
    split_seed: int | None = None,
    fold: int | None = None,
    folds: int | None = None,
) -> Split:
    """Split a data set as a protocol says.

    Args:
        images: the whole data set.
        orientation: `upright`, or `transposed` (rows and columns of each image exchanged, which
            is what filling an R array column by column does).
        validation: `test` scores on the test images; `first` and `last` hold out that end of
            the training images, `fold` one of their folds.
        validation_size: how many are held out (0 with `test` and `fold`).
        train_size: train on this many of the remaining images, counted from the first; all by
            default.
        split: `pooled` draws both parts again, see `pooled`; the data set's own by default.
        split_seed: of what is drawn.
        fold, folds: with `fold`: which, from 1, of how many; see `fold_of`.
    """
    if split == "pooled":
        images = pooled(images, split_seed)
    x_train, y_train, x_test, y_test = images.x_train, images.y_train, images.x_test, images.y_test
    if orientation == "transposed":
        x_train, x_test = (np.ascontiguousarray(x.swapaxes(1, 2)) for x in (x_train, x_test))
    count = len(x_train)
    held = np.zeros(count, bool)
    if validation == "first":
        held[:validation_size] = True
    elif validation == "last":
        held[count - validation_size :] = True
    elif validation == "fold":
        held = fold_of(y_train, folds, split_seed) == fold
    is_scored_on_test = validation == "test"
    kept = slice(None) if is_scored_on_test else ~held
    return Split(
        x_train=x_train[kept][:train_size],
        y_train=y_train[kept][:train_size],
        x_validation=x_test if is_scored_on_test else x_train[held],
        y_validation=y_test if is_scored_on_test else y_train[held],
        x_test=x_test,
        y_test=y_test,
    )


def pooled(images: Images, seed: int) -> Images:
    """Put training and test images together and draw them again, into parts of the same sizes.

    By class: each part has as many of each as before. NumPy's `default_rng(seed)` draws which
    they are, and their order.
    """
    train, test = pooled_places(images, seed)
    x = np.concatenate([images.x_train, images.x_test])
    y = np.concatenate([images.y_train, images.y_test])
    return Images(x[train], y[train], x[test], y[test])


def pooled_places(images: Images, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Say which images of both parts, one behind the other, `pooled` trains and tests on."""
    rng = np.random.default_rng(seed)
    y = np.concatenate([images.y_train, images.y_test])
    is_test = np.zeros(len(y), bool)
    for label in np.unique(y):
        own = rng.permutation(np.flatnonzero(y == label))
        is_test[own[: int((images.y_test == label).sum())]] = True
    train, test = (rng.permutation(np.flatnonzero(part)) for part in (~is_test, is_test))
    return train, test


def fold_of(labels: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Say of each training image in which fold it is, from 1.

    The images of each class are shuffled by NumPy's `default_rng(seed)`, laid behind one another,
    and dealt out in turn: the folds are disjoint, and each has its share of each class, give or
    take one image.
    """
    rng = np.random.default_rng(seed)
    order = np.concatenate(
        [rng.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    )
    found = np.empty(len(labels), int)
    found[order] = np.arange(len(labels)) % folds + 1
    return found


def held_out(count: int, *, validation_size: int, fold: int | None, folds: int | None) -> int:
    """Count the training images that are held out, of so many."""
    return validation_size if fold is None else (count - fold) // folds + 1
