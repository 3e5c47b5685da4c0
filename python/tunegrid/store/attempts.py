"""Attempts at runs: claimed, renewed, ended; a result with its scores. Functions on a cursor.

Each is called inside a transaction of the store, which holds the write lock.
"""

import hashlib
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from ..plan.runs import RunResult, canonical
from . import owner
from .database import now
from .weights import keep

LEASE_SECONDS = 120.0
MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class Claim:
    """The right to train one run, held by this process until the attempt ends."""

    run: str
    attempt: int


def claim(cursor: sqlite3.Cursor, key: str, driver: str) -> Claim | None:
    """Claim a run for a driver of this process; None when it has an outcome, or another has it."""
    found = cursor.execute("SELECT outcome FROM run WHERE key = ?", (key,)).fetchone()
    if found != (None,) or not _take_over(cursor, key):
        return None
    holder = (owner.HOST, driver)
    attempt = cursor.execute(
        "INSERT INTO attempt (run, host, driver, started) VALUES (?, ?, ?, ?)",
        (key, *holder, now()),
    ).lastrowid
    cursor.execute(
        "INSERT INTO claim VALUES (?, ?, ?, ?, ?)",
        (key, attempt, *holder, time.time() + LEASE_SECONDS),
    )
    return Claim(key, attempt)


def renew(cursor: sqlite3.Cursor, claims: Iterable[Claim]) -> None:
    """Extend the leases of claims."""
    expires = time.time() + LEASE_SECONDS
    cursor.executemany(
        "UPDATE claim SET expires = ? WHERE run = ? AND attempt = ?",
        ((expires, claim.run, claim.attempt) for claim in claims),
    )


def finish(
    cursor: sqlite3.Cursor, folder: Path, claim: Claim, result: RunResult, *, keep_weights: bool
) -> list[str]:
    """Record a result with its epochs and predictions; a run that has an outcome keeps it.

    Args:
        cursor: in a transaction.
        folder: the store's, for the weights.
        claim, result, keep_weights: as in `Store.finish`.

    Returns:
        The runs whose weights it surpasses: their files may go when this is committed.
    """
    description = canonical(result.environment)
    environment = hashlib.sha256(description.encode()).hexdigest()
    cursor.execute(
        "INSERT INTO environment VALUES (?, ?) ON CONFLICT DO NOTHING",
        (environment, description),
    )
    scores = (result.seconds, result.parameters, result.best_epoch)
    cursor.execute(
        "UPDATE run SET outcome = 'done', ended = ?, seconds = ?, parameters = ?, "
        "best_epoch = ?, environment = ? WHERE key = ? AND outcome IS NULL",
        (now(), *scores, environment, claim.run),
    )
    if cursor.rowcount != 1:
        end(cursor, claim, "interrupted", None, "another driver was first")
        return []
    _insert_scores(cursor, claim.run, result)
    surpassed = keep(cursor, folder, claim.run, result, always=keep_weights)
    end(cursor, claim, "done", although_taken_over=True)
    return surpassed


def fail(cursor: sqlite3.Cursor, claim: Claim, failure: str, message: str, *, final: bool) -> bool:
    """Record that an attempt failed; say whether the run is failed now, as `Store.fail` does."""
    if not end(cursor, claim, "failed", failure, message):
        return False
    failed = cursor.execute(
        "SELECT count(*) FROM attempt WHERE run = ? AND outcome = 'failed' AND NOT forgiven",
        (claim.run,),
    ).fetchone()[0]
    if not final and failed < MAX_ATTEMPTS:
        return False
    cursor.execute(
        "UPDATE run SET outcome = 'failed', failure = ?, message = ?, ended = ? "
        "WHERE key = ? AND outcome IS NULL",
        (failure, message, now(), claim.run),
    )
    return True


def end(
    cursor: sqlite3.Cursor,
    claim: Claim,
    outcome: str,
    failure: str | None = None,
    message: str | None = None,
    *,
    although_taken_over: bool = False,
) -> bool:
    """End an attempt that has not ended yet, and its claim; say whether there was one.

    `although_taken_over`: also one that another driver, which took it over, has ended.
    """
    deleted = cursor.execute(
        "DELETE FROM claim WHERE run = ? AND attempt = ?", (claim.run, claim.attempt)
    )
    held = deleted.rowcount == 1
    cursor.execute(
        "UPDATE attempt SET ended = ?, outcome = ?, failure = ?, message = ? "
        "WHERE id = ? AND (ended IS NULL OR ?)",
        (now(), outcome, failure, message, claim.attempt, although_taken_over),
    )
    return held


def reopen(cursor: sqlite3.Cursor, keys: Iterable[str]) -> None:
    """Make failed runs missing again; their attempts stay on record, and count no more."""
    for key in keys:
        cursor.execute(
            "UPDATE run SET outcome = NULL, failure = NULL, message = NULL, ended = NULL "
            "WHERE key = ? AND outcome = 'failed'",
            (key,),
        )
        cursor.execute(
            "UPDATE attempt SET forgiven = 1 WHERE run = ? AND outcome = 'failed'", (key,)
        )


def _take_over(cursor: sqlite3.Cursor, key: str) -> bool:
    """Say whether a run is free, ending the claim of a driver that is gone."""
    held = cursor.execute(
        "SELECT attempt, host, driver, expires FROM claim WHERE run = ?", (key,)
    ).fetchone()
    if held is None:
        return True
    if owner.is_live(*held[1:]):
        return False
    end(cursor, Claim(key, held[0]), "interrupted", None, "its driver was gone")
    return True


def _insert_scores(cursor: sqlite3.Cursor, key: str, result: RunResult) -> None:
    cursor.executemany(
        "INSERT INTO epoch VALUES (?, ?, ?, ?, ?, ?)",
        ((key, n, *astuple(epoch)) for n, epoch in enumerate(result.history, start=1)),
    )
    cursor.executemany(
        "INSERT INTO prediction VALUES (?, ?, ?, ?, ?)",
        [(key, "last", *astuple(result.last)), (key, "best", *astuple(result.best))],
    )
