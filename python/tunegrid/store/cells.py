"""The cells of a store: what may stand in each column, in SQL for a proof, in Python for a reader.

SQLite keeps whatever it is given, whatever its column says. A reader sees only cells that are what
they should be; a proof names the others.
"""

import functools
import json
import math
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import damaged_store, quoted

#: Up to where every whole number has its place in a double.
COUNT_MOST = 2**53

#: Beyond single precision, in which losses are computed; and longer than anything took, in seconds.
_HUGE, _AGES = 1e39, 1e10
_KEY = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Kind:
    """What a cell can hold.

    Attributes:
        meaning: for people.
        sql: a condition on `{c}` that is true of such a cell.
        holds: says of a column's cells, without NULL, whether all are such.
    """

    meaning: str
    sql: str
    holds: Callable[[Sequence[object]], bool]


def _all_texts(cells: Sequence[object]) -> bool:
    return set(map(type, cells)) <= {str}


def _between(kind: type, low: float, high: float) -> Callable[[Sequence[object]], bool]:
    def holds(cells: Sequence[object]) -> bool:
        return not cells or (
            set(map(type, cells)) == {kind} and low <= min(cells) and max(cells) <= high
        )

    return holds


def _numbers(meaning: str, kind: type, low: float, high: float) -> Kind:
    stored = "integer" if kind is int else "real"
    sql = f"typeof({{c}}) = '{stored}' AND {{c}} BETWEEN {low!r} AND {high!r}"
    return Kind(meaning, sql, _between(kind, low, high))


# SQLite's length() and GLOB, and its JSON, see a text up to its first NUL only.
_WHOLE_TEXT = "typeof({c}) = 'text' AND instr({c}, char(0)) = 0"

TEXT = Kind("a text", "typeof({c}) = 'text'", _all_texts)
KEY = Kind(
    "64 hexadecimal digits",
    f"{_WHOLE_TEXT} AND length({{c}}) = 64 AND {{c}} NOT GLOB '*[^0-9a-f]*'",
    lambda cells: _all_texts(cells) and all(map(_KEY.fullmatch, set(cells))),
)
# A study is loaded by its name, or by a path: a store's must be no path.
NAME = Kind(
    "small letters, digits and hyphens",
    f"{_WHOLE_TEXT} AND {{c}} GLOB '[a-z]*' AND {{c}} NOT GLOB '*[^a-z0-9-]*'",
    lambda cells: _all_texts(cells) and all(map(_NAME.fullmatch, set(cells))),
)
ROW = Kind(
    "a row as JSON",
    # CASE, as AND looks at both of its sides, and JSON that is none is an error
    f"CASE WHEN NOT ({_WHOLE_TEXT}) THEN 0 WHEN NOT json_valid({{c}}) THEN 0 "  # noqa: S608
    "WHEN json_type({c}) <> 'object' THEN 0 ELSE NOT EXISTS (SELECT 1 FROM json_each({c}) "
    "WHERE type IN ('array', 'object', 'null') OR (type = 'integer' AND typeof(atom) <> 'integer') "
    "OR (type = 'real' AND NOT abs(atom) <= 1.7976931348623157e308)) END",
    lambda cells: _all_texts(cells) and all(map(_is_row, set(cells))),
)
BYTES = Kind("bytes", "typeof({c}) = 'blob'", lambda cells: set(map(type, cells)) <= {bytes})
WHOLE = _numbers("a whole number", int, -(2**63), 2**63 - 1)
COUNT = _numbers("a whole number from 0", int, 0, COUNT_MOST)
FLAG = _numbers("0 or 1", int, 0, 1)
ORDINAL = _numbers("a whole number from 1", int, 1, COUNT_MOST)
NUMBER = _numbers("a number", float, -_HUGE, _HUGE)
POSITIVE = _numbers("a number from 0", float, 0.0, _AGES)
SHARE = _numbers("a share", float, 0.0, 1.0)

#: What each table's columns hold. NULL stands where `schema.sql` allows it.
COLUMNS: Mapping[str, Mapping[str, Kind]] = {
    "study": {"id": NAME, "digest": KEY, "definition": TEXT, "added": TEXT},
    "environment": {"id": KEY, "description": TEXT},
    "run": {
        "key": KEY, "spec": TEXT, "outcome": TEXT, "failure": TEXT, "message": TEXT,
        "ended": TEXT, "seconds": POSITIVE, "parameters": COUNT, "best_epoch": ORDINAL,
        "environment": KEY, "weights_sha256": TEXT, "weights_kept": TEXT,
    },
    "plan": {
        "study": NAME, "protocol": NAME, "experiment": NAME, "configuration": ROW,
        "departures": ROW, "replicate": ORDINAL, "run": KEY,
    },
    "epoch": {
        "run": KEY, "epoch": ORDINAL, "loss": NUMBER, "accuracy": SHARE, "val_loss": NUMBER,
        "val_accuracy": SHARE,
    },
    "prediction": {"run": KEY, "after": TEXT, "loss": NUMBER, "accuracy": SHARE, "classes": BYTES},
    "attempt": {
        "id": WHOLE, "run": KEY, "host": TEXT, "driver": TEXT, "started": TEXT, "ended": TEXT,
        "outcome": TEXT, "failure": TEXT, "message": TEXT, "forgiven": FLAG,
    },
    "claim": {"run": KEY, "attempt": WHOLE, "host": TEXT, "driver": TEXT, "expires": POSITIVE},
    "look": {
        "study": NAME, "protocol": NAME, "claim": NAME, "number": COUNT, "alpha": SHARE,
        "ended": TEXT, "runs": COUNT, "settings": TEXT, "average": TEXT, "slack": NUMBER,
        "low": NUMBER, "high": NUMBER, "spent": POSITIVE, "budget": POSITIVE,
    },
}  # fmt: skip

#: What the columns of answers hold, by the names that questions give them.
_ANSWERS: Mapping[str, Kind] = {
    **{
        name: kind
        for columns in COLUMNS.values()
        for name, kind in columns.items()
        if name != "id"  # of three kinds
    },
    **dict.fromkeys(("train_accuracy", "test_accuracy", "best_accuracy"), SHARE),
    **dict.fromkeys(("best_test_accuracy", "held_out", "tested"), SHARE),
    **dict.fromkeys(("train_loss", "test_loss", "best_train_loss"), NUMBER),
    **dict.fromkeys(("best_val_loss", "best_test_loss"), NUMBER),
    "processor": TEXT,
}


def check_answer(cursor: sqlite3.Cursor, rows: Sequence[Sequence[object]], folder: Path) -> None:
    """Refuse an answer in which a cell is not what its column holds; NULL passes.

    Raises:
        DamagedStoreError: naming column and cell.
    """
    for place, (name, *_) in enumerate(cursor.description or ()):
        kind = _ANSWERS.get(name)
        cells = [cell for row in rows if (cell := row[place]) is not None] if kind else []
        if kind and not kind.holds(cells):
            wrong = next(cell for cell in cells if not kind.holds([cell]))
            raise damaged_store(
                folder, f"{name} is {quoted(wrong, 40)}, which is not {kind.meaning}"
            )


def wrong_rows(table: str, optional: Iterable[str]) -> str:
    """Ask for the rows of a table in which a cell is not what its column holds.

    Args:
        table: a name of `COLUMNS`.
        optional: its columns in which NULL may stand.

    Returns:
        SQL, with a column `wrong` behind the table's own: the name of the first such column.
    """
    allowed = set(optional)
    cases = " ".join(
        f"WHEN NOT ({kind.sql.format(c=name)} OR {int(name in allowed)} AND {name} IS NULL) "
        f"IS TRUE THEN '{name}'"
        for name, kind in COLUMNS[table].items()
    )
    return f"SELECT * FROM (SELECT *, CASE {cases} END AS wrong FROM {table}) WHERE wrong NOT NULL"  # noqa: S608


@functools.lru_cache(maxsize=4096)
def _is_row(text: str) -> bool:
    try:
        read_row(text)
    except ValueError:
        return False
    return True


def read_row(text: str) -> dict[str, object]:
    """Read a row that stands as JSON: names with texts, truths and finite numbers.

    Raises:
        ValueError: when it is none.
    """
    try:
        row = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(row, dict) or not all(map(_is_scalar, row.values())):
        raise ValueError("no row")
    return row


def _is_scalar(value: object) -> bool:
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return isinstance(value, str) or (isinstance(value, float) and math.isfinite(value))
