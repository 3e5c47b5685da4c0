"""The plain engine: Keras's own `Model.fit`, on any backend.

Slow, and what every other engine is held against. `fit` gets the images in the epoch's order
and does not shuffle, so that both see the same batches.
"""

import keras
import numpy as np

from ..data.datasets import CLASSES
from ..data.split import Split
from ..plan.runs import RunSpec


class Engine:
    """Train a compiled Keras model by `Model.fit`, one call an epoch."""

    def __init__(self, model: keras.Model, split: Split, spec: RunSpec) -> None:
        self._model = model
        self._scale = 255.0 if spec.data.scaling == "unit" else 1.0
        self._x = self._prepare(split.x_train)
        self._y = _one_hot(split.y_train)
        self._batch_size = spec.batch_size

    def epoch(self, order: np.ndarray) -> tuple[float, float]:
        """Pass once over the training images; order is int32 (n,), a permutation."""
        history = self._model.fit(
            self._x[order],
            self._y[order],
            batch_size=self._batch_size,
            shuffle=False,
            verbose=0,
        ).history
        return history["loss"][0], history["accuracy"][0]

    def score(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        """Score uint8 images (n, 28, 28) against labels (n,)."""
        prepared = self._prepare(x)
        loss, _ = self._model.evaluate(
            prepared, _one_hot(y), batch_size=self._batch_size, verbose=0
        )
        predicted = self._model.predict(prepared, batch_size=self._batch_size, verbose=0)
        return loss, predicted.argmax(-1).astype(np.uint8)

    def _prepare(self, x: np.ndarray) -> np.ndarray:
        return x[..., None].astype(np.float32) / np.float32(self._scale)


def _one_hot(y: np.ndarray) -> np.ndarray:
    return keras.utils.to_categorical(y, CLASSES)
