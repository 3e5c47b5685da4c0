"""The printed tables of a source, as the CSV files beside its study.toml have them."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from ..errors import SpecError, quoted
from ..machine.outside import inside
from .conditions import check_columns, parse_condition
from .csvfile import Scalar, read_rows
from .experiment import Experiment, kind_of
from .tables import SCORES, PrintedTable

#: Beyond this, no score, count or number of parameters is one.
_MOST = 10**15

_TRUTHS = {"true": True, "false": False}

#: Numbers that tables other than those of scores may have.
_NUMBERS = {
    "epochs": ("epoch", "loss", "accuracy", "val_loss", "val_accuracy"),
    "summary": ("mean_accuracy", "sd_accuracy"),
}

Row = dict[str, Scalar | None]


def published_rows(folder: Path | None, name: str, experiment: Experiment) -> list[Row]:
    """Give an experiment's printed rows, in the source's order.

    Args:
        folder: of the study; None where it has none.
        name, experiment: the experiment.

    Returns:
        One dict a row: configuration columns, and what was printed, `SCORES` among it;
        numbers as int or `Printed`, NA as None. Empty when the study prints no table for it.

    Raises:
        SpecError: when the file does not have what the study says of it.
    """
    table = experiment.published
    if table is None:
        return []
    path = f"experiment.{name}.published"
    rows = _read(folder, table.file, table.where, table.rename, path)
    rows = [{**table.constant, **row} for row in rows]
    if table.columns is not None:
        levels = experiment.grid[table.columns]
        rows = [
            _narrow(row, table.columns, level, experiment.grid) for row in rows for level in levels
        ]
    return _distinct([_checked(row, experiment, path) for row in rows], experiment, path)


def printed_rows(folder: Path | None, table: PrintedTable) -> list[Row]:
    """Give the rows of another table of the source, in its order.

    Raises:
        SpecError: when a column is missing, or has no value, that its kind needs.
    """
    path = f"table.{table.name}"
    rows = _read(folder, table.file, table.where, table.rename, path)
    for number, row in enumerate(rows, start=1):
        for name in table.needed:
            if row.get(name) is None:
                raise SpecError(
                    f"{path}: row {number} has no {name}, which a table of kind {table.kind} needs."
                )
    _check_kind(table, rows, path)
    return rows


def _check_kind(table: PrintedTable, rows: Sequence[Row], path: str) -> None:
    """Refuse a matrix that is none, and a log or a summary without numbers."""
    for row in rows:
        for name in _NUMBERS.get(table.kind, ()):
            _check_score(name, row.get(name), path)
    if table.kind == "epochs":
        numbers = [row["epoch"] for row in rows]
        if numbers != sorted(set(numbers)):
            raise SpecError(f"{path}: epochs must be numbered upwards, each once.")
    if table.kind == "confusion":
        classes = max(len(rows), 2)
        counts = [row.get(str(k)) for row in rows for k in range(classes)]
        whole = all(isinstance(count, int) and 0 <= count <= _MOST for count in counts)
        wide = any(str(classes) in row for row in rows)
        true = [row["true"] for row in rows]
        if true != list(range(classes)) or wide or not whole or not sum(counts):
            raise SpecError(
                f"{path}: a matrix has the true classes from 0, one a row and in order, as many "
                f"columns, and counts of images."
            )


def _read(
    folder: Path | None, file: str, where: str | None, rename: Mapping[str, str], path: str
) -> list[Row]:
    """Read a file's rows, those that are meant, with our names."""
    if folder is None:
        raise SpecError(f"{path}.file: {quoted(file)} lies beside a study file, and there is none.")
    rows = read_rows(_beside(folder, file, path), f"{path}.file", links=False)
    if not rows:
        raise SpecError(f"{path}.file: {quoted(folder / file)} has no rows below its header.")
    unknown = [name for name in rename if any(name not in row for row in rows)]
    if unknown:
        raise SpecError(f"{path}.rename: the file has no column {unknown[0]}.")
    rows = [{rename.get(name, name): value for name, value in row.items()} for row in rows]
    if where is None:
        return rows
    condition = parse_condition(where)
    check_columns(condition, {name for row in rows for name in row})
    kept = [row for row in rows if condition.matches(row)]
    if not kept:
        raise SpecError(f"{path}.where: '{quoted(where)}' leaves no row of {quoted(file)}.")
    return kept


def _beside(folder: Path, file: str, path: str) -> Path:
    try:
        return inside(folder, file)
    except SpecError as error:
        raise SpecError(f"{path}.file: {error}") from None


def _checked(row: Row, experiment: Experiment, path: str) -> Row:
    """Check that scores are numbers, and the configuration's columns what they are in the grid."""
    for name in SCORES:
        _check_score(name, row.get(name), path)
    return {name: _column(name, value, experiment, path) for name, value in row.items()}


def _column(name: str, value: Scalar | None, experiment: Experiment, path: str) -> Scalar | None:
    if value is None or name not in experiment.kinds:
        return value
    if name in experiment.text_labels:
        return str(value)
    kinds = experiment.kinds[name]
    if kinds == {"truth value"}:
        value = _TRUTHS.get(str(value).lower(), value)
    if kind_of(value) not in kinds:
        raise SpecError(
            f"{path}: {name} is a {' and a '.join(sorted(kinds))} in the study, and in the file "
            f"{quoted(value, write=repr)}: write it alike."
        )
    return value


def _check_score(name: str, value: Scalar | None, path: str) -> None:
    """Refuse what is no number, and accuracies that are no shares; NA is fine."""
    if value is None:
        return
    if not isinstance(value, (int, float)) or not abs(value) <= _MOST:
        raise SpecError(f"{path}: {name} must be a number, not {quoted(value, write=repr)}.")
    if name.endswith("accuracy") and not 0 <= value <= 1:
        raise SpecError(
            f"{path}: {name} must be a share, as 0.89 for 89 %, not {quoted(value, write=repr)}."
        )


def _narrow(row: Row, column: str, level: Scalar, grid: Collection[str]) -> Row:
    """Take one cell out of a wide row: its level becomes a column, its value the accuracy."""
    if str(level) not in row:
        raise SpecError(f"published: there is no column {level} for {column} = {level}.")
    rest = {key: value for key, value in row.items() if key in grid}
    return {**rest, column: level, "accuracy": row[str(level)]}


def _distinct(rows: list[Row], experiment: Experiment, path: str) -> list[Row]:
    """Refuse a configuration that is printed twice."""
    seen = set()
    for row in rows:
        place = tuple((name, value) for name, value in row.items() if name in experiment.kinds)
        if place and place in seen:
            said = ", ".join(f"{name} = {value}" for name, value in place)
            raise SpecError(f"{path}: {quoted(said)} stands there twice.")
        seen.add(place)
    return rows
