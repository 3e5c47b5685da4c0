"""The plain engine: Keras's own `Model.fit`, on any backend.

Slow, and what every other engine is held against. `fit` gets the images in the epoch's order
and does not shuffle, so that both see the same batches.
"""

import keras
import numpy as np

from ..data.datasets import label_type
from ..data.split import Split
from ..plan.runs import RunSpec
from .scale import Scale


class Engine:
    """Train a compiled Keras model by `Model.fit`, one call an epoch."""

    def __init__(self, model: keras.Model, split: Split, spec: RunSpec, scale: Scale) -> None:
        self._model = model
        self._scale = scale
        self._classes = spec.data.described.classes
        self._x = self._scale.scaled(split.x_train)
        self._y = self._one_hot(split.y_train)
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
        """Score examples, as the split has them, against labels (n,)."""
        prepared = self._scale.scaled(x)
        loss, _ = self._model.evaluate(
            prepared, self._one_hot(y), batch_size=self._batch_size, verbose=0
        )
        predicted = self._model.predict(prepared, batch_size=self._batch_size, verbose=0)
        return loss, predicted.argmax(-1).astype(label_type(self._classes))

    def _one_hot(self, y: np.ndarray) -> np.ndarray:
        return keras.utils.to_categorical(y, self._classes)
