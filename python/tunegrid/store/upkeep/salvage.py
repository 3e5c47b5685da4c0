"""Bring what SQLite can still read of a damaged store into a new file."""

import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from pathlib import Path

from ...errors import DamagedStoreError, StoreError
from ...machine.files import free_name
from ..cells import COUNT_MOST
from ..database import closed_on_error, connect_reader, connect_writer, told, transaction
from ..form import FILE, briefly, check_folder, check_schema, guard
from ..owner import is_live

#: The tables in the order of their references, with what orders their rows. Claims are left out.
_TABLES = {
    "study": "rowid",
    "environment": "rowid",
    "run": "key",
    "plan": "study",
    "epoch": "run",
    "prediction": "rowid",
    "attempt": "id",
    "look": "study",
}


#: More than SQLite takes to give a row, for each byte that the row has.
_STEPS_A_BYTE = 8

#: The tables whose rows belong to a run.
OF_A_RUN = ("claim", "plan", "epoch", "prediction", "attempt")


def is_damaged(folder: Path) -> bool:
    """Say whether SQLite cannot read a store's file to its end, or finds it inconsistent.

    Raises:
        StoreError: when a newer tunegrid wrote it, or it cannot be opened at all.
    """
    try:
        with closing(connect_reader(folder)) as connection, told(folder):
            if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                return True
            there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            # a text that is no UTF-8 is damage that SQLite does not see
            for table in _TABLES.keys() & there:
                for _ in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608
                    pass
            return False
    except DamagedStoreError:
        return True


def salvage(folder: Path) -> None:
    """Make a new file of what can be read of a store's, and put it in its place.

    The damaged one stays beside it as `results.sqlite.damaged`. Results of which a part is lost
    are in the new file as far as they go; `repair_store` takes them out.

    Raises:
        StoreError: when nothing can be read, a driver is at work on it, it holds what no store
            has, or the disk has no room for another file.
    """
    file, fresh = folder / FILE, folder / "salvage.part"
    check_folder(folder)
    with told(folder):
        shutil.rmtree(fresh, ignore_errors=True)
        there = sum(one.stat().st_size for one in (file, Path(f"{file}-wal")) if one.exists())
        with (
            closing(_open_damaged(folder)) as source,
            closing(connect_writer(fresh)) as target,
            briefly(source, more=_STEPS_A_BYTE * there),
        ):
            plain = _plain_tables(source)
            _refuse_in_use(source, folder, plain)
            target.execute("PRAGMA foreign_keys = OFF")
            with transaction(target, fresh) as cursor:
                tables = [one for one in _TABLES if one in plain]
                read = sum(_copy_table(source, cursor, one, there) for one in tables)
                _count_anew(cursor)
                remove_orphans(cursor)
            target.execute("PRAGMA journal_mode = DELETE")
        if read == 0:
            shutil.rmtree(fresh)
            raise StoreError(f"Nothing can be read of {file}: bring it back from a copy.")
        aside = free_name(file.with_name(f"{FILE}.damaged"))
        for log in ("", "-wal"):
            with suppress(FileNotFoundError):
                _keep(f"{file}{log}", f"{aside}{log}")
        for log in ("-wal", "-shm"):  # the old file's, and must not be read with the new one
            Path(f"{file}{log}").unlink(missing_ok=True)
        (fresh / FILE).replace(file)
        shutil.rmtree(fresh)


def _keep(file: str, aside: str) -> None:
    """Give a file a second name, where that can be: a copy of a file with holes has none."""
    try:
        os.link(file, aside)
    except OSError:
        shutil.copy2(file, aside)


def _open_damaged(folder: Path) -> sqlite3.Connection:
    address = f"{(folder / FILE).absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    connection.text_factory = lambda text: text.decode(errors="replace")
    with closed_on_error(connection):
        with suppress(sqlite3.DatabaseError):
            guard(connection)
        with suppress(sqlite3.DatabaseError):  # or SQLite refuses a file that is cut off
            connection.execute("PRAGMA writable_schema = ON")
        with briefly(connection), suppress(DamagedStoreError, sqlite3.DatabaseError):
            check_schema(connection, folder)
    return connection


def _plain_tables(source: sqlite3.Connection) -> frozenset[str]:
    """Name the tables that hold what is read of them, and compute none of it."""
    query = """
        SELECT name FROM sqlite_master AS one WHERE type = 'table' AND sql LIKE 'CREATE TABLE %'
        AND NOT EXISTS (SELECT 1 FROM pragma_table_xinfo(one.name) WHERE hidden > 0)"""
    with suppress(sqlite3.DatabaseError):
        return frozenset(name for (name,) in source.execute(query))
    return frozenset()


def _refuse_in_use(source: sqlite3.Connection, folder: Path, plain: Collection[str]) -> None:
    """Look for a living driver's claims; and keep others from writing while we read, if we can."""
    with suppress(sqlite3.DatabaseError):
        source.execute("BEGIN IMMEDIATE")
    asked = "SELECT host, driver, expires FROM claim"
    claims = _readable(source, asked) if "claim" in plain else ()
    if any(is_live(*map(str, claim[:2]), claim[2]) for claim in claims):
        raise StoreError(
            f"The store {folder} is in use: interrupt what runs on it, and repeat the command."
        )


def _copy_table(source: sqlite3.Connection, target: sqlite3.Cursor, table: str, room: int) -> int:
    """Copy the rows of a table that can be read, from either end up to the damage.

    No more bytes than there are in all (`room`): rows of a damaged file can share theirs.
    """
    names = [name for _, name, *_ in target.execute(f"PRAGMA table_info({table})")]
    columns, places = ", ".join(names), ", ".join("?" * len(names))
    copied = 0
    for direction in ("ASC", "DESC"):
        query = f"SELECT {columns} FROM {table} ORDER BY {_TABLES[table]} {direction}"  # noqa: S608
        for row in _readable(source, query):
            target.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row)  # noqa: S608
            if target.rowcount:
                copied += 1
                room -= sum(len(cell) for cell in row if isinstance(cell, str | bytes))
            if room < 0:
                return copied
    return copied


def _count_anew(cursor: sqlite3.Cursor) -> None:
    """Take out attempts beyond all numbers, and let the next one follow the last that is left."""
    cursor.execute("DELETE FROM attempt WHERE id > ?", (COUNT_MOST,))
    cursor.execute("UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(id), 0) FROM attempt)")


def remove_orphans(cursor: sqlite3.Cursor) -> None:
    """Take out what belongs to a run, an attempt or an environment that is not there."""
    for table in OF_A_RUN:
        cursor.execute(f"DELETE FROM {table} WHERE run NOT IN (SELECT key FROM run)")  # noqa: S608
    cursor.execute("DELETE FROM claim WHERE attempt NOT IN (SELECT id FROM attempt)")
    cursor.execute(
        "UPDATE run SET environment = NULL WHERE environment NOT IN (SELECT id FROM environment)"
    )


def _readable(source: sqlite3.Connection, query: str) -> Iterator[tuple]:
    with suppress(sqlite3.DatabaseError):
        yield from source.execute(query)
