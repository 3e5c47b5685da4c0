"""What a source's text says in numbers, as data: `[[stated]]` entries of a study file.

An entry repeats a number of the text where something else in the study decides it: a table, an
architecture, a split, a data set. Whether both agree is another module's to say.
"""

import math
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, model_validator

from .csvfile import Printed
from .parts import Name, Part, Where
from .settings import Settings


def _as_printed(value: object) -> Printed:
    """Take a number, or a text where a last zero matters."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("write a number, or a number as a text.")  # noqa: TRY004 - for pydantic
    number = Printed(str(value))
    if not math.isfinite(number):
        raise ValueError("write a finite number.")
    return number


Number = Annotated[Printed, PlainValidator(_as_printed)]

#: Scores of a configuration that a text can repeat.
Measure = Literal["loss", "accuracy", "val_accuracy", "test_accuracy", "best_epoch"]


class _Stated(Part):
    """What every entry has: where in the source it stands."""

    source: str

    @property
    def conditions(self) -> list[str]:
        """The conditions on configurations that the entry names."""
        given = (getattr(self, name, None) for name in ("group", "minus", "than"))
        return [text for text in given if text is not None]


class StatedScore(_Stated):
    """A score of the configurations of `group`, or what it lies above or below."""

    kind: Literal["score"]
    group: Where
    value: Number
    measure: Measure = "accuracy"
    relation: Literal["equal", "above", "below"] = "equal"


class StatedCell(_Stated):
    """A number of a table of the source: `row` is a condition on the table's own columns."""

    kind: Literal["cell"]
    table: Name
    row: Where
    column: str
    value: Number


class StatedCount(_Stated):
    """How many rows an experiment's published table has, or another table, where `where` holds."""

    kind: Literal["count"]
    value: Number
    experiment: Name | None = None
    table: Name | None = None
    where: Where | None = None

    @model_validator(mode="after")
    def _check(self) -> "StatedCount":
        if (self.experiment is None) == (self.table is None):
            raise ValueError("give either experiment or table.")
        return self


class StatedDifference(_Stated):
    """The mean score of `group` less that of `minus`."""

    kind: Literal["difference"]
    group: Where
    minus: Where
    value: Number
    measure: Measure = "accuracy"


class StatedComparison(_Stated):
    """The mean score of `group` is greater than that of `than`, or within `margin` of it."""

    kind: Literal["comparison"]
    group: Where
    than: Where
    relation: Literal["greater", "same"]
    margin: Annotated[float, Field(ge=0)] = 0.0
    measure: Measure = "accuracy"


class StatedSettings(_Stated):
    """Settings of the configurations of `group` (of all with published scores without one)."""

    kind: Literal["settings"]
    set: Settings
    group: Where | None = None


class StatedSteps(_Stated):
    """Batches an epoch."""

    kind: Literal["steps"]
    group: Where
    value: Number


class StatedSamples(_Stated):
    """Images that are trained on, scored on while training, or tested on."""

    kind: Literal["samples"]
    group: Where
    of: Literal["training", "validation", "test"]
    value: Number


class StatedParameters(_Stated):
    """Parameters of a model."""

    kind: Literal["parameters"]
    group: Where
    value: Number
    of: Literal["total", "trainable", "non_trainable"] = "total"


class StatedFact(_Stated):
    """A fact about a data set."""

    kind: Literal["dataset"]
    dataset: Literal["mnist", "fashion_mnist", "fashion_mnist_kaggle"]
    fact: Literal[
        "images",
        "train_images",
        "test_images",
        "classes",
        "train_images_per_class",
        "test_images_per_class",
        "side",
        "pixels",
        "pixel_maximum",
    ]
    value: Number


Stated = Annotated[
    StatedScore
    | StatedCell
    | StatedCount
    | StatedDifference
    | StatedComparison
    | StatedSettings
    | StatedSteps
    | StatedSamples
    | StatedParameters
    | StatedFact,
    Field(discriminator="kind"),
]
