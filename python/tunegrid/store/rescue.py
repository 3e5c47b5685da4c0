"""Save what an open store still holds when somebody has deleted or moved its file."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from ..machine.files import free_name
from .database import FILE
from .weights import forget, weights_file


def rescue(connection: sqlite3.Connection, folder: Path) -> Path | None:
    """Write what an open file still holds, whose place was taken from it, into a new store.

    Args:
        connection: outside of a transaction.
        folder: where the store was; the new one is made beside it.

    Returns:
        The new store's folder, or None when it cannot be written. Weights are not in it; rows
        name those only that are still in the old folder.
    """
    beside = free_name(folder.with_name(f"{folder.name}.rescued"))
    try:
        beside.mkdir(parents=True)
        with closing(sqlite3.connect(beside / FILE)) as copy:
            connection.backup(copy)
            cursor = copy.cursor()
            named = cursor.execute("SELECT key FROM run WHERE weights_sha256 IS NOT NULL")
            gone = [key for (key,) in named if not weights_file(folder, key).exists()]
            forget(cursor, gone)
            copy.commit()
    except (OSError, sqlite3.Error):
        shutil.rmtree(beside, ignore_errors=True)
        return None
    return beside
