"""Dropout in one pass over memory: each mask is computed where it is used, and never stored.

Keras draws a uniform number for every element and keeps it for the way back; on a processor that
is two fifths of a small network's training. Here an element is kept or dropped by a hash of its
position, the step and the layer's seed, which XLA fuses with the multiplication. The masks are
others than Keras's, of the same distribution.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

_WORD = tf.uint32
_GOLDEN = 0x9E3779B9  # 2³² over the golden ratio: neighbouring steps end up far apart


def replace_dropout(model: keras.Model) -> None:
    """Let the Dropout layers of a model, and of models inside it, hash in place of drawing.

    Layers with a `noise_shape`, and every other kind of random layer, stay as Keras has them.
    """
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            replace_dropout(layer)
        elif type(layer) is keras.layers.Dropout and layer.rate > 0 and not layer.noise_shape:
            layer.call = _call_of(layer)


def keep(shape: tf.Tensor, key: tf.Tensor, rate: float) -> tf.Tensor:
    """Say which elements are kept.

    Args:
        shape: of the result, int32.
        key: the layer's seed and the number of the step, uint32 (2,).
        rate: the share to be dropped, to within 2⁻³².

    Returns:
        Booleans of that shape: the hash of seed and position, hashed again with the step, is
        at least rate · 2³².
    """
    position = tf.cast(tf.reshape(tf.range(tf.reduce_prod(shape)), shape), _WORD)
    mixed = _mix(_mix(position ^ key[0]) + key[1] * tf.constant(_GOLDEN, _WORD))
    return mixed >= tf.constant(min(round(rate * 2**32), 2**32 - 1), _WORD)


def _mix(word: tf.Tensor) -> tf.Tensor:
    """Spread each bit of a word over all 32.

    Source: fmix32, the finalizer of MurmurHash3 (Austin Appleby; in the public domain).
    """
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        word = (word ^ _shift(word, shift)) * tf.constant(factor, _WORD)
    return word ^ _shift(word, 16)


def _shift(word: tf.Tensor, bits: int) -> tf.Tensor:
    return tf.bitwise.right_shift(word, tf.constant(bits, _WORD))


def _call_of(layer: keras.layers.Dropout) -> Callable[..., tf.Tensor]:
    """Make the layer's new `call`."""

    def call(inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        if not training:
            return inputs
        return _drop(inputs, tf.cast(layer.seed_generator.next(), _WORD), layer.rate)

    return call


# Both are of the module, not of a layer: TensorFlow keeps what it has registered as a gradient,
# and XLA what it has compiled, for as long as the process lives.


@tf.function(jit_compile=True)
def _masked(x: tf.Tensor, key: tf.Tensor, rate: float) -> tf.Tensor:
    return tf.where(keep(tf.shape(x), key, rate), x * (1 / (1 - rate)), tf.zeros_like(x))


@tf.function
def _drop(x: tf.Tensor, key: tf.Tensor, rate: float) -> tf.Tensor:
    """Drop; what is dropped on the way there is dropped on the way back."""

    @tf.custom_gradient
    def both_ways(x: tf.Tensor, key: tf.Tensor) -> tuple[tf.Tensor, Callable]:
        return _masked(x, key, rate), lambda upstream: (_masked(upstream, key, rate), None)

    return both_ways(x, key)
