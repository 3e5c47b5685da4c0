"""The parts of a study file: rules, protocols, experiments and their published tables."""

import functools
from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ..errors import SpecError
from .conditions import Condition, check_columns, parse_condition
from .csvfile import Scalar
from .settings import NAMES, Settings, check_settings, whole

#: Columns of our tables, which no column of a grid can be called.
RESERVED = frozenset(
    """
    study protocol experiment replicate replicates loss accuracy accuracy_sd published_loss
    published_accuracy train_loss train_accuracy val_loss val_accuracy best_epoch
    best_accuracy test_loss test_accuracy best_test_accuracy parameters seconds engine
    backend device departures outcome failure message key grid conv_layers where
    epochs_planned
    """.split()  # noqa: SIM905 - a list of words
)


#: What a source can print of a configuration, by the names that our own tables have for it.
SCORES = ("loss", "accuracy", "val_accuracy", "test_accuracy", "best_epoch", "parameters")


def _condition(text: str) -> str:
    try:
        parse_condition(text)
    except SpecError as error:
        raise ValueError(str(error)) from None
    return text


Where = Annotated[str, AfterValidator(_condition)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class Part(BaseModel):
    """A table of a study file: what is not known in it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)


class Rule(Part):
    """Settings for the configurations that meet a condition (for all without one)."""

    set: Settings
    where: Where | None = None
    reason: str = ""

    @property
    def condition(self) -> Condition | None:
        """The condition, read."""
        return None if self.where is None else parse_condition(self.where)


class Assumption(Part):
    """A value that the source does not state, and why this one was taken.

    It concerns the protocols, experiments and configurations named; all of them by default.
    """

    key: str
    reason: str
    protocols: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()
    where: Where | None = None


class Protocol(Part):
    """One way in which the study's runs are made: where it differs from the settings."""

    title: str
    default: bool = False
    difference: tuple[Rule, ...] = ()


class Row(Part):
    """One configuration written out, for experiments that are no full grid.

    `set`: settings that this row has and that are no column of it.
    """

    values: dict[str, Scalar]
    set: Settings = Field(default_factory=Settings)
    protocols: tuple[str, ...] = ()


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
        if self.kind != "summary" and self.experiment is None:
            raise ValueError("experiment is missing: whose table is it?")
        return self

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that the file must have, after renaming, and may not leave empty."""
        columns = {
            "layers": ("layer", "output_shape", "params"),
            "epochs": ("epoch",),
            "confusion": ("true", *map(str, range(10))),
            "summary": (str(self.by),),
            "differences": (str(self.rows),),
        }
        return columns.get(self.kind, ())


class Experiment(Part):
    """One table's worth of configurations: a grid with a rule, or rows written out."""

    title: str
    labels: tuple[str, ...] = ()
    settings: Settings = Field(default_factory=Settings)
    grid: dict[str, tuple[Scalar, ...]] = Field(default_factory=dict)
    keep: Where | None = None
    row: tuple[Row, ...] = ()
    when: tuple[Rule, ...] = ()
    published: Published | None = None

    @model_validator(mode="after")
    def _check(self) -> "Experiment":
        if bool(self.grid) == bool(self.row):
            raise ValueError("give either a grid or rows, not both and not neither.")
        self._check_names()
        for values in [*self._levels(), *(row.values for row in self.row)]:
            self.check_row(values)
        if self.keep is not None:
            known_columns(parse_condition(self.keep), set(self.grid), "keep")
        wide = self.published and self.published.columns
        if wide and wide not in self.grid:
            raise ValueError(f"published.columns: {wide} is no factor of the grid.")
        return self

    def _check_names(self) -> None:
        """Refuse names that mean something else in a table, and rows of different columns."""
        taken = RESERVED & {*self.labels, *self.column_names}
        if taken:
            raise ValueError(f"the name {min(taken)} has a meaning of its own in every table.")
        if any(set(row.values) != set(self.column_names) for row in self.row):
            raise ValueError(f"each row must have the columns {', '.join(self.column_names)}.")
        for column, levels in self.grid.items():
            if len(set(levels)) < len(levels):
                raise ValueError(f"grid.{column} has the same value twice.")

    def _levels(self) -> list[dict[str, Scalar]]:
        empty = [column for column, levels in self.grid.items() if not levels]
        if empty:
            raise ValueError(f"grid.{empty[0]} has no values.")
        return [{column: level} for column, levels in self.grid.items() for level in levels]

    def row_settings(self, columns: Mapping[str, Scalar]) -> Settings:
        """Give the settings that a row has beside its columns."""
        return self._set_by_row.get(tuple(columns.items()), Settings())

    @functools.cached_property
    def _set_by_row(self) -> dict[tuple, Settings]:
        return {tuple(self.check_row(row.values).items()): row.set for row in self.row if row.set}

    @property
    def column_names(self) -> list[str]:
        """The names of the configuration's columns, in the study's order."""
        return list(self.row[0].values if self.row else self.grid)

    def check_row(self, values: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """Return a configuration's columns with their types put right; raise ValueError else."""
        unknown = [column for column in values if column not in NAMES and column not in self.labels]
        if unknown:
            raise ValueError(
                f"the column {unknown[0]} is neither a setting nor a parameter of an architecture; "
                f"if it only names the configurations, list it under labels."
            )
        try:
            known = check_settings({k: v for k, v in values.items() if k in NAMES})
        except SpecError as error:
            raise ValueError(str(error)) from None
        return {
            column: known[column] if column in known else self._label(column, value)
            for column, value in values.items()
        }

    def _label(self, column: str, value: Scalar) -> Scalar:
        return str(value) if column in self.text_labels else whole(value)

    @functools.cached_property
    def text_labels(self) -> frozenset[str]:
        """The labels that are texts: "16" and 16 are the same name there."""
        rows = [row.values for row in self.row] + [
            {column: level} for column, levels in self.grid.items() for level in levels
        ]
        return frozenset(
            column
            for row in rows
            for column, value in row.items()
            if column in self.labels and isinstance(value, str)
        )


def known_columns(condition: Condition, known: Collection[str], path: str) -> None:
    """Refuse a condition on other names, with a ValueError that says where it stands."""
    try:
        check_columns(condition, known)
    except SpecError as error:
        raise ValueError(f"{path}: {error}") from None
