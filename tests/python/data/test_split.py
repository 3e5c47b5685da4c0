"""Splits of a data set."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tunegrid.data.datasets import Images
from tunegrid.data.split import split_images


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
