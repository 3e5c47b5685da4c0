"""Files with data of one's own: Keras's .npz, and csv."""

import csv
import hashlib
import io
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DataError, quoted
from ..machine.files import is_file
from ..machine.outside import MIB, opened
from .datasets import DATASETS, PARTS
from .npz import ARRAYS_MOST, read_npz
from .own import MOST_CLASSES, NAME, OwnData, own_data

if TYPE_CHECKING:
    import pandas as pd

#: The most bytes of a csv file.
MOST_CSV = 512 * MIB

#: The most columns of a csv file: 256 by 256 pixels, with their label and part.
MOST_COLUMNS = 65_538

#: The most bytes of the names of classes: 100 letters each, as NumPy keeps them.
_NAMES = 32 * MIB

#: More than the names of so many columns have.
_HEAD = 2 * MIB

#: Of a csv file without a column `part`, a sixth of each class is for testing, as of MNIST.
_TESTED, _SEED = 6, 1
_SHOWN = 6
_PIXEL = re.compile(r"pixel[0-9]{1,9}")
_NO_NAME, _LONGEST = re.compile(r"[^a-z0-9_-]+"), 64


def read_data(file: str | Path, *, name: str | None = None) -> OwnData:
    """Read data of one's own from a file.

    Args:
        file: `.npz` with x_train, y_train, x_test, y_test and, if wanted, class_names; or `.csv`
            with a column `label` and numbers in all others. A column `part` says `train` or
            `test`; without one, a sixth of each class, drawn by NumPy's generator with seed 1, is
            for testing. Columns that are all called pixel1, pixel2, … and as many as a square
            has are square images, row by row; others are features.
        name: default: the file's name without its ending, as far as it is a name.

    Raises:
        DataError: naming the file, and the place in it.
    """
    path = Path(file)
    readers = {".npz": _npz, ".csv": _csv}
    if path.suffix.lower() not in readers:
        raise DataError(f"{path}: data must be a .npz or a .csv file.")
    if not is_file(path):
        raise DataError(f"There is no file {path}.")
    try:
        return own_data(readers[path.suffix.lower()](path), name=name or _name_of(path))
    except DataError as error:
        said = str(error)
        raise DataError(said if said.startswith(str(path)) else f"{path}: {said}") from None


def _name_of(path: Path) -> str:
    """Name data by its file; what is no name, or one of a data set that ships, is `own-data`."""
    name = _NO_NAME.sub("-", path.stem.lower()).lstrip("-_0123456789").rstrip("-_")[:_LONGEST]
    return name if name and name not in DATASETS else NAME


def take_data(data: object) -> OwnData:
    """Take data of one's own in any form.

    Args:
        data: the path of a file, as `read_data` takes it; arrays, as `own_data` takes them; or
            what either gave.

    Raises:
        DataError: as both do.
    """
    if isinstance(data, OwnData):
        return data
    return read_data(data) if isinstance(data, (str, Path)) else own_data(data)


def digest_of_file(path: Path) -> str:
    """Give the SHA-256 of a file with data.

    Raises:
        DataError: when it cannot be read, or is larger than data may be.
    """
    try:
        with opened(path, limit=ARRAYS_MOST, error=DataError, links=False) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None


def _npz(path: Path) -> dict[str, np.ndarray]:
    try:
        names = read_npz(path, ["class_names"], most=_NAMES)
        return read_npz(path, PARTS) | names
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None


def _csv(path: Path) -> dict[str, np.ndarray]:
    table = read_table(path)
    if "label" not in table:
        there = quoted(", ".join(map(str, list(table)[:_SHOWN])))
        raise DataError(f"{path} has no column label (columns, by commas: {there}).")
    given = table.pop("part") if "part" in table else None
    names = _in_order([name for name in table if name != "label"])
    if not names:
        raise DataError(f"{path} has no columns beside label.")
    numbers = {name: _numbers(table[name], path) for name in [*names, "label"]}
    labels = numbers.pop("label")
    wrong = (labels < 0) | (labels != np.floor(labels)) | (labels >= MOST_CLASSES)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f"{path}: row {row + 1} has {labels[row]:g} in the column label, where a whole number "
            f"from 0 to {MOST_CLASSES - 1} must stand."
        )
    values = np.column_stack(list(numbers.values()))
    is_test = _drawn(labels) if given is None else _parts(given, path)
    for part, there in (("testing", is_test), ("training", ~is_test)):
        if not there.any():
            raise DataError(
                f"{path} has no row for {part}: say so in a column part (train or test), or give "
                f"more rows of each class."
            )
    x = values.reshape(len(values), *shape_of(names))
    return {
        "x_train": x[~is_test],
        "y_train": labels[~is_test],
        "x_test": x[is_test],
        "y_test": labels[is_test],
    }


def read_table(path: Path) -> "pd.DataFrame":
    """Read a csv file, whole numbers as such.

    Raises:
        DataError: when it is none.
    """
    import pandas as pd

    try:
        with opened(path, limit=MOST_CSV, error=DataError) as stream:
            # an end of the line within this, or names that are none
            head = stream.read(_HEAD).decode(errors="replace")
            names = next(csv.reader(io.StringIO(head, newline="")), [])
            _check_names(path, names)
            stream.seek(0)
            with warnings.catch_warnings():
                warnings.simplefilter("error", pd.errors.ParserWarning)
                # or pandas takes the first columns of longer rows for their names
                table = pd.read_csv(stream, low_memory=False, index_col=False)
    except pd.errors.ParserWarning:
        raise DataError(f"{path} has rows with more cells than its first line has names.") from None
    except (ValueError, OSError, csv.Error, pd.errors.ParserError) as error:
        raise DataError(f"{path} is no csv file of numbers ({quoted(error)}).") from None
    if table.empty:
        raise DataError(f"{path} has no rows.")
    return table


def _check_names(path: Path, names: Sequence[str]) -> None:
    """Refuse a line of names that are none: pandas would make some of its own."""
    if len(names) > MOST_COLUMNS:
        raise DataError(f"{path} has {len(names)} columns, and {MOST_COLUMNS} is the most.")
    seen: set[str] = set()
    for number, name in enumerate(names, start=1):
        if not name.strip():
            raise DataError(
                f"{path}: column {number} has no name: write it without row names (index=False, "
                f"row.names = FALSE)."
            )
        if name in seen:
            raise DataError(f"{path} has two columns called {quoted(name)}.")
        seen.add(name)


def shape_of(columns: Sequence[str]) -> tuple[int, ...]:
    """Give the shape of a row of these columns: a square of pixels, or a vector."""
    side = round(len(columns) ** 0.5)
    is_square = side > 1 and side**2 == len(columns)
    return (side, side) if is_square and all(map(_PIXEL.fullmatch, columns)) else (len(columns),)


def _numbers(column: "pd.Series", path: Path) -> np.ndarray:
    """Give a column's numbers; rows are counted from 1, below the line of names."""
    import pandas as pd

    try:
        found = pd.to_numeric(column, errors="coerce").to_numpy(float)
    except OverflowError:
        raise DataError(
            f"{path} has a number of more than 300 digits in the column {quoted(column.name)}."
        ) from None
    wrong = ~np.isfinite(found)
    if wrong.any():
        row = int(np.argmax(wrong))
        value = column.iloc[row]
        said = "empty" if pd.isna(value) else repr(value)[:60]
        advice = " Number the classes from 0." if column.name == "label" else ""
        raise DataError(
            f"{path}: row {row + 1} has {said} in the column {quoted(column.name)}, and no number."
            f"{advice}"
        )
    return found


def _in_order(names: Sequence[str]) -> list[str]:
    """Put pixels in the order of their numbers: sorted as texts pixel10 comes before pixel2."""
    if all(_PIXEL.fullmatch(name) for name in names):
        return sorted(names, key=lambda name: int(name.removeprefix("pixel")))
    return list(names)


def _parts(given: "pd.Series", path: Path) -> np.ndarray:
    wrong = ~given.isin(["train", "test"])
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f"{path}: row {row + 1} has {quoted(given.iloc[row], write=repr)} in the column part, "
            f"where train or test must stand."
        )
    return given.eq("test").to_numpy(bool)


def _drawn(labels: np.ndarray) -> np.ndarray:
    """Draw a sixth of each class."""
    rng = np.random.default_rng(_SEED)
    chosen = np.zeros(len(labels), bool)
    order = np.argsort(labels, kind="stable")  # once, however many classes there are
    _, starts = np.unique(labels[order], return_index=True)
    for places in np.split(order, starts[1:]):
        own = rng.permutation(places)
        chosen[own[: round(len(own) / _TESTED)]] = True
    return chosen
