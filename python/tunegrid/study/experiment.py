"""An experiment of a study: one table's worth of configurations."""

import functools
from collections.abc import Mapping

from pydantic import Field, model_validator

from ..errors import SpecError
from .conditions import parse_condition
from .csvfile import Scalar
from .parts import Part, Rule, Where, known_columns
from .settings import NAMES, Settings, check_settings, whole
from .tables import Published

#: Columns of our tables, which no column of a grid can be called.
RESERVED = frozenset(
    """
    study protocol experiment replicate replicates loss accuracy accuracy_sd published_loss
    published_accuracy train_loss train_accuracy val_loss val_accuracy best_epoch
    best_accuracy test_loss test_accuracy best_test_accuracy parameters seconds engine
    backend device departures outcome failed failure message key grid conv_layers where
    epochs_planned
    """.split()  # noqa: SIM905 - a list of words
)


class Row(Part):
    """One configuration written out, for experiments that are no full grid.

    `set`: settings that this row has and that are no column of it.
    """

    values: dict[str, Scalar]
    set: Settings = Field(default_factory=Settings)
    protocols: tuple[str, ...] = ()


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
