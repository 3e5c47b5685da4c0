"""Small CSV files with one header line: published tables, and grids of a user's own."""

import csv
import math
from decimal import Decimal
from pathlib import Path

from ..errors import SpecError

Scalar = bool | int | float | str


class Printed(float):
    """A number with the decimals that it was printed with.

    >>> number = Printed("0.510")
    >>> number == 0.51, number.text, number.decimals
    (True, '0.510', 3)
    """

    __slots__ = ("text",)

    def __new__(cls, text: str) -> "Printed":
        """Read a number; raise ValueError for what is none."""
        self = super().__new__(cls, text)
        self.text = text.strip()
        return self

    @property
    def decimals(self) -> int:
        """How many digits stand behind the point; 0 for a whole number."""
        exponent = Decimal(self.text).as_tuple().exponent if math.isfinite(self) else 0
        return max(0, -exponent)


def read_rows(file: Path, what: str) -> list[dict[str, Scalar | None]]:
    """Read a file as R's read.csv would.

    Args:
        file: with a header line, UTF-8.
        what: what the file is, for the message of an error.

    Returns:
        One dict a row: integers as int, other numbers as `Printed`, NA and empty cells as None.

    Raises:
        SpecError: when the file cannot be read, or a row has more or fewer cells than the header.
    """
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            names = reader.fieldnames or []
            rows = list(reader)
    except OSError as error:
        raise SpecError(f"{what}: {file} cannot be read: {error.strerror}.") from None
    except (ValueError, csv.Error) as error:
        raise SpecError(f"{what}: {file} is no CSV file in UTF-8: {error}.") from None
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise SpecError(f"{what}: {file} has more than one column {twice[0]}.")
    for number, row in enumerate(rows, start=1):
        if None in row or None in row.values():
            raise SpecError(f"{what}: row {number} of {file} does not have one cell a column.")
    return [{name: _scalar(text) for name, text in row.items()} for row in rows]


def _scalar(text: str) -> Scalar | None:
    if text in ("", "NA"):
        return None
    for kind in (int, Printed):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
