"""A published study as data: its settings, protocols, experiments and printed numbers.

A study is a folder with a `study.toml` and its published tables as CSV files. Everything is
checked when it is read; what is wrong is reported by its key path.
"""

import datetime as dt
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from .conditions import Condition, check_columns, parse_condition
from .csvfile import Scalar, read_rows
from .errors import SpecError
from .settings import NAMES, Settings, check_settings, explain

STUDIES = Path(__file__).parent / "studies"


def _condition(text: str) -> str:
    try:
        parse_condition(text)
    except SpecError as error:
        raise ValueError(str(error)) from None
    return text


Where = Annotated[str, AfterValidator(_condition)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)


class Rule(_Part):
    """Settings for the configurations that meet a condition (for all without one)."""

    set: Settings
    where: Where | None = None
    reason: str = ""

    @property
    def condition(self) -> Condition | None:
        """The condition, read."""
        return None if self.where is None else parse_condition(self.where)


class Assumption(_Part):
    """A value that the source does not state, and why this one was taken."""

    key: str
    reason: str
    protocols: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()


class Protocol(_Part):
    """One way in which the study's runs are made: where it differs from the settings."""

    title: str
    default: bool = False
    difference: tuple[Rule, ...] = ()


class Row(_Part):
    """One configuration written out, for experiments that are no full grid."""

    values: dict[str, Scalar]
    protocols: tuple[str, ...] = ()


class Published(_Part):
    """The CSV with an experiment's printed numbers.

    Attributes:
        file: beside study.toml, with columns named as in the source.
        where: which of its rows belong to the experiment.
        columns: for a wide table, the configuration column whose levels head its columns.
    """

    file: str
    where: Where | None = None
    columns: str | None = None


class Experiment(_Part):
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
        for values in [*self._levels(), *(row.values for row in self.row)]:
            self.check_row(values)
        if self.keep is not None:
            _known_columns(parse_condition(self.keep), set(self.grid), "keep")
        wide = self.published and self.published.columns
        if wide and wide not in self.grid:
            raise ValueError(f"published.columns: {wide} is no factor of the grid.")
        return self

    def _levels(self) -> list[dict[str, Scalar]]:
        empty = [column for column, levels in self.grid.items() if not levels]
        if empty:
            raise ValueError(f"grid.{empty[0]} has no values.")
        return [{column: level} for column, levels in self.grid.items() for level in levels]

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
        return {column: known.get(column, value) for column, value in values.items()}


class Study(_Part):
    """A study as its study.toml describes it. See `load_study`."""

    schema_version: Literal[1] = Field(alias="schema")
    id: Name
    title: str
    author: str
    date: dt.date
    source: str
    about: str
    settings: Settings
    protocols: dict[Name, Protocol] = Field(alias="protocol", min_length=1)
    experiments: dict[Name, Experiment] = Field(alias="experiment", min_length=1)
    assumed: tuple[Assumption, ...] = ()
    folder: Path = Field(exclude=True)

    @model_validator(mode="after")
    def _check(self) -> "Study":
        if sum(protocol.default for protocol in self.protocols.values()) > 1:
            raise ValueError("protocol: only one can be the default.")
        for position, entry in enumerate(self.assumed):
            for kind, given, known in (
                ("key", [entry.key], NAMES),
                ("protocols", entry.protocols, self.protocols),
                ("experiments", entry.experiments, self.experiments),
            ):
                unknown = [name for name in given if name not in known]
                if unknown:
                    raise ValueError(f"assumed.{position}.{kind}: there is no {unknown[0]}.")
        return self

    @model_validator(mode="after")
    def _check_conditions(self) -> "Study":
        """Refuse conditions on names that no row has: they would never hold, silently."""
        everywhere = {*NAMES, "experiment", "protocol", "conv_layers"}
        labels = {label for one in self.experiments.values() for label in one.labels}
        rules = [
            (f"protocol.{name}.difference.{position}", rule, everywhere | labels)
            for name, protocol in self.protocols.items()
            for position, rule in enumerate(protocol.difference)
        ] + [
            (f"experiment.{name}.when.{position}", rule, everywhere | set(experiment.labels))
            for name, experiment in self.experiments.items()
            for position, rule in enumerate(experiment.when)
        ]
        for path, rule, known in rules:
            if rule.condition is not None:
                _known_columns(rule.condition, known, f"{path}.where")
        return self

    @property
    def default_protocol(self) -> str:
        """The protocol that is meant when none is named."""
        marked = [name for name, protocol in self.protocols.items() if protocol.default]
        return (marked or list(self.protocols))[0]

    def pick_protocol(self, name: str | None) -> str:
        """Return the name, or the default for None.

        Raises:
            SpecError: listing the protocols, for any other name.
        """
        chosen = name or self.default_protocol
        _one_of(chosen, self.protocols, f"protocol of {self.id}")
        return chosen

    def pick_experiments(self, names: str | Sequence[str] | None) -> list[str]:
        """Return the named experiments in the study's order, all for None.

        Args:
            names: one or more names; one text may hold several with commas.

        Raises:
            SpecError: listing the experiments, for an unknown one.
        """
        if names is None or not names:
            return list(self.experiments)
        listed = [names] if isinstance(names, str) else names
        wanted = [part.strip() for name in listed for part in name.split(",") if part.strip()]
        for name in wanted:
            _one_of(name, self.experiments, f"experiment of {self.id}")
        return [name for name in self.experiments if name in wanted]

    def published(self, experiment: str) -> list[dict[str, Scalar | None]]:
        """Give an experiment's printed rows, in the source's order.

        Returns:
            One dict a row: configuration columns, and what was printed among `loss`,
            `accuracy`, `epochs`; numbers as int or float, NA as None. Empty when the study
            prints no table for it.
        """
        table = self.experiments[experiment].published
        if table is None:
            return []
        rows = read_rows(self.folder / table.file, f"experiment.{experiment}.published.file")
        if table.where is not None:
            condition = parse_condition(table.where)
            check_columns(condition, {name for row in rows for name in row})
            rows = [row for row in rows if condition.matches(row)]
        if table.columns is not None:
            grid = self.experiments[experiment].grid
            levels = grid[table.columns]
            rows = [_narrow(row, table.columns, level, grid) for row in rows for level in levels]
        return rows


def studies() -> list[Study]:
    """List the studies that ship with tunegrid, by id."""
    return [load_study(folder.name) for folder in sorted(STUDIES.iterdir()) if folder.is_dir()]


def load_study(study: "str | Path | Study") -> Study:
    """Load a study by the id of a shipped one, or by the path of a study.toml or its folder.

    Raises:
        SpecError: for an unknown id, or with the key path of what is wrong in the file.
    """
    if isinstance(study, Study):
        return study
    shipped = STUDIES / str(study) / "study.toml"
    given = Path(study)
    if shipped.is_file():
        return _read_study(shipped)
    if given.suffix == ".toml" or given.is_dir():
        return _read_study(given / "study.toml" if given.is_dir() else given)
    known = ", ".join(sorted(folder.name for folder in STUDIES.iterdir() if folder.is_dir()))
    raise SpecError(
        f"There is no study '{study}': give one of {known}, or the path of a study.toml."
    )


def _read_study(file: Path) -> Study:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError(f"{file} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError(f"{file} is no valid TOML: {error}.") from None
    try:
        study = Study.model_validate({**content, "folder": file.parent})
        for name in study.experiments:
            study.published(name)
    except ValidationError as error:
        raise SpecError(f"{file}: {explain(error)}") from None
    except SpecError as error:
        raise SpecError(f"{file}: {error}") from None
    return study


def _narrow(
    row: Mapping[str, Scalar | None], column: str, level: Scalar, grid: Collection[str]
) -> dict[str, Scalar | None]:
    """Take one cell out of a wide row: its level becomes a column, its value the accuracy."""
    if str(level) not in row:
        raise SpecError(f"published: there is no column {level} for {column} = {level}.")
    rest = {key: value for key, value in row.items() if key in grid}
    return {**rest, column: level, "accuracy": row[str(level)]}


def _known_columns(condition: Condition, known: Collection[str], path: str) -> None:
    try:
        check_columns(condition, known)
    except SpecError as error:
        raise ValueError(f"{path}: {error}") from None


def _one_of(name: str, known: Mapping[str, object], what: str) -> None:
    if name not in known:
        raise SpecError(f"There is no {what} called '{name}': choose from {', '.join(known)}.")
