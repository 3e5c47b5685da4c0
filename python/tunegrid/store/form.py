"""The form of a store that somebody else may have made: its files, and what its file declares.

SQLite runs what a schema says: triggers at a write, views and computed columns at a read, checks at
a proof. So before anything is read the schema must be that of `schema.sql`, to the letter but for
spaces and comments; and the folder must hold no link, and no journal that names files elsewhere.

It follows the pages of a file wherever they lead, and twelve that each name the next one 300 times
are a table without end. So each must lie in one place.
"""

import contextlib
import functools
import re
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from ..errors import DamagedStoreError, StoreError, damaged_store, quoted
from ..machine.outside import MIB, check_no_links, check_regular, opened
from .cells import COUNT_MOST

FILE = "results.sqlite"

#: The most bytes of a cell, of a row, and of a question's text.
CELL_MOST = 256 * MIB

#: What SQLite makes by itself.
_AUTOMATIC = re.compile(
    r"sqlite_autoindex_\w+ None|sqlite_sequence CREATE TABLE sqlite_sequence\(name,seq\)|"
    r"(sqlite_stat[14]) CREATE TABLE \1\([a-z,]+\)"
)

#: What stores of before it was there do not have.
_LATER = frozenset({"look"})

# The last bytes of a journal that belongs to several databases: SQLite deletes the file it names.
_MAGIC = bytes.fromhex("d9d505f920a163d7")

#: Steps of SQLite's for a question that a store answers in some hundreds: a second's work; and the
#: most that it counts.
_STEPS, _MOST_STEPS = 10_000_000, 2**31 - 1

# Said of rows, once every page is found in its place.
_OF_ROWS = re.compile(r"NULL value in |CHECK constraint failed in |[A-Z]+ value in ")

_MEND = "mend it with `tune-grid repair`, or give another --store"

_COMMENT = re.compile(r"--[^\n]*")
_BLANKS = re.compile(r"[ \t\n\f\r]+")  # to SQLite any other is a letter
_NAMED = re.compile(r"CREATE (TABLE|INDEX) (\w+)")


def check_folder(folder: Path) -> None:
    """Refuse a store's folder in which something is no plain file or folder.

    Raises:
        StoreError: naming it. A link in `models` or `data` counts, too.
    """
    for place in (folder, folder / "models", folder / "data"):
        check_no_links(place, StoreError)
    for ending in ("", "-wal", "-shm", "-journal"):
        check_regular(folder / f"{FILE}{ending}", StoreError)
    _check_journal(folder / f"{FILE}-journal")


def _check_journal(file: Path) -> None:
    if not file.exists():
        return
    with opened(file, limit=1 << 62, error=StoreError, links=False) as stream:
        stream.seek(0, 2)
        stream.seek(max(0, stream.tell() - len(_MAGIC)))
        if stream.read() == _MAGIC:
            raise StoreError(
                f"{file} names a file for SQLite to delete, which no store's journal does: take "
                f"it away, and trust nothing of this store."
            )


def guard(connection: sqlite3.Connection) -> None:
    """Let a connection run nothing that a file's schema says, and read no cell without end."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, CELL_MOST)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    if hasattr(connection, "setconfig"):  # Python 3.12
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)  # noqa: FBT003
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)  # noqa: FBT003
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_VIEW, False)  # noqa: FBT003
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")


def check_counter(connection: sqlite3.Connection, folder: Path) -> None:
    """Refuse a file that has no numbers left for attempts: to SQLite that is a disk without room.

    Raises:
        DamagedStoreError: `repair` counts anew.
    """
    query = """
        SELECT 1 FROM sqlite_sequence WHERE seq > :most
        UNION ALL SELECT 1 FROM attempt WHERE id > :most"""
    if connection.execute(query, {"most": COUNT_MOST}).fetchone():
        raise damaged_store(folder, "it has no numbers left for attempts")


@contextlib.contextmanager
def briefly(connection: sqlite3.Connection, *, more: int = 0) -> Iterator[None]:
    """Let SQLite take no more steps for a question than a file's schema needs, and so many more.

    It ends as one that is interrupted.
    """
    connection.set_progress_handler(lambda: True, min(_STEPS + more, _MOST_STEPS))
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def check_pages(connection: sqlite3.Connection, folder: Path) -> None:
    """Refuse a file in which a page has two places, or none; it takes a second for a gibibyte.

    Args:
        connection: whose schema is checked: SQLite looks at rows by what that says.
        folder: the store's.

    Raises:
        DamagedStoreError: saying what SQLite says.
    """
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok" and not _OF_ROWS.match(said):
        raise damaged_store(folder, quoted(said))


def check_schema(connection: sqlite3.Connection, folder: Path) -> None:
    """Refuse a file that declares anything but the tables and indices of a store.

    Raises:
        StoreError: for what no store has: `repair` will not touch it either.
        DamagedStoreError: for one of ours that is written otherwise, or is missing.
    """
    known, found = declared(), {}
    for name, sql in connection.execute("SELECT name, sql FROM sqlite_master").fetchall():
        if name in known and _made(sql) == _made(known[name]):
            found[name] = _plain(sql)
        elif not _AUTOMATIC.fullmatch(f"{name} {sql}"):
            raise StoreError(
                f"The store {folder} holds {quoted(name)}, which no store of tunegrid's has "
                f"({quoted(_plain(sql), 60)}): do not use it, and get it again from whom you trust."
            )
    if found.keys() | _LATER < known.keys():
        raise DamagedStoreError(f"The store {folder} lacks tables: {_MEND}.")
    for name, sql in found.items():
        if sql != known[name]:
            raise DamagedStoreError(f"The store {folder} holds {name} in another form: {_MEND}.")


@functools.cache
def declared() -> dict[str, str]:
    """Give the statements of `schema.sql` without comments and spaces, by what they make."""
    text = _COMMENT.sub("", files(__package__).joinpath("schema.sql").read_text(encoding="utf-8"))
    statements = [_plain(one) for one in text.split(";") if one.strip()]
    return {_made(one)[1]: one for one in statements}


def _plain(sql: object) -> str:
    return _BLANKS.sub(" ", _COMMENT.sub("", str(sql))).strip(" ")


def _made(sql: object) -> tuple[str, str] | None:
    """Say what a statement makes: a table or an index, and its name."""
    made = _NAMED.match(_plain(sql))
    return made and (made[1], made[2])
