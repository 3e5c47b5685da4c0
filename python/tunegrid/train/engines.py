"""What an engine is, found by its name."""

import importlib
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..data.split import Split
from ..errors import RunError
from ..plan.runs import RunSpec
from ..plan.spec_form import ENGINES
from .scale import Scale

if TYPE_CHECKING:
    import keras


class Engine(Protocol):
    """What trains a compiled model."""

    def __init__(self, model: "keras.Model", split: Split, spec: RunSpec, scale: Scale) -> None: ...

    def epoch(self, order: np.ndarray) -> tuple[float, float]:
        """Pass once over the training images in this order; return mean loss and accuracy."""

    def score(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean loss over images (penalties included) and each one's class."""


def load_engine(name: str) -> type[Engine]:
    """Import an engine by its name."""
    return importlib.import_module(f".{name}", __package__).Engine


def check_engine(engine: str, backend: str) -> None:
    """Refuse an engine that does not exist or cannot use the backend.

    Raises:
        RunError: saying what can be chosen, or which extra to install.
    """
    from importlib.util import find_spec

    if not isinstance(engine, str) or engine not in ENGINES:
        raise RunError(f"There is no engine '{engine}': choose from {', '.join(ENGINES)}.")
    if backend not in ENGINES[engine]:
        raise RunError(
            f"The engine {engine} runs on {', '.join(ENGINES[engine])}, not on {backend}: "
            f"set KERAS_BACKEND to one of them."
        )
    if find_spec(backend) is None:
        extra = backend if backend in ("tensorflow", "jax") else None
        install = f"pip install 'tunegrid[{extra}]'" if extra else f"pip install {backend}"
        raise RunError(f"Keras needs {backend} to train, and it is not installed: {install}.")
