"""How examples are scaled."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tunegrid.train.scale import Scale, with_channel

VALUES = st.floats(-100, 100, width=32)


@given(arrays(np.float32, st.tuples(st.integers(2, 8), st.integers(1, 5)), elements=VALUES))
def test_standard_features_have_mean_0_and_deviation_1(x):
    """But for those that never change: they are 0."""
    scale = Scale.of("standard", x)
    scaled = (x.astype(float) - scale.mean) / scale.divisor
    # Beside a large mean single precision has no place for a small deviation.
    changing = x.std(axis=0) > 1e-3
    assert np.allclose(scaled.mean(axis=0)[changing], 0, atol=1e-2)
    assert np.allclose(scaled.std(axis=0)[changing], 1, atol=1e-2)
    assert (scaled[:, (x == x[0]).all(axis=0)] == 0).all()


def test_a_deviation_too_small_for_single_precision_is_none():
    """Nothing is divided by it."""
    x = np.array([[1e-45, 1e-39], [0, 0]] + [[0, 0]] * 100, np.float32)
    assert Scale.of("standard", x).divisor.tolist() == [1.0, 1.0]


def test_images_are_scaled_by_channel():
    """Over all their pixels; the numbers are recorded with the run."""
    x = np.zeros((3, 4, 5, 2), np.uint8)
    x[..., 1] = 7
    x[0, :, :, 0] = 3
    scale = Scale.of("standard", x)
    assert scale.mean.tolist() == [1.0, 7.0]
    assert scale.divisor.tolist() == [np.float32(np.sqrt(2)), 1.0]
    assert scale.described["scaling"]["mean"] == [1.0, 7.0]


def test_bytes_are_divided_by_255_and_nothing_is_recorded():
    """As before there was another scaling; environments stay as they are."""
    scale = Scale.of("unit", np.zeros((2, 3, 3), np.uint8))
    assert (scale.mean, float(scale.divisor), scale.described) == (None, 255.0, {})


def test_grey_images_get_a_channel_and_others_stay():
    """Vectors and colour images have their shape already."""
    shapes = [(2, 3, 4), (2, 5), (2, 3, 4, 3)]
    found = [with_channel(np.zeros(shape)).shape for shape in shapes]
    assert found == [(2, 3, 4, 1), (2, 5), (2, 3, 4, 3)]
