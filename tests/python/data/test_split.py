"""Splits of a data set."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tunegrid.data.datasets import Images
from tunegrid.data.split import held_out, split_images


def tiny(train=12, test=3):
    """Make images that can be told apart."""
    x = np.arange((train + test) * 28 * 28, dtype=np.uint32).reshape(-1, 28, 28).astype(np.uint8)
    y = np.arange(train + test, dtype=np.uint8)
    return Images(x[:train], y[:train], x[train:], y[train:])


@given(st.sampled_from(["first", "last"]), st.integers(1, 11), st.integers(1, 12))
def test_a_split_shares_no_image(end, held, train_size):
    """Held-out and training images are apart, in order, and together at most what there is."""
    images = tiny()
    split = split_images(
        images,
        orientation="upright",
        validation=end,
        validation_size=held,
        train_size=min(train_size, 12 - held),
    )
    assert len(split.y_validation) == held
    assert len(split.y_train) == min(train_size, 12 - held)
    assert not set(split.y_train) & set(split.y_validation)
    assert (split.y_validation[0] == 0) == (end == "first")
    assert split.y_test is images.y_test


def test_transposed_exchanges_rows_and_columns():
    """Transposed images are what filling an R array column by column gives."""
    images = tiny()
    split = split_images(
        images, orientation="transposed", validation="test", validation_size=0, train_size=None
    )
    assert np.array_equal(split.x_train[5], images.x_train[5].T)
    assert np.array_equal(split.x_validation[1], images.x_test[1].T)


WHOLE = {"orientation": "upright", "validation_size": 0, "train_size": None}
LABELS = st.lists(st.integers(0, 3), min_size=12, max_size=40)


def numbered(labels, tests):
    """Make images of one pixel, each with a number of its own."""
    x = np.arange(len(labels) + len(tests)).reshape(-1, 1, 1)
    y = np.array([*labels, *tests], np.uint8)
    return Images(x[: len(labels)], y[: len(labels)], x[len(labels) :], y[len(labels) :])


@given(LABELS, LABELS, st.integers(0, 5))
def test_a_pooled_split_has_every_image_once_and_as_many_of_each_class(labels, tests, seed):
    """In both parts; another seed draws others."""
    images = numbered(labels, tests)
    split = split_images(images, validation="test", split="pooled", split_seed=seed, **WHOLE)
    both = np.concatenate([split.x_train, split.x_test]).ravel()
    assert sorted(both) == list(range(len(labels) + len(tests)))
    assert sorted(split.y_train) == sorted(labels)
    y = np.array([*labels, *tests])
    assert np.array_equal(split.y_test, y[split.x_test.ravel()])


def test_a_pooled_split_is_that_of_its_seed():
    """Drawn again it is the same."""
    images = numbered([0, 1] * 20, [0, 1] * 5)
    first, again, other = (
        split_images(images, validation="test", split="pooled", split_seed=seed, **WHOLE).x_test
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@given(LABELS, st.integers(2, 5), st.integers(0, 5))
def test_folds_hold_each_training_image_out_once(labels, folds, seed):
    """With its share of each class, give or take one; what is held out is not trained on."""
    images = numbered(labels, [0])
    asked = {"validation": "fold", "folds": folds, "split_seed": seed, **WHOLE}
    splits = [split_images(images, fold=fold, **asked) for fold in range(1, folds + 1)]
    held = np.concatenate([one.x_validation for one in splits]).ravel()
    assert sorted(held) == list(range(len(labels)))
    sizes = {"validation_size": 0, "folds": folds}
    for fold, one in enumerate(splits, start=1):
        assert len(one.y_validation) == held_out(len(labels), fold=fold, **sizes)
        assert not set(one.x_train.ravel()) & set(one.x_validation.ravel())
        for label in set(labels):
            count = int((one.y_validation == label).sum())
            assert abs(count - labels.count(label) / folds) <= 1
