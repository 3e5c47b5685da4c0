"""How examples are scaled before a model gets them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

#: Examples that are looked at together.
_PART = 4096


@dataclass(frozen=True, eq=False)
class Scale:
    """What is taken off a value, and what it is then divided by.

    Attributes:
        mean: float32, one for each channel or feature; None where nothing is taken off.
        divisor: float32, as well, or a single number.
    """

    mean: np.ndarray | None
    divisor: np.ndarray

    @classmethod
    def of(cls, scaling: str, x_train: np.ndarray) -> "Scale":
        """Settle a scaling.

        Args:
            scaling: `none`; `unit`, which divides bytes by 255; or `standard`, which takes the
                mean of the training examples off and divides by their standard deviation (of all
                of them, not n - 1): for images by channel, over all pixels; for vectors by
                feature. What never changes is divided by 1.
            x_train: the examples that are trained on.
        """
        if scaling != "standard":
            return cls(None, np.float32(255.0 if scaling == "unit" else 1.0))
        examples = with_channel(x_train)
        mean = _mean(examples, lambda part: part)
        deviation = np.sqrt(_mean(examples, lambda part: (part - mean) ** 2)).astype(np.float32)
        # Below its normal numbers single precision is taken for 0 by what computes fast.
        is_some = deviation >= np.finfo(np.float32).tiny
        return cls(mean.astype(np.float32), np.where(is_some, deviation, np.float32(1)))

    def scaled(self, x: np.ndarray) -> np.ndarray:
        """Scale examples (n, *shape), float32; grey images get their channel."""
        x = with_channel(x).astype(np.float32)
        return (x if self.mean is None else x - self.mean) / self.divisor

    @property
    def described(self) -> dict[str, object]:
        """What is recorded with a run: the numbers that its data gave."""
        if self.mean is None:
            return {}
        return {"scaling": {"mean": self.mean.tolist(), "deviation": self.divisor.tolist()}}


def _mean(examples: np.ndarray, of: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Give a mean by channel or feature in double precision, a few thousand examples at a time."""
    over = tuple(range(examples.ndim - 1))
    starts = range(0, len(examples), _PART)
    parts = (examples[start : start + _PART].astype(np.float64) for start in starts)
    total = sum(of(part).sum(axis=over) for part in parts)
    return total / math.prod(examples.shape[:-1])


def with_channel(x: np.ndarray) -> np.ndarray:
    """Give grey images (n, height, width) a channel; other examples have their shape."""
    return x[..., None] if x.ndim == len(("n", "height", "width")) else x
