"""Small CSV files with one header line: published tables, and grids of a user's own."""

import csv
import io
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ..errors import SpecError, quoted
from ..machine.outside import MIB, read_outside

Scalar = bool | int | float | str

#: The most bytes, rows and columns of a file.
MOST_BYTES, MOST_ROWS, MOST_COLUMNS = 2 * MIB, 100_000, 10_000

_MOST, _MOST_DECIMALS = 2**63, 100


class Printed(float):
    """A number with the decimals that it was printed with.

    >>> number = Printed("0.510")
    >>> number == 0.51, number.text, number.decimals
    (True, '0.510', 3)
    """

    __slots__ = ("text",)

    def __new__(cls, text: str) -> "Printed":
        """Read a number; raise ValueError for what is none, or has more than 100 decimals."""
        self = super().__new__(cls, text)
        self.text = text.strip()
        if self.decimals > _MOST_DECIMALS:
            raise ValueError(f"{quoted(text)} has too many decimals")
        return self

    @property
    def decimals(self) -> int:
        """How many digits stand behind the point; 0 for a whole number."""
        try:
            exponent = Decimal(self.text).as_tuple().exponent if math.isfinite(self) else 0
        except InvalidOperation:  # an exponent beyond all measure
            return _MOST_DECIMALS + 1
        return max(0, -exponent)


def read_rows(file: Path, what: str, *, links: bool = True) -> list[dict[str, Scalar | None]]:
    """Read a file as R's read.csv would.

    Args:
        file: with a header line, UTF-8.
        what: what the file is, for the message of an error.
        links: whether it may be a symbolic link: one that a study file names may not.

    Returns:
        One dict a row: integers as int, other numbers as `Printed`, NA and empty cells as None.

    Raises:
        SpecError: when the file cannot be read, is too large, has a row with more or fewer cells
            than the header, or a number that is infinite or none.
    """
    try:
        names, rows = _cells(file, links)
    except SpecError as error:
        raise SpecError(f"{what}: {error}") from None
    except OSError as error:
        raise SpecError(f"{what}: {quoted(file)} cannot be read: {error.strerror}.") from None
    except (ValueError, csv.Error) as error:
        raise SpecError(
            f"{what}: {quoted(file)} is no CSV file in UTF-8: {quoted(error)}."
        ) from None
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise SpecError(f"{what}: {quoted(file)} has more than one column {quoted(twice[0])}.")
    for number, row in enumerate(rows, start=1):
        if None in row or None in row.values():
            raise SpecError(
                f"{what}: row {number} of {quoted(file)} does not have one cell a column."
            )
    return [
        {
            name: _scalar(text, f"{what}: row {number} of {quoted(file)}")
            for name, text in row.items()
        }
        for number, row in enumerate(rows, start=1)
    ]


def _cells(file: Path, links: bool) -> tuple[Sequence[str], list[dict[str, str]]]:
    """Give the names and the rows of a file as texts, up to the limits."""
    text = read_outside(file, limit=MOST_BYTES, links=links).decode("utf-8-sig")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = reader.fieldnames or []
    rows = list(itertools.islice(reader, MOST_ROWS + 1)) if len(names) <= MOST_COLUMNS else []
    for count, most, kind in (
        (len(names), MOST_COLUMNS, "columns"), (len(rows), MOST_ROWS, "rows"),
    ):  # fmt: skip
        if count > most:
            raise SpecError(f"{quoted(file)} has more than {most} {kind}, which is the most.")
    return names, rows


def _scalar(text: str, place: str) -> Scalar | None:
    if text in ("", "NA"):
        return None
    if "_" in text:  # to Python, 3_3 is thirty-three
        return text
    for kind in (int, Printed):
        try:
            value = kind(text)
        except ValueError:
            continue
        if not abs(value) < _MOST:
            raise SpecError(f"{place} has {quoted(text)}: write a number below 2^63, or NA.")
        return value
    return text
