"""How a study's numbers are judged: the table `[statistics]` of a study file."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .parts import Part
from .settings import NAMES

Share = Annotated[float, Field(ge=0, le=1)]


class Statistics(Part):
    """What is fixed before the runs, as part of the study's definition.

    Attributes:
        delta: the largest difference in accuracy that does not matter, a share of images.
        alpha: the error of a verdict, in each direction, for each claim.
        value: what claims are judged by: a run's `level`, the mean of its last epochs, or its
            `last` epoch.
        window: how many last epochs a level is the mean of; a quarter of them, rounded down and
            at least 1, by default.
        offset: `dataset` where published values of a data set may share a shift.
        offset_reason: why.
        pool: settings within which the variances of seeds are comparable.
        again: the bounds of the share of replays outside which a claim would have been made, or
            would not.
    """

    delta: Annotated[float, Field(gt=0, lt=1)] = 0.005
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    value: Literal["level", "last"] = "level"
    window: Annotated[int, Field(ge=1)] | None = None
    offset: Literal["none", "dataset"] = "none"
    offset_reason: str = ""
    pool: tuple[str, ...] = (
        "dataset", "scaling", "architecture", "optimizer", "learning_rate", "epochs",
    )  # fmt: skip
    again: tuple[Share, Share] = (0.05, 0.95)

    @model_validator(mode="after")
    def _check(self) -> "Statistics":
        unknown = [name for name in self.pool if name not in NAMES]
        if unknown:
            raise ValueError(f"pool: there is no setting called {unknown[0]}.")
        if self.again[0] >= self.again[1]:
            raise ValueError("again: the first bound must be the lower one.")
        if (self.offset == "none") != (self.offset_reason == ""):
            raise ValueError("offset_reason says why there is an offset, and only then.")
        return self

    def window_of(self, epochs: int) -> int:
        """Give how many of a run's last epochs its level is the mean of."""
        return min(self.window or max(1, epochs // 4), epochs)
