"""The store: a folder with `results.sqlite` (the truth) and `models/`.

A plan is written before its first run, a result with its epochs and predictions is one
transaction, and a claim keeps two drivers from training the same run.
"""

import contextlib
import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..errors import StoreError
from ..plan.plans import PlannedRun, plan_rows
from ..plan.runs import RunResult, canonical
from ..study.study import Study
from . import owner
from .database import (
    FILE,
    connect_reader,
    connect_writer,
    file_identity,
    patiently,
    store_path,
    told,
    transaction,
)
from .rescue import rescue
from .weights import accuracy_to_beat, keep, leftover_files, remove_files, weights_file

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
        self._is_new = file_identity(self.folder) is None
        self._connection = (connect_writer if write else connect_reader)(self.folder)
        self._place = self.folder.absolute()
        self._file = file_identity(self._place)
        self._lost: StoreError | None = None
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
            return patiently(lambda: cursor.execute(query, dict(values or {})).fetchall())

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
                plan_rows(planned),
            )

    def definition(self, study: str) -> dict[str, object] | None:
        """Give a study file as it was when it was planned last; None when it never was."""
        query = "SELECT definition FROM study WHERE id = :study ORDER BY added DESC LIMIT 1"
        found = self.rows(query, {"study": study})
        with told(self.folder):
            return json.loads(found[0]["definition"]) if found else None

    def outcomes(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Give `done`, `failed` or None (missing) for each of the keys, which must be planned."""
        query = "SELECT key, outcome FROM run WHERE key IN (SELECT value FROM json_each(:keys))"
        wanted = list(keys)
        found = dict(map(tuple, self.rows(query, {"keys": json.dumps(wanted)})))
        return {key: found[key] for key in wanted}

    def reopen_failed(self, keys: Iterable[str]) -> None:
        """Make failed runs missing again; their attempts stay on record, and count no more."""
        with self.transaction() as cursor:
            for key in keys:
                cursor.execute(
                    "UPDATE run SET outcome = NULL, failure = NULL, message = NULL, ended = NULL "
                    "WHERE key = ? AND outcome = 'failed'",
                    (key,),
                )
                cursor.execute(
                    "UPDATE attempt SET forgiven = 1 WHERE run = ? AND outcome = 'failed'", (key,)
                )

    # Claims

    def claim(self, key: str) -> Claim | None:
        """Claim a run for this process.

        A claim of a process of this host that is no more is taken over at once, one of another
        host when its lease has run out; the attempt that it stood for was interrupted.

        Returns:
            None when the run has an outcome, or another driver trains it.
        """
        with self.transaction() as cursor:
            found = cursor.execute("SELECT outcome FROM run WHERE key = ?", (key,)).fetchone()
            if found != (None,) or not _take_over(cursor, key):
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

    def finish(self, claim: Claim, result: RunResult, *, keep_weights: bool = False) -> None:
        """Record a result with its epochs and predictions, in one transaction.

        Weights that came with it are kept when the run is the best of an experiment so far, in
        place of those of the one that it surpasses.

        Args:
            claim: of the run; a run that has an outcome by now keeps it.
            result: what the worker returned.
            keep_weights: keep the weights whatever the accuracy, and those of others too.
        """
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
                "best_epoch = ?, environment = ? WHERE key = ? AND outcome IS NULL",
                (_now(), *scores, environment, claim.run),
            )
            surpassed = []
            if cursor.rowcount == 1:
                _insert_scores(cursor, claim.run, result)
                surpassed = keep(cursor, self.folder, claim.run, result, always=keep_weights)
                _end(cursor, claim.attempt, "done", although_taken_over=True)
            else:
                _end(cursor, claim.attempt, "interrupted", None, "another driver was first")
        remove_files(weights_file(self.folder, key) for key in surpassed)

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

    # Weights

    def accuracy_to_beat(self, key: str) -> float:
        """Give the last validation accuracy above which a run's weights would be kept.

        Returns:
            The highest among the other runs whose weights are kept, in that of the run's
            experiments where it is lowest; -1 where there are none.
        """
        with told(self.folder):
            return accuracy_to_beat(self._connection.cursor(), key)

    def leftovers(self) -> list[Path]:
        """List the files of weights that a driver which was killed has left behind."""
        with told(self.folder):
            return leftover_files(self._connection.cursor(), self.folder)

    def remove_leftovers(self) -> None:
        """Remove the files of weights that a driver which was killed has left behind.

        Beside a file that was only made now they stay: the one that named them may be lost.
        """
        if not self._is_new:
            with self.transaction() as cursor:
                remove_files(leftover_files(cursor, self.folder))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Cursor]:
        """Begin to write: all of it or nothing.

        Raises:
            StoreError: also when the file is not in its place any more, before or after.
        """
        self._check_in_place()
        try:
            with transaction(self._connection, self.folder) as cursor:
                yield cursor
        finally:
            self._check_in_place()

    def _check_in_place(self) -> None:
        """Notice that somebody deleted the store: SQLite would write on, to a file without name."""
        if self._lost is None and file_identity(self._place) != self._file:
            saved = rescue(self._connection, self._place)
            self._lost = StoreError(
                f"The store {self.folder} was deleted or moved while it was in use, and what it "
                f"held {self._where_saved(saved)}."
            )
        if self._lost is not None:
            raise self._lost

    def _where_saved(self, saved: Path | None) -> str:
        if saved is None:
            return "could not be saved: bring it back from a copy"
        what = saved / FILE if self._place.exists() else saved
        return f"is saved in {saved}: move {what} to {self.folder}, and repeat the command"


def open_existing(store: str | Path | None = None, *, write: bool = False) -> Store:
    """Open a store that must exist.

    Raises:
        StoreError: when it does not.
    """
    folder = store_path(store)
    if not (folder / FILE).exists():
        raise StoreError(f"There is no store in {folder}: give another --store.")
    return Store(folder, write=write)


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
    *,
    although_taken_over: bool = False,
) -> bool:
    """End an attempt that has not ended yet, and its claim; say whether there was one.

    `although_taken_over`: also one that another driver, which took it over, has ended.
    """
    held = cursor.execute("DELETE FROM claim WHERE attempt = ?", (attempt,)).rowcount == 1
    cursor.execute(
        "UPDATE attempt SET ended = ?, outcome = ?, failure = ?, message = ? "
        "WHERE id = ? AND (ended IS NULL OR ?)",
        (_now(), outcome, failure, message, attempt, although_taken_over),
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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
