"""The numbers that a source prints: of an experiment, and in its other tables."""

from typing import Literal

from pydantic import Field, model_validator

from .csvfile import Scalar
from .parts import Name, Part, Where

#: What a source can print of a configuration, by the names that our own tables have for it.
SCORES = ("loss", "accuracy", "val_accuracy", "test_accuracy", "best_epoch", "parameters")


class Published(Part):
    """The CSV with an experiment's printed numbers.

    Attributes:
        file: beside study.toml, with columns named as in the source.
        where: which of its rows belong to the experiment.
        columns: for a wide table, the configuration column whose levels head its columns.
        rename: the source's names of columns to those of our tables (`test_accuracy` to
            `accuracy`); what is named neither as a configuration column nor as one of `SCORES`
            afterwards is shown by `show` alone.
        constant: columns that the file leaves out, since all its rows have the same value.
    """

    file: str
    where: Where | None = None
    columns: str | None = None
    rename: dict[str, str] = Field(default_factory=dict)
    constant: dict[str, Scalar] = Field(default_factory=dict)


class PrintedTable(Part):
    """A table of the source that is no experiment's own table of scores.

    Attributes:
        name, title: for `show` and `table`.
        kind: what stands in it: `layers` (of a model), `epochs` (a log), `confusion` (a matrix:
            true classes by rows), `summary` (mean and standard deviation of the accuracy of groups
            of configurations), `differences` (accuracies of levels by levels, with a row and a
            column of differences), `printed` (anything else: shown, and nothing beside it).
        file: the CSV beside study.toml.
        experiment, configuration: whose table it is; a condition where the experiment has more
            than one configuration.
        among, by: with `summary`: of which configurations, grouped by which column.
        rows, columns: with `differences`: the configuration columns whose levels they are.
        where: which rows of the file belong to it.
        rename: the file's names of columns to ours.
    """

    name: Name
    title: str
    kind: Literal["layers", "epochs", "confusion", "summary", "differences", "printed"]
    file: str
    experiment: Name | None = None
    configuration: Where | None = None
    among: Where | None = None
    by: str | None = None
    rows: str | None = None
    columns: str | None = None
    where: Where | None = None
    rename: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> "PrintedTable":
        if self.kind == "summary" and (self.by is None or self.among is None):
            raise ValueError("a summary needs both among and by.")
        if self.kind == "differences" and (self.rows is None or self.columns is None):
            raise ValueError("differences need both rows and columns.")
        if self.kind == "differences" and self.rows == self.columns:
            raise ValueError("differences need other columns than rows.")
        if self.kind != "summary" and self.experiment is None:
            raise ValueError("experiment is missing: whose table is it?")
        return self

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that the file must have, after renaming, and may not leave empty."""
        columns = {
            "layers": ("layer", "output_shape", "params"),
            "epochs": ("epoch",),
            "confusion": ("true", "0", "1"),
            "summary": (str(self.by),),
            "differences": (str(self.rows),),
        }
        return columns.get(self.kind, ())
