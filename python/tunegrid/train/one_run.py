"""Train one run: fresh weights from its seed, epoch after epoch, scores and predictions.

What is the same for every engine is here; an engine only knows how to pass over the training
images once and how to score images.
"""

import dataclasses
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..architectures import build_model
from ..data.datasets import Images
from ..data.split import Split
from ..errors import TunegridError
from ..plan.runs import Epoch, RunResult, RunSpec, Scored
from .engines import Engine, load_engine
from .environment import describe_environment
from .scale import Scale

if TYPE_CHECKING:
    import keras


class DivergedError(TunegridError):
    """The loss became infinite or no number: a result of its own, and not one to be averaged."""


def train(
    spec: RunSpec,
    images: Images,
    *,
    model: "keras.Model | None" = None,
    keep_weights: Callable[[RunResult], bool] = lambda _: False,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> RunResult:
    """Train one run in this process, whose backend must be the spec's.

    Args:
        spec: what to train.
        images: the spec's data set, whole.
        model: a compiled model to train in place of the one that the spec describes.
        keep_weights: asked once at the end whether the result should carry the weights.
        on_epoch: told after each epoch.

    Raises:
        DivergedError: when a loss is no finite number, naming the epoch.
    """
    started = time.monotonic()
    split = spec.data.split_of(images)
    scale = Scale.of(spec.data.scaling, split.x_train)
    seeds, order_seed, dropout_seed = spec.streams()
    if model is None:
        model = fresh_model(spec, seeds, dropout_seed)
    engine = load_engine(spec.engine)(model, split, spec, scale)
    history, scores = _epochs(engine, split, spec, np.random.default_rng(order_seed), on_epoch)
    best = max(range(len(history)), key=lambda position: history[position].val_accuracy)
    result = RunResult(
        history=tuple(history),
        best_epoch=best + 1,
        last=scores["last"],
        best=scores["best"],
        seconds=time.monotonic() - started,
        parameters=model.count_params(),
        environment=describe_environment(spec) | scale.described,
    )
    if keep_weights(result):
        return dataclasses.replace(result, weights=_weights_file(model))
    return result


def fresh_model(
    spec: RunSpec, init: np.random.SeedSequence, dropout: np.random.SeedSequence
) -> "keras.Model":
    """Build and compile the spec's model with weights drawn from its seed.

    Keras draws weights from its global generator, so that is seeded; each layer with a
    generator of its own (dropout) is then given its own seed, whatever was drawn before.
    """
    import keras

    from .known_state import set_known_state

    set_known_state(spec.precision)
    keras.utils.set_random_seed(int(init.generate_state(1)[0]))
    model = model_of_spec(spec)
    model.layers[-1].dtype_policy = "float32"  # a loss of rounded probabilities would be rough
    random_layers = list(_random_layers(model))
    states = dropout.generate_state(max(len(random_layers), 1))
    for layer, state in zip(random_layers, states, strict=False):
        layer.seed_generator.state.assign(np.array([state, 0], dtype="uint32"))
    compile_model(model, spec)
    return model


def model_of_spec(spec: RunSpec) -> "keras.Model":
    """Build the spec's model, with weights as Keras draws them."""
    data = spec.data.described
    return build_model(
        spec.model.architecture,
        dict(spec.model.parameters),
        shape=data.input_shape,
        classes=data.classes,
        rotation=spec.data.rotation,
    )


def _random_layers(model: "keras.Model") -> Iterator["keras.Layer"]:
    """Give the layers with a generator of their own, those of models inside the model too."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _random_layers(layer)
        elif hasattr(layer, "seed_generator"):
            yield layer


def compile_model(model: "keras.Model", spec: RunSpec) -> None:
    """Compile a model with the spec's loss and optimizer."""
    import keras

    settings = dict(spec.optimizer)
    optimizer = keras.optimizers.get({"class_name": settings.pop("name"), "config": settings})
    model.compile(optimizer=optimizer, loss=spec.loss, metrics=["accuracy"], jit_compile=False)


def _epochs(
    engine: Engine,
    split: Split,
    spec: RunSpec,
    orders: np.random.Generator,
    on_epoch: Callable[[Epoch], None],
) -> tuple[list[Epoch], dict[str, Scored]]:
    """Train all epochs; score the test images after the last and the best one."""
    history: list[Epoch] = []
    scores: dict[str, Scored] = {}
    for number in range(1, spec.epochs + 1):
        loss, accuracy = engine.epoch(orders.permutation(len(split.x_train)).astype(np.int32))
        score = _score(engine, split.x_validation, split.y_validation)
        epoch = Epoch(loss, accuracy, score.loss, score.accuracy)
        for value in (epoch.loss, epoch.val_loss):
            if not math.isfinite(value):
                raise DivergedError(f"the loss became {value} in epoch {number} of {spec.epochs}")
        is_best = not history or epoch.val_accuracy > max(e.val_accuracy for e in history)
        is_last = number == spec.epochs
        if (is_best or is_last) and spec.data.validation != "test":
            score = _score(engine, split.x_test, split.y_test)
        if is_best:
            scores["best"] = score
        if is_last:
            scores["last"] = score
        history.append(epoch)
        on_epoch(epoch)
    return history, scores


def _score(engine: Engine, x: np.ndarray, y: np.ndarray) -> Scored:
    loss, classes = engine.score(x, y)
    return Scored(loss, float(np.mean(classes == y)), classes.tobytes())


def _weights_file(model: "keras.Model") -> bytes:
    """Write the weights as Keras does, without the optimizer's state, and return the file."""
    optimizer, model.optimizer = model.optimizer, None
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.weights.h5"
            model.save_weights(file)
            return file.read_bytes()
    finally:
        model.optimizer = optimizer
