"""Cells of a store that are not what their column holds, and what is to be done about each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ...errors import quoted
from ..cells import COLUMNS, wrong_rows
from ..store import Store
from .findings import Finding, Row, short


@dataclass(frozen=True)
class _About:
    """Which check a table belongs to, how its rows are mended, and what a row is about."""

    check: str
    repair: str
    key: str | None = None
    row: tuple[str, ...] = ()


_TABLES: Mapping[str, _About] = {
    "study": _About("plans", "remove study", row=("id", "digest")),
    "run": _About("runs", "train again", "key"),
    "plan": _About("plans", "remove plan", row=tuple(COLUMNS["plan"])),
    "epoch": _About("epochs", "train again", "run"),
    "prediction": _About("predictions", "train again", "run"),
    "attempt": _About("attempts", "mend attempt", row=("id",)),
    "claim": _About("attempts", "end attempt", "run"),
    "look": _About("looks", "remove look", row=("study", "protocol", "claim", "number")),
}

#: Told of by the check of keys, which can make a spec anew.
_ELSEWHERE = {("run", "key"), ("run", "spec")}


def wrong_cells(store: Store, concerns: Callable[[Row], bool]) -> Iterator[Finding]:
    """Yield the rows in which a cell is not what its column holds.

    Args:
        store: whose.
        concerns: says whether a row is one that was asked for.
    """
    for table, about in _TABLES.items():
        columns = store.raw_rows(f"PRAGMA table_info({table})")
        optional = [one["name"] for one in columns if not one["notnull"] and not one["pk"]]
        for row in store.raw_rows(wrong_rows(table, optional)) if columns else []:
            name = row["wrong"]
            if (table, name) in _ELSEWHERE or not concerns(row):
                continue
            key = row[about.key] if about.key else None
            place = tuple(row[one] for one in about.row) or None
            subject = short(key) if about.key else f"a row of {table}"
            if "run" in row.keys() and not about.key:  # noqa: SIM118 - a row is no mapping
                subject = f"{short(row['run'])}, a row of {table},"
            said = (
                f"{subject} has {quoted(row[name], 40)} as its {name}, which must be "
                f"{COLUMNS[table][name].meaning}"
            )
            yield Finding(about.check, "wrong", said, about.repair, key, place)
