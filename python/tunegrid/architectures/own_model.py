"""From the JSON of a model of the user's own to the model: checked, counted, then built."""

import json
import math
import random
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import SpecError, quoted
from .plain_json import read_plain
from .registry import MOST_WEIGHTS, too_large

if TYPE_CHECKING:
    import keras


def read_model(text: str) -> "keras.Model":
    """Build the model of a JSON text, with fresh weights.

    Raises:
        SpecError: when the text is not of Keras's own layers with plain arguments, when the model
            has too many weights (of which none is made then), or when Keras cannot build it.
    """
    import keras

    plain = json.dumps(read_plain(text))

    def build() -> "keras.Model":
        return keras.models.model_from_json(plain)

    try:
        weights = sum(math.prod(one.shape) for one in without_weights(build).weights)
        model = build() if weights <= MOST_WEIGHTS else None
    except Exception as error:  # noqa: BLE001 - whatever a config can make Keras raise
        said = quoted(" ".join(str(error).split()), 300)
        raise SpecError(f"Keras cannot build the model from its JSON: {said}") from None
    if model is None:
        raise too_large("The model of keras_json", weights)
    return model


def without_weights(build: Callable[[], "keras.Model"]) -> "keras.Model":
    """Build a model whose weights have shapes and no values, whatever their size.

    Nothing of it stays: Keras keeps its state by thread, and this one ends. Python's own numbers
    at random, of which Keras makes the seeds of layers without one, are put back.

    Raises:
        Exception: whatever `build` does.
    """
    import keras

    found: list[keras.Model] = []
    failed: list[BaseException] = []

    def make() -> None:
        try:
            with keras.StatelessScope(initialize_variables=False):
                found.append(build())
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            failed.append(error)

    state = random.getstate()
    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    random.setstate(state)
    if failed:
        raise failed[0]
    return found[0]
