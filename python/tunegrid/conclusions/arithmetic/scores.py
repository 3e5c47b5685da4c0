"""Scores by configuration: a source's own numbers, or any number of replays of a grid at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...study.conditions import parse_condition

#: Printed numbers have few decimals: 0.9 - 0.8 is to be 0.1.
TINY = 1e-9


@dataclass(frozen=True)
class Scores:
    """Scores of the configurations that a claim can be about.

    Attributes:
        rows: what conditions can name, one mapping a configuration (`Configuration.row`).
        values: the measure that the claim compares, shape (..., configurations).
        matrices: confusion matrices, shape (..., configurations, classes, classes), true classes
            by rows; needed by claims on confusions only.
    """

    rows: Sequence[Mapping[str, object]]
    values: np.ndarray
    matrices: np.ndarray | None = None

    def members(self, where: str) -> list[int]:
        """Give the positions of the configurations that meet a condition."""
        condition = parse_condition(where)
        return [position for position, row in enumerate(self.rows) if condition.matches(row)]

    def of(self, where: str) -> np.ndarray:
        """Give the values of the configurations that meet a condition, shape (..., members)."""
        return self.values[..., self.members(where)]

    def mean(self, where: str) -> np.ndarray:
        """Give the mean value of the configurations that meet a condition, shape (...)."""
        return self.of(where).mean(axis=-1)

    def matrix(self, where: str) -> np.ndarray:
        """Add up the matrices of those that meet a condition, shape (..., classes, classes)."""
        return self.matrices[..., self.members(where), :, :].sum(axis=-3)
