"""What a model of the user's own was compiled with, as settings of its runs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import SpecError
from .settings import OPTIMIZERS

if TYPE_CHECKING:
    import keras

#: Keras's names of the one loss that runs are trained by: for labels as numbers it is the same.
_LOSSES = {"categorical_crossentropy", "sparse_categorical_crossentropy"}


def compiled_settings(model: "keras.Model") -> dict[str, object]:
    """Give the optimizer, with all that it has, and the loss of a model that is compiled.

    Args:
        model: any; metrics, and how it would be run, are no settings.

    Returns:
        optimizer and its settings by Keras's names, and loss; nothing of a model that is not
        compiled.

    Raises:
        SpecError: for what no run could be trained by, with what to write in its place.
    """
    if not getattr(model, "compiled", False):
        return {}
    return {**_loss(model.loss), **_optimizer(model.optimizer)}


def _loss(loss: object) -> dict[str, object]:
    import keras

    if loss is None:
        return {}
    found = keras.losses.get(loss)
    name = getattr(found, "name", None) or getattr(found, "__name__", None)
    config = found.get_config() if hasattr(found, "get_config") else {}
    plain = type(found)().get_config() if config and name in _LOSSES else {}
    changed = [key for key, value in config.items() if plain.get(key) != value]
    if name not in _LOSSES or changed:
        said = f" with {', '.join(changed)}" if name in _LOSSES else ""
        raise SpecError(
            f"It is compiled with the loss {name or repr(loss)}{said}, and runs are trained by "
            f"categorical_crossentropy: compile it with that, or do not compile it."
        )
    return {"loss": "categorical_crossentropy"}


def _optimizer(optimizer: "keras.Optimizer") -> dict[str, object]:
    import keras

    kind = type(optimizer)
    name = kind.__name__.lower()
    if name not in OPTIMIZERS or getattr(keras.optimizers, kind.__name__, None) is not kind:
        raise SpecError(
            f"It is compiled with the optimizer {kind.__name__}, and runs are trained by one of "
            f"{', '.join(OPTIMIZERS)}: compile it with one of these, or do not compile it."
        )
    config, plain = optimizer.get_config(), kind().get_config()
    if isinstance(config["learning_rate"], Mapping):
        raise SpecError(
            "It is compiled with a learning rate that changes by a schedule, and runs are trained "
            "by a constant one: give a number."
        )
    changed = [
        key
        for key, value in config.items()
        if key not in {*OPTIMIZERS[name], "name"} and plain.get(key) != value
    ]
    if changed:
        raise SpecError(
            f"It is compiled with {kind.__name__}({', '.join(f'{k}={config[k]}' for k in changed)})"
            f", which runs do not have: leave {' and '.join(changed)} out."
        )
    return {"optimizer": name, **{key: _exact(config[key]) for key in OPTIMIZERS[name]}}


def _exact(value: object) -> object:
    """Give a number as it was written: Keras keeps some in 32 bits."""
    import numpy as np

    if isinstance(value, float) and float(np.float32(value)) == value:
        return float(str(np.float32(value)))
    return value
