"""The fast engine: a whole epoch is one compiled TensorFlow function.

The training images stay on the device as bytes; each step gathers its batch by the epoch's
permutation. Batches are Keras's: consecutive slices of the order, the last one smaller when it
does not come out even. XLA compiles what goes element by element, the masks of dropout and the
optimizer's update; on a processor its convolutions are several times slower than TensorFlow's.
"""

import functools

import keras
import numpy as np
import tensorflow as tf

from ..data.datasets import label_type
from ..data.split import Split
from ..plan.runs import RunSpec
from .dropout import replace_dropout
from .scale import Scale, with_channel
from .update import Update

#: Images scored at once: large enough to hide the calls, small enough for the processor's cache.
SCORE_BATCH = 250


class Engine:
    """Train a compiled Keras model by one `tf.function` an epoch."""

    def __init__(self, model: keras.Model, split: Split, spec: RunSpec, scale: Scale) -> None:
        self._model = model
        self._loss = keras.losses.get(spec.loss)
        self._penalized = [weight for weight in model.trainable_variables if weight.regularizer]
        # A tensor, not a number: TensorFlow would multiply by 1/255, which is not the same in
        # the last bit, and everything after it would differ from Keras's `fit`.
        self._scale = tf.constant(scale.divisor)
        self._mean = None if scale.mean is None else tf.constant(scale.mean)
        self._images = tf.constant(with_channel(split.x_train))
        self._labels = _labels(split.y_train)
        self._classes = spec.data.described.classes
        self._kept = label_type(self._classes)
        self._batch_size = spec.batch_size
        _start_compiler()
        model.optimizer.build(model.trainable_variables)
        replace_dropout(model)
        self._update = Update(model, self._penalized)
        order = tf.TensorSpec([None], tf.int32)
        self._epoch = tf.function(self._trace_epoch, input_signature=[order], jit_compile=False)
        self._score = tf.function(self._trace_score, jit_compile=False, reduce_retracing=True)

    def epoch(self, order: np.ndarray) -> tuple[float, float]:
        """Pass once over the training images; order is int32 (n,), a permutation."""
        loss, hits = self._epoch(tf.constant(order))
        return float(loss) / len(order), int(hits) / len(order)

    def score(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        """Score examples, as the split has them, against labels (n,)."""
        losses, classes = [], []
        for start in range(0, len(x), SCORE_BATCH):
            part = slice(start, start + SCORE_BATCH)
            loss, predicted = self._score(tf.constant(with_channel(x[part])), _labels(y[part]))
            losses.append(float(loss))
            classes.append(predicted.numpy())
        penalties = (weight.regularizer(weight) for weight in self._penalized)
        penalty = float(sum(penalties, start=tf.constant(0.0)))
        return sum(losses) / len(x) + penalty, np.concatenate(classes)

    def _trace_epoch(self, order: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        count = tf.shape(order)[0]
        total, hits = tf.constant(0.0), tf.constant(0)
        for start in tf.range(0, count, self._batch_size):
            batch = order[start : tf.minimum(start + self._batch_size, count)]
            loss, right = self._step(batch)
            total += loss * tf.cast(tf.shape(batch)[0], tf.float32)
            hits += right
        return total, hits

    def _step(self, batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Take one optimizer step; return the batch's mean loss before it, and its hits."""
        x, y = self._prepare(tf.gather(self._images, batch)), tf.gather(self._labels, batch)
        weights = [weight.value for weight in self._model.trainable_variables]
        with tf.GradientTape() as tape:
            predicted = self._model(x, training=True)
            losses = self._loss(tf.one_hot(y, self._classes), predicted)
            loss = tf.add_n([tf.reduce_mean(losses), *self._layer_losses()])
        gradients = tape.gradient(loss, weights)
        loss += self._penalty()
        self._update(gradients)
        hits = tf.equal(tf.argmax(predicted, -1, tf.int32), tf.cast(y, tf.int32))
        return loss, tf.reduce_sum(tf.cast(hits, tf.int32))

    def _layer_losses(self) -> list[tf.Tensor]:
        """Give what the layers' last call added to the loss, without the weights' penalties."""
        losses = self._model.losses
        return losses[: len(losses) - len(self._penalized)]

    def _penalty(self) -> tf.Tensor:
        """Sum the penalties of the weights."""
        return tf.add_n([tf.constant(0.0), *(_penalty(weight) for weight in self._penalized)])

    def _trace_score(self, x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        predicted = self._model(self._prepare(x), training=False)
        losses = self._loss(tf.one_hot(y, self._classes), predicted)
        added = tf.cast(tf.shape(y)[0], tf.float32) * tf.add_n([0.0, *self._layer_losses()])
        return tf.reduce_sum(losses) + added, tf.cast(tf.argmax(predicted, -1), self._kept)

    def _prepare(self, x: tf.Tensor) -> tf.Tensor:
        x = tf.cast(x, tf.float32)
        return (x if self._mean is None else x - self._mean) / self._scale


def _labels(y: np.ndarray) -> tf.Tensor:
    """Give labels as TensorFlow's `one_hot` takes them: bytes, or 32 bits."""
    return tf.constant(y if y.dtype == np.uint8 else y.astype(np.int32))


@functools.cache
def _start_compiler() -> None:
    """Let XLA start its threads now: with the memory full it would end the process instead."""
    tf.function(tf.identity, jit_compile=True)(tf.constant(0.0))


def _penalty(weight: keras.Variable) -> tf.Tensor:
    """Give a weight's penalty; for Keras's L2 without a copy of the weight's size."""
    if type(weight.regularizer) is keras.regularizers.L2:
        return 2 * tf.cast(weight.regularizer.l2, tf.float32) * tf.nn.l2_loss(weight.value)
    return weight.regularizer(weight.value)
