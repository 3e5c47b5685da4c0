"""The engine's dropout: masks by hash, of the distribution that they should have."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from tunegrid.train.dropout import keep, replace_dropout

WORDS = st.integers(0, 2**32 - 1)
SIZE = 40_000


def mask(rate, seed, step=0, size=SIZE):
    """Give the mask of a layer at a step."""
    return keep(tf.constant([size]), tf.constant([seed, step], tf.uint32), rate).numpy()


@given(st.floats(0.01, 0.99), WORDS, st.integers(0, 10**6))
def test_the_share_that_is_kept_is_what_was_asked_for(rate, seed, step):
    """To within six standard deviations of a binomial, whatever the seed and the step."""
    deviation = np.sqrt(rate * (1 - rate) / SIZE)
    assert abs(mask(rate, seed, step).mean() - (1 - rate)) < 6 * deviation


@given(WORDS, st.integers(0, 10**6))
def test_masks_of_neighbours_are_independent(seed, step):
    """Of the next step, the next seed, and the next position: half agree, half do not."""
    here = mask(0.5, seed, step)
    others = mask(0.5, seed, step + 1), mask(0.5, (seed + 1) % 2**32, step), np.roll(here, 1)
    for other in others:
        assert abs((here == other).mean() - 0.5) < 6 * 0.5 / np.sqrt(SIZE)


@given(WORDS)
def test_a_run_of_kept_elements_is_as_long_as_chance_makes_it(seed):
    """Pairs and triples of neighbours come out as often as for a fair coin."""
    kept = mask(0.5, seed)
    triples = kept[:-2].astype(int) * 4 + kept[1:-1] * 2 + kept[2:]
    shares = np.bincount(triples, minlength=8) / len(triples)
    assert np.abs(shares - 1 / 8).max() < 6 * np.sqrt(1 / 8 * 7 / 8 / SIZE) * 1.5


@pytest.fixture
def dropping():
    """A Dropout layer that hashes, in a model of its own."""
    model = keras.Sequential([keras.Input((100,)), layers.Dropout(0.25)])
    replace_dropout(model)
    return model


def test_what_is_kept_is_scaled_up_and_what_is_dropped_has_no_gradient(dropping):
    """Forward and backward by the same mask."""
    x = tf.Variable(tf.random.uniform((50, 100), 1, 2))
    with tf.GradientTape() as tape:
        y = dropping(x, training=True)
    slope = tape.gradient(y, x).numpy()
    kept = y.numpy() != 0
    np.testing.assert_allclose(y.numpy()[kept], x.numpy()[kept] / 0.75, rtol=1e-6)
    np.testing.assert_allclose(slope, kept / 0.75, rtol=1e-6)
    assert 0.6 < kept.mean() < 0.9


def test_each_step_drops_other_elements(dropping):
    """The layer's own generator counts the steps."""
    x = tf.ones((50, 100))
    first, second = (dropping(x, training=True).numpy() for _ in range(2))
    assert not np.array_equal(first, second)


def test_nothing_is_dropped_from_a_prediction(dropping):
    """As in Keras."""
    x = tf.random.normal((5, 100))
    assert np.array_equal(dropping(x, training=False), x)


def test_models_inside_a_model_hash_too_and_noise_shapes_stay_keras_s():
    """Only what is exactly Dropout is replaced."""
    inner = keras.Sequential([keras.Input((4, 4)), layers.Dropout(0.5)])
    shaped = layers.Dropout(0.5, noise_shape=(None, 1, 4))
    model = keras.Sequential([keras.Input((4, 4)), inner, shaped, layers.Dropout(0.0)])
    replace_dropout(model)
    assert "call" in vars(inner.layers[0])
    assert not any("call" in vars(layer) for layer in (shaped, model.layers[-1]))
