"""The store: a folder with `results.sqlite` (the truth) and `models/`.

A plan is written before its first run, a result with its epochs and predictions is one
transaction, and a claim keeps two drivers from training the same run.
"""

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from . import owner
from .database import connect_reader, connect_writer, store_path, told, transaction
from .errors import StoreError
from .runs import PlannedRun, RunResult, canonical
from .study import Study

LEASE_SECONDS = 120.0
MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class Claim:
    """The right to train one run, held by this process until the attempt ends."""

    run: str
    attempt: int


class Store:
    """An open store. Use it as a context."""

    def __init__(self, store: str | Path | None = None, *, write: bool = False) -> None:
        """Open a store.

        Args:
            store: its folder; default TUNEGRID_STORE, then ./tunegrid-store.
            write: make it when it does not exist. A reader finds it empty then.

        Raises:
            StoreError: when it cannot be opened or was written by a newer version.
        """
        self.folder = store_path(store)
        self._connection = (connect_writer if write else connect_reader)(self.folder)
        self._driver = owner.new_driver()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        owner.forget_driver(self._driver)

    def rows(self, query: str, values: Mapping[str, object] | None = None) -> list[sqlite3.Row]:
        """Run a query that only reads."""
        with told(self.folder):
            cursor = self._connection.cursor()
            cursor.row_factory = sqlite3.Row
            return cursor.execute(query, dict(values or {})).fetchall()

    # Plans

    def add_plan(self, study: Study, planned: Sequence[PlannedRun]) -> None:
        """Write a plan, all of it or nothing; what is there already stays as it is."""
        definition = study.model_dump_json(by_alias=True)
        digest = hashlib.sha256(definition.encode()).hexdigest()
        with self.transaction() as cursor:
            cursor.execute(
                "INSERT INTO study VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (study.id, digest, definition, _now()),
            )
            cursor.executemany(
                "INSERT INTO run (key, spec) VALUES (?, ?) ON CONFLICT DO NOTHING",
                ((one.key, one.spec.to_json()) for one in planned),
            )
            cursor.executemany(
                "INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                map(_plan_row, planned),
            )

    def outcomes(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Give `done`, `failed` or None (missing) for each of the keys, which must be planned."""
        query = "SELECT outcome FROM run WHERE key = ?"
        with told(self.folder):
            return {key: self._connection.execute(query, (key,)).fetchone()[0] for key in keys}

    def reopen_failed(self, keys: Iterable[str]) -> None:
        """Make failed runs missing again; their attempts stay on record, and count no more."""
        with self.transaction() as cursor:
            for key in keys:
                cursor.execute(
                    "UPDATE run SET outcome = NULL, failure = NULL, message = NULL, ended = NULL "
                    "WHERE key = ? AND outcome = 'failed'",
                    (key,),
                )
                cursor.execute("UPDATE attempt SET forgiven = 1 WHERE run = ?", (key,))

    # Claims

    def claim(self, key: str) -> Claim | None:
        """Claim a run for this process.

        A claim of a process of this host that is no more is taken over at once, one of another
        host when its lease has run out; the attempt that it stood for was interrupted.

        Returns:
            None when the run has an outcome, or another driver trains it.
        """
        with self.transaction() as cursor:
            outcome = cursor.execute("SELECT outcome FROM run WHERE key = ?", (key,)).fetchone()[0]
            if outcome is not None or not _take_over(cursor, key):
                return None
            holder = (owner.HOST, self._driver)
            attempt = cursor.execute(
                "INSERT INTO attempt (run, host, driver, started) VALUES (?, ?, ?, ?)",
                (key, *holder, _now()),
            ).lastrowid
            cursor.execute(
                "INSERT INTO claim VALUES (?, ?, ?, ?, ?)",
                (key, attempt, *holder, time.time() + LEASE_SECONDS),
            )
            return Claim(key, attempt)

    def renew(self, claims: Iterable[Claim]) -> None:
        """Extend the leases of claims; call it well before LEASE_SECONDS are over."""
        expires = time.time() + LEASE_SECONDS
        with self.transaction() as cursor:
            cursor.executemany(
                "UPDATE claim SET expires = ? WHERE attempt = ?",
                ((expires, claim.attempt) for claim in claims),
            )

    def in_training(self) -> set[str]:
        """Give the keys of the runs that a living driver trains at the moment."""
        claims = self.rows("SELECT run, host, driver, expires FROM claim")
        return {run for run, *holder in map(tuple, claims) if owner.is_live(*holder)}

    # Results

    def finish(
        self,
        claim: Claim,
        result: RunResult,
        *,
        weights: bytes | None = None,
        kept: str = "best",
    ) -> None:
        """Record a result with its epochs and predictions, in one transaction.

        Args:
            claim: of the run; a run that has an outcome by now keeps it.
            result: what the worker returned.
            weights: an HDF5 file to keep, in its place before the row names it.
            kept: why it is kept, `best` or `asked`.
        """
        sha256 = None if weights is None else hashlib.sha256(weights).hexdigest()
        description = canonical(result.environment)
        environment = hashlib.sha256(description.encode()).hexdigest()
        with self.transaction() as cursor:
            cursor.execute(
                "INSERT INTO environment VALUES (?, ?) ON CONFLICT DO NOTHING",
                (environment, description),
            )
            scores = (result.seconds, result.parameters, result.best_epoch)
            cursor.execute(
                "UPDATE run SET outcome = 'done', ended = ?, seconds = ?, parameters = ?, "
                "best_epoch = ?, environment = ?, weights_sha256 = ?, weights_kept = ? "
                "WHERE key = ? AND outcome IS NULL",
                (_now(), *scores, environment, sha256, sha256 and kept, claim.run),
            )
            if cursor.rowcount == 1:
                _insert_scores(cursor, claim.run, result)
                if weights is not None:
                    self._save_weights(claim.run, weights)
            _end(cursor, claim.attempt, "done")

    def fail(self, claim: Claim, failure: str, message: str, *, final: bool = True) -> bool:
        """Record that an attempt failed.

        Args:
            claim: of the run.
            failure: `oom`, `diverged`, `killed` or `error`.
            message: one line for people.
            final: False allows another attempt, up to MAX_ATTEMPTS failed ones in all.

        Returns:
            Whether the run is failed now. It is not when the claim was lost: another driver,
            which took it over, has the say then.
        """
        with self.transaction() as cursor:
            if not _end(cursor, claim.attempt, "failed", failure, message):
                return False
            failed = cursor.execute(
                "SELECT count(*) FROM attempt WHERE run = ? AND outcome = 'failed' "
                "AND NOT forgiven",
                (claim.run,),
            ).fetchone()[0]
            if not final and failed < MAX_ATTEMPTS:
                return False
            cursor.execute(
                "UPDATE run SET outcome = 'failed', failure = ?, message = ?, ended = ? "
                "WHERE key = ? AND outcome IS NULL",
                (failure, message, _now(), claim.run),
            )
            return True

    def interrupt(self, claims: Iterable[Claim]) -> None:
        """Give claims back: their attempts were interrupted and count against no run."""
        with self.transaction() as cursor:
            for claim in claims:
                _end(cursor, claim.attempt, "interrupted")

    # Models

    def model_file(self, key: str) -> Path:
        """Name the file of a run's weights."""
        return self.folder / "models" / f"{key}.weights.h5"

    def best_kept(self, planned: PlannedRun) -> tuple[str, float] | None:
        """Find the run whose weights are kept as the best of a run's experiment.

        Returns:
            Its key and last validation accuracy; the higher one should there be two.
        """
        study, protocol, experiment, _, departures, *_ = _plan_row(planned)
        query = """
            SELECT run.key, epoch.val_accuracy FROM plan
            JOIN run ON run.key = plan.run AND run.weights_kept = 'best'
            JOIN epoch ON epoch.run = run.key
            WHERE study = ? AND protocol = ? AND experiment = ? AND departures = ?
              AND epoch.epoch = (SELECT max(epoch) FROM epoch WHERE run = plan.run)
            ORDER BY epoch.val_accuracy DESC LIMIT 1"""
        with told(self.folder):
            return self._connection.execute(
                query, (study, protocol, experiment, departures)
            ).fetchone()

    def drop_weights(self, key: str) -> None:
        """Forget a run's weights, first in the row, then the file; not if more plans share it.

        It may be the best of another experiment.
        """
        places = "SELECT DISTINCT study, protocol, experiment, departures FROM plan WHERE run = ?"
        with self.transaction() as cursor:
            if len(cursor.execute(places, (key,)).fetchall()) > 1:
                return
            cursor.execute(
                "UPDATE run SET weights_sha256 = NULL, weights_kept = NULL WHERE key = ?", (key,)
            )
        self.model_file(key).unlink(missing_ok=True)

    def _save_weights(self, key: str, content: bytes) -> None:
        """Write a weights file beside its place and move it there."""
        file = self.model_file(key)
        beside = file.with_name(f"{file.name}.{os.getpid()}.part")
        try:
            file.parent.mkdir(exist_ok=True)
            with beside.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(file)
        except OSError as error:
            raise StoreError(
                f"{file} cannot be written ({error.strerror}): check that the disk has room."
            ) from None

    def transaction(self) -> AbstractContextManager[sqlite3.Cursor]:
        """Begin to write: all of it or nothing."""
        return transaction(self._connection, self.folder)


def _take_over(cursor: sqlite3.Cursor, key: str) -> bool:
    """Say whether a run is free, ending the claim of a driver that is gone."""
    held = cursor.execute(
        "SELECT attempt, host, driver, expires FROM claim WHERE run = ?", (key,)
    ).fetchone()
    if held is None:
        return True
    if owner.is_live(*held[1:]):
        return False
    _end(cursor, held[0], "interrupted", None, "its driver was gone")
    return True


def _end(
    cursor: sqlite3.Cursor,
    attempt: int,
    outcome: str,
    failure: str | None = None,
    message: str | None = None,
) -> bool:
    """End an attempt that has not ended yet, and its claim; say whether there was one."""
    held = cursor.execute("DELETE FROM claim WHERE attempt = ?", (attempt,)).rowcount == 1
    cursor.execute(
        "UPDATE attempt SET ended = ?, outcome = ?, failure = ?, message = ? "
        "WHERE id = ? AND ended IS NULL",
        (_now(), outcome, failure, message, attempt),
    )
    return held


def _insert_scores(cursor: sqlite3.Cursor, key: str, result: RunResult) -> None:
    cursor.executemany(
        "INSERT INTO epoch VALUES (?, ?, ?, ?, ?, ?)",
        ((key, n, *astuple(epoch)) for n, epoch in enumerate(result.history, start=1)),
    )
    cursor.executemany(
        "INSERT INTO prediction VALUES (?, ?, ?, ?, ?)",
        [(key, "last", *astuple(result.last)), (key, "best", *astuple(result.best))],
    )


def _plan_row(planned: PlannedRun) -> tuple:
    one = planned.configuration
    texts = (canonical(one.columns), canonical(one.departures))
    place = (one.study, one.protocol, one.experiment, *texts)
    return (*place, planned.replicate, planned.key)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
