"""The looks that a store keeps: when a verdict was sought while runs were still being added."""

from collections.abc import Mapping, Sequence

from .database import now
from .store import Store

COLUMNS = (
    "study", "protocol", "claim", "number", "alpha", "ended", "runs", "settings", "average",
    "slack", "low", "high", "spent", "budget",
)  # fmt: skip


def has_looks(store: Store) -> bool:
    """Say whether a store has the table; one of before it was there is read as it is."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'look'"
    return bool(store.rows(query))


def looks_of(store: Store, study: str, protocol: str) -> list[Mapping[str, object]]:
    """Give a study's looks, the earlier ones first; none from a store of before there were any."""
    if not has_looks(store):
        return []
    query = """
        SELECT * FROM look WHERE study = :study AND protocol = :protocol ORDER BY number, claim"""
    return store.rows(query, {"study": study, "protocol": protocol})


def add_looks(store: Store, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep looks, each a mapping with the names of `COLUMNS` but `ended`; all or nothing."""
    names = ", ".join(COLUMNS)
    values = ", ".join(f":{name}" for name in COLUMNS)
    ended = now()
    with store.transaction() as cursor:
        cursor.executemany(
            f"INSERT INTO look ({names}) VALUES ({values}) ON CONFLICT DO NOTHING",  # noqa: S608
            [{**row, "ended": ended} for row in rows],
        )
