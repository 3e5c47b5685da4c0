"""An experiment of a study: one table's worth of configurations."""

import functools
import itertools
import math
from collections.abc import Mapping

from pydantic import Field, model_validator

from ..errors import SpecError, quoted
from .conditions import parse_condition
from .csvfile import Scalar
from .parts import Part, Rule, Where, known_columns
from .reading import check_values
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


#: The most rows of a grid, before `keep` is asked.
MOST_ROWS = 1_000_000


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
        count = math.prod(map(len, self.grid.values()))
        if count > MOST_ROWS:
            raise ValueError(f"the grid has {quoted(count)} rows, and {MOST_ROWS} is the most.")
        self._check_names()
        self._check_rows()
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
        if not self.column_names:
            raise ValueError("row.0.values is empty: give it a column.")
        if any(set(row.values) != set(self.column_names) for row in self.row):
            raise ValueError(f"each row must have the columns {', '.join(self.column_names)}.")

    def _check_rows(self) -> None:
        """Refuse levels and rows that cannot be, or are there twice."""
        for column, levels in self.grid.items():
            if not levels:
                raise ValueError(f"grid.{column} has no values.")
            checked = [self.check_row({column: level})[column] for level in levels]
            if len(set(checked)) < len(checked):
                raise ValueError(f"grid.{column} has the same value twice.")
        seen: dict[tuple, list[Row]] = {}
        for position, row in enumerate(self.row):
            values = tuple(sorted(self.check_row(row.values).items()))
            for other in seen.setdefault(values, []):
                if not (row.protocols and other.protocols) or {*row.protocols} & {*other.protocols}:
                    raise ValueError(f"row.{position} is the same configuration as one before it.")
            seen[values].append(row)

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

    def check_row(
        self, values: Mapping[str, Scalar], *, as_stored: bool = False
    ) -> dict[str, Scalar]:
        """Return a configuration's columns with their types put right; raise ValueError else.

        Labels of a stored one stay as they were written, however the study writes them now.
        """
        unknown = [column for column in values if column not in NAMES and column not in self.labels]
        if unknown:
            raise ValueError(
                f"the column {quoted(unknown[0])} is neither a setting nor a parameter of an "
                f"architecture; if it only names the configurations, list it under labels."
            )
        try:
            known = check_settings({k: v for k, v in values.items() if k in NAMES})
        except SpecError as error:
            raise ValueError(str(error)) from None
        return {
            column: known[column] if column in known else self._label(column, value, as_stored)
            for column, value in values.items()
        }

    def _label(self, column: str, value: Scalar, as_stored: bool) -> Scalar:
        check_values({column: value})
        if as_stored:
            return value
        if column in self.text_labels:
            return str(value)
        kinds = self.kinds.get(column, {kind_of(value)})
        if kind_of(value) not in kinds or len(kinds) > 1:
            raise ValueError(
                f"the label {quoted(column)} is a {' and a '.join(sorted(kinds))} elsewhere, and "
                f"here {quoted(value, write=repr)}: write it alike."
            )
        return whole(value)

    @functools.cached_property
    def kinds(self) -> Mapping[str, frozenset[str]]:
        """What each column's values are, as `kind_of` says it."""
        found: dict[str, set[str]] = {}
        levels = ((name, level) for name, levels in self.grid.items() for level in levels)
        for name, value in itertools.chain(levels, *(row.values.items() for row in self.row)):
            found.setdefault(name, set()).add(kind_of(value))
        return {
            name: frozenset({"text"} if name in self.labels and "text" in kinds else kinds)
            for name, kinds in found.items()
        }

    @functools.cached_property
    def text_labels(self) -> frozenset[str]:
        """The labels that are texts: "16" and 16 are the same name there."""
        return frozenset(name for name in self.labels if "text" in self.kinds.get(name, ()))


def kind_of(value: Scalar) -> str:
    """Say whether a value is a `text`, a `truth value` or a `number`.

    >>> kind_of("16"), kind_of(True), kind_of(16)
    ('text', 'truth value', 'number')
    """
    if isinstance(value, str):
        return "text"
    return "truth value" if isinstance(value, bool) else "number"
