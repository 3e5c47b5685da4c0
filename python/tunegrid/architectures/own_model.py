"""From the JSON of a model of the user's own to the model: checked, counted, then built."""

import json
import math
import random
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import SpecError, quoted
from .kept_state import single_layers
from .plain_json import read_plain
from .registry import MOST_WEIGHTS, too_large

if TYPE_CHECKING:
    import keras


#: The most numbers that a layer gives for one example: a batch of 32 takes 6 GB of them.
MOST_VALUES = 50_000_000


def read_model(text: str) -> "keras.Model":
    """Build the model of a JSON text, with fresh weights.

    Raises:
        SpecError: when the text is not of Keras's own layers with plain arguments, when the model
            has too many weights (of which none is made then) or a layer gives too many numbers, or
            when Keras cannot build it.
    """
    import keras

    plain = json.dumps(read_plain(text))

    def build() -> "keras.Model":
        return keras.models.model_from_json(plain)

    try:
        sketch = without_weights(build)
        weights = sum(math.prod(one.shape) for one in sketch.weights)
        values = _most_values(sketch)
        model = build() if weights <= MOST_WEIGHTS and values <= MOST_VALUES else None
    except Exception as error:  # noqa: BLE001 - whatever a config can make Keras raise
        said = quoted(" ".join(str(error).split()), 300)
        raise SpecError(f"Keras cannot build the model from its JSON: {said}") from None
    if weights > MOST_WEIGHTS:
        raise too_large("The model of keras_json", weights)
    if model is None:
        raise SpecError(
            f"A layer of the model of keras_json gives {values} numbers for one example, and "
            f"{MOST_VALUES} are the most: choose smaller layers."
        )
    return model


def _most_values(model: "keras.Model") -> int:
    """Count the numbers that the layer with the largest output gives for one example."""
    tensors = (
        tensor
        for layer in single_layers(model)
        for node in layer._inbound_nodes  # noqa: SLF001 - a layer called twice has no one output
        for tensor in node.output_tensors
    )
    return max((math.prod(filter(None, one.shape[1:])) for one in tensors), default=0)


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
