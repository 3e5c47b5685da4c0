"""The SQLite file of a store: opening it, its version, transactions, and errors in one sentence."""

import contextlib
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from ..errors import StoreError, damaged_store
from ..machine.files import as_path
from ..machine.mounts import network_file_system
from .form import FILE, briefly, check_counter, check_folder, check_pages, check_schema, guard

T = TypeVar("T")


VERSION = 2


#: How often, of a second each, a writer waits for another one before it gives up.
_PATIENCE = 60


def store_path(store: str | Path | None = None) -> Path:
    """Give the folder of the store: the argument, else TUNEGRID_STORE, else ./tunegrid-store."""
    if store is None or (isinstance(store, str) and not store):
        store = os.environ.get("TUNEGRID_STORE") or "tunegrid-store"
    return as_path(store, "store")


def connect_writer(folder: Path) -> sqlite3.Connection:
    """Open a store's file for writing, and make folder, file and tables when they are missing.

    Raises:
        StoreError: when that cannot be, the file is of a newer version, or there is in the folder
            what no store has (see `form`).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The store {folder} cannot be made ({error.strerror}): give another --store."
        ) from None
    with told(folder):
        connection = _connect(folder, "rwc")
        with closed_on_error(connection):
            is_new = patiently(lambda: _check_form(connection, folder)) == 0
            journal = journal_mode(folder)
            patiently(lambda: connection.execute(f"PRAGMA journal_mode = {journal}"))
            connection.execute("PRAGMA synchronous = FULL")
            if is_new:
                _create_tables(connection, folder)
            if patiently(lambda: _version(connection)) < VERSION:
                _migrate(connection, folder)
    return connection


def connect_reader(folder: Path) -> sqlite3.Connection:
    """Open a store's file for reading; a store that does not exist is an empty one in memory.

    Raises:
        StoreError: when the file is no store, is damaged, or is of a newer version, or there is
            in the folder what no store has (see `form`).
    """
    file = folder / FILE
    with told(folder):
        if folder.exists() and not folder.is_dir():
            raise StoreError(f"The store {folder} is no folder: give another --store.")
        check_folder(folder)
        if not file.exists():
            connection = sqlite3.connect(":memory:", isolation_level=None)
            _create_tables(connection, folder)
            return connection
        connection = _connect(folder, _reading_mode(file))
        with closed_on_error(connection):
            if patiently(lambda: _check_form(connection, folder)) == 0:
                raise StoreError(f"{file} holds no tunegrid store: give another --store.")
    return connection


def journal_mode(folder: Path) -> str:
    """Choose SQLite's journal: the write-ahead log, but not for a folder that comes over a network.

    The log has an index in memory that all who use the file share, so they must be on one machine
    (https://sqlite.org/wal.html); with the rollback journal what locks them out is the file
    system's own locks, which are as good as that makes them.
    """
    return "WAL" if network_file_system(folder) is None else "DELETE"


def network_warning(folder: Path) -> str:
    """Say what holds for a store that comes over a network; nothing for one on a disk."""
    found = network_file_system(folder)
    if found is None:
        return ""
    return (
        f"The store {folder} is on a network file system ({found}), where SQLite's write-ahead log "
        f"is not safe: it is written without, and safe for one driver at a time."
    )


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, folder: Path) -> Iterator[sqlite3.Cursor]:
    """Hold the write lock from the start, so that what was read is still true when written."""
    cursor = connection.cursor()
    with told(folder):
        patiently(lambda: cursor.execute("BEGIN IMMEDIATE"))
        try:
            yield cursor
            cursor.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back by itself
                cursor.execute("ROLLBACK")
            raise


@contextlib.contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn SQLite's errors into one sentence each."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"The store {folder} cannot be used: {error.strerror or error}.") from None
    except (sqlite3.DatabaseError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _explained(error, folder) from None


def _explained(error: sqlite3.DatabaseError | ValueError, folder: Path) -> StoreError:
    if _is_busy(error):
        return StoreError(
            f"The store {folder} has been locked by another program for a minute: wait for that "
            f"one or end it, and repeat the command."
        )
    is_damage = any(word in str(error) for word in ("malformed", "decode", "interrupted"))
    if isinstance(error, sqlite3.OperationalError) and not is_damage:
        return StoreError(
            f"The store {folder} cannot be used ({error}): check that the folder can be written "
            f"and the disk has room, or give another --store."
        )
    return damaged_store(folder, error)


def patiently(call: Callable[[], T]) -> T:
    """Do something that needs a lock, and wait for it in short steps: signals are heard between."""
    for _ in range(_PATIENCE):
        try:
            return call()
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
    return call()


def file_identity(folder: Path) -> tuple[int, int] | None:
    """Tell a store's file from any other at the same place; None when there is none."""
    try:
        found = (folder / FILE).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def now() -> str:
    """Give the time as a store writes it: UTC, ISO 8601, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _connect(folder: Path, mode: str) -> sqlite3.Connection:
    check_folder(folder)
    address = f"{(folder / FILE).absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, uri=True, timeout=1, isolation_level=None)
    with closed_on_error(connection):
        guard(connection)
        connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _check_form(connection: sqlite3.Connection, folder: Path) -> int:
    """Refuse what is no store of this version or an earlier one; return its version, 0 for none.

    All in one look, as another driver may be making the tables.
    """
    connection.execute("BEGIN")
    try:
        with briefly(connection):
            version = _version(connection)
            is_empty = connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
            if version == 0 and is_empty:
                return 0
            if not 0 < version <= VERSION:
                _refuse_version(version, folder)
            check_schema(connection, folder)
        check_pages(connection, folder)
        check_counter(connection, folder)
        return version
    finally:
        connection.execute("ROLLBACK")


def _is_busy(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)  # errors of the module itself have none
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY


def _reading_mode(file: Path) -> str:
    """Choose how to read: a reader of a WAL file must write beside it, unless nobody does."""
    if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK):
        return "rw"
    log = file.with_name(f"{file.name}-wal")
    return "ro" if log.exists() and log.stat().st_size else "ro&immutable=1"


@contextlib.contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Close a connection whose first steps fail."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _create_tables(connection: sqlite3.Connection, folder: Path) -> None:
    """Make the tables, once, also when two drivers come at the same time."""
    script = files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")
    with transaction(connection, folder) as cursor:
        if _version(connection) == 0:
            for statement in _statements(script):
                cursor.execute(statement)
            cursor.execute(f"PRAGMA user_version = {VERSION}")


def _migrate(connection: sqlite3.Connection, folder: Path) -> None:
    """Bring an older store up to date, once: tables that came later are added, nothing is changed.

    A reader takes an older store as it is.
    """
    script = files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")
    with transaction(connection, folder) as cursor:
        known = {name for (name,) in cursor.execute("SELECT name FROM sqlite_master").fetchall()}
        for statement in _statements(script):
            made = re.search(r"CREATE (?:TABLE|INDEX) (\w+)", statement)
            if made and made[1] not in known:
                cursor.execute(statement)
        cursor.execute(f"PRAGMA user_version = {VERSION}")


def _statements(script: str) -> Iterator[str]:
    """Split a script into statements; executescript would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _refuse_version(found: int, folder: Path) -> None:
    if found <= 0:
        raise StoreError(f"{folder / FILE} holds no tunegrid store: give another --store.")
    raise StoreError(
        f"The store {folder} was written by a newer tunegrid (its version is {found}, "
        f"this tunegrid reads {VERSION}): upgrade tunegrid, or give another --store."
    )
