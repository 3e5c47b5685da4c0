"""The weights that a store keeps: `models/<key>.weights.h5`, written beside and moved in place.

Files come under the store's write lock, before the row that names them, and go after it: so one
that no row names is left over from a driver that was killed, and belongs to nobody.
"""

import contextlib
import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from ..errors import StoreError, quoted
from ..machine.outside import GIB, MIB
from ..plan.runs import RunResult

#: The most bytes of a weights file: two billion weights in single precision, and their names.
WEIGHTS_MOST = 8 * GIB + 64 * MIB

_OURS = re.compile(r"[0-9a-f]{64}\.weights\.h5(\.\d+\.part)?")

#: The runs whose weights are kept, once for each experiment that asks for them.
_KEPT = """
WITH kept AS (
  SELECT study, protocol, experiment, departures, plan.run, weights_kept, val_accuracy
  FROM run JOIN plan ON plan.run = run.key
  JOIN (SELECT run, val_accuracy, max(epoch) FROM epoch
        WHERE run IN (SELECT key FROM run WHERE weights_sha256 IS NOT NULL)
          AND typeof(val_accuracy) = 'real' GROUP BY run) AS last
    ON last.run = run.key
  WHERE weights_sha256 IS NOT NULL AND plan.run <> :run)
"""

_TO_BEAT = f"""{_KEPT}
SELECT coalesce(min(best), -1.0) FROM (
  SELECT coalesce(max(val_accuracy), -1.0) AS best
  FROM (SELECT DISTINCT study, protocol, experiment, departures FROM plan WHERE run = :run)
  LEFT JOIN kept USING (study, protocol, experiment, departures)
  GROUP BY study, protocol, experiment, departures)"""  # noqa: S608 - our own text

_RIVALS = f"""{_KEPT}
SELECT DISTINCT kept.run, val_accuracy FROM kept
JOIN plan AS ours USING (study, protocol, experiment, departures)
WHERE ours.run = :run AND weights_kept = 'best'"""  # noqa: S608


def accuracy_to_beat(cursor: sqlite3.Cursor, key: str) -> float:
    """Give the last validation accuracy above which a run's weights are to be kept.

    Returns:
        The highest among the other runs whose weights are kept, in that of the run's experiments
        where it is lowest; -1 where there are none.
    """
    return cursor.execute(_TO_BEAT, {"run": key}).fetchone()[0]


def keep(
    cursor: sqlite3.Cursor, folder: Path, key: str, result: RunResult, *, always: bool
) -> list[str]:
    """Put a run's weights in their place, if they are to be kept, and name them in its row.

    Args:
        cursor: in the transaction that stores the result, after its epochs.
        folder: the store's.
        key: of the run.
        result: what training returned, perhaps without weights.
        always: keep them whatever the accuracy.

    Returns:
        The runs that were kept as the best of an experiment, and are that no more: their
        rows name no weights now, their files may go when this is committed.
    """
    accuracy = result.history[-1].val_accuracy
    if result.weights is None or not (always or accuracy > accuracy_to_beat(cursor, key)):
        return []
    write_weights(folder, key, result.weights)
    cursor.execute(
        "UPDATE run SET weights_sha256 = ?, weights_kept = ? WHERE key = ?",
        (hashlib.sha256(result.weights).hexdigest(), "asked" if always else "best", key),
    )
    surpassed = [] if always else _surpassed(cursor, key)
    forget(cursor, surpassed)
    return surpassed


def forget(cursor: sqlite3.Cursor, keys: Iterable[str]) -> None:
    """Take the weights of runs out of their rows; their files may go when this is committed."""
    cursor.executemany(
        "UPDATE run SET weights_sha256 = NULL, weights_kept = NULL WHERE key = ?",
        ((key,) for key in keys),
    )


def weights_file(folder: Path, key: str) -> Path:
    """Name the file of a run's weights in the store at `folder`.

    Raises:
        StoreError: for a key that would be a path.
    """
    if "/" in key or "\\" in key or "\0" in key:
        raise StoreError(f"{quoted(key)} is no key of a run: see `tune-grid verify`.")
    return folder / "models" / f"{key}.weights.h5"


def write_weights(folder: Path, key: str, content: bytes) -> None:
    """Write a weights file beside its place and move it there.

    Raises:
        StoreError: when there is no room for it; nothing is left of it then.
    """
    file = weights_file(folder, key)
    beside = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(exist_ok=True)
        beside.unlink(missing_ok=True)
        with beside.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
        _sync_folder(file.parent)
    except OSError as error:
        remove_files([beside])
        raise StoreError(
            f"{file} cannot be written ({error.strerror}): check that the disk has room."
        ) from None


def _sync_folder(folder: Path) -> None:
    """See that a file's new name survives a loss of power; not every system can."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def leftover_files(cursor: sqlite3.Cursor, folder: Path) -> list[Path]:
    """List the files of ours in `models/` that no run names."""
    keys = cursor.execute("SELECT key FROM run WHERE weights_sha256 IS NOT NULL").fetchall()
    named = {f"{key}.weights.h5" for (key,) in keys}
    try:
        found = sorted((folder / "models").iterdir())
    except OSError:
        return []
    return [file for file in found if _OURS.fullmatch(file.name) and file.name not in named]


def remove_files(files: Iterable[Path]) -> None:
    """Remove files; one that is gone, or cannot be removed, costs room and nothing else."""
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError:
            continue


def _surpassed(cursor: sqlite3.Cursor, key: str) -> list[str]:
    """List the runs beside this one that were kept as the best, and now are in no experiment."""
    rivals = cursor.execute(_RIVALS, {"run": key}).fetchall()
    return [rival for rival, own in rivals if own < accuracy_to_beat(cursor, rival)]
