"""The store: a folder with `results.sqlite` (the truth) and `models/`.

A plan is written before its first run, a result with its epochs and predictions is one
transaction, and a claim keeps two drivers from training the same run.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import DamagedStoreError, SpecError, StoreError, quoted
from ..plan.plans import PlannedRun
from ..plan.runs import RunResult
from ..study.own_grid import EXPERIMENT
from ..study.study import Study, load_study
from . import attempts, owner
from .attempts import Claim
from .cells import check_answer
from .database import (
    FILE,
    connect_reader,
    connect_writer,
    file_identity,
    now,
    patiently,
    store_path,
    told,
    transaction,
)
from .form import check_folder
from .planned import stored_study, write_plan
from .rescue import rescue
from .weights import accuracy_to_beat, leftover_files, remove_files, weights_file


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

    @property
    def exists(self) -> bool:
        """Whether there is a store in the folder; a reader finds one that is not empty."""
        return self._file is not None

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        owner.forget_driver(self._driver)

    def rows(self, query: str, values: Mapping[str, object] | None = None) -> list[sqlite3.Row]:
        """Run a query that only reads.

        Raises:
            DamagedStoreError: also when a cell is not what its column holds (see `cells`).
        """
        return self._rows(query, values, check_answer)

    def raw_rows(self, query: str, values: Mapping[str, object] | None = None) -> list[sqlite3.Row]:
        """Run a query that only reads, for a proof of the store: cells come whatever they are."""
        return self._rows(query, values, None)

    def _rows(
        self,
        query: str,
        values: Mapping[str, object] | None,
        check: Callable[[sqlite3.Cursor, Sequence[sqlite3.Row], Path], None] | None,
    ) -> list[sqlite3.Row]:
        with told(self.folder):
            cursor = self._connection.cursor()
            cursor.row_factory = sqlite3.Row
            found = patiently(lambda: cursor.execute(query, dict(values or {})).fetchall())
            if check is not None:
                check(cursor, found, self.folder)
            return found

    # Plans

    def add_plan(self, study: Study, planned: Sequence[PlannedRun]) -> None:
        """Write a plan, all of it or nothing; what is there already stays as it is."""
        with self.transaction() as cursor:
            write_plan(cursor, study, planned)

    def definition(self, study: str) -> dict[str, object] | None:
        """Give a study file as it was when it was planned last; None when it never was."""
        # an import can bring one of a time to come, which would be the last one for ever
        query = """
            SELECT definition FROM study WHERE id = :study
            ORDER BY added > :now, added DESC LIMIT 1"""
        found = self.rows(query, {"study": study, "now": now()})
        with told(self.folder):
            try:
                definition = json.loads(found[0]["definition"]) if found else None
            except RecursionError:
                definition = ()
        if not isinstance(definition, dict | None):
            raise DamagedStoreError(
                f"The store {self.folder} is damaged (the definition of {quoted(study)} is no "
                f"study): see with `tune-grid verify` what is left."
            )
        return definition

    def definitions(self, study: str) -> list[tuple[str, str]]:
        """Give a study file's versions, the first first: when each was planned first, its JSON."""
        query = "SELECT added, definition FROM study WHERE id = :study ORDER BY added"
        return [tuple(row) for row in self.rows(query, {"study": study})]

    def outcomes(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Give `done`, `failed` or None (missing) for each of the keys, which must be planned."""
        query = "SELECT key, outcome FROM run WHERE key IN (SELECT value FROM json_each(:keys))"
        wanted = list(keys)
        found = dict(map(tuple, self.rows(query, {"keys": json.dumps(wanted)})))
        return {key: found[key] for key in wanted}

    def failures(self, keys: Iterable[str]) -> dict[str, int]:
        """Count what the failed ones of some runs said, the most frequent first."""
        query = """
            SELECT failure || ': ' || message AS said, count(*) AS times FROM run
            WHERE outcome = 'failed' AND key IN (SELECT value FROM json_each(:keys))
            GROUP BY said ORDER BY times DESC, said"""
        return dict(map(tuple, self.rows(query, {"keys": json.dumps(list(keys))})))

    def reopen_failed(self, keys: Iterable[str]) -> None:
        """Make failed runs missing again; their attempts stay on record, and count no more."""
        with self.transaction() as cursor:
            attempts.reopen(cursor, keys)

    # Claims

    def claim(self, key: str) -> Claim | None:
        """Claim a run for this process.

        A claim of a process of this host that is no more is taken over at once, one of another
        host when its lease has run out; the attempt that it stood for was interrupted.

        Returns:
            None when the run has an outcome, or another driver trains it.
        """
        with self.transaction() as cursor:
            return attempts.claim(cursor, key, self._driver)

    def renew(self, claims: Iterable[Claim]) -> None:
        """Extend the leases of claims; call it well before LEASE_SECONDS are over."""
        with self.transaction() as cursor:
            attempts.renew(cursor, claims)

    def in_training(self) -> set[str]:
        """Give the keys of the runs that a living driver trains at the moment."""
        return self._trained("SELECT run, host, driver, expires FROM claim")

    def trained_elsewhere(self) -> set[str]:
        """Give those of them that another driver than this one trains.

        A driver asks before each run that it hands out, and may hold ten thousand itself.
        """
        query = "SELECT run, host, driver, expires FROM claim WHERE driver <> :own OR host <> :here"
        return self._trained(query, {"own": self._driver, "here": owner.HOST})

    def _trained(self, query: str, values: Mapping[str, object] | None = None) -> set[str]:
        claims = self.raw_rows(query, values)
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
        with self.transaction() as cursor:
            surpassed = attempts.finish(
                cursor, self.folder, claim, result, keep_weights=keep_weights
            )
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
            return attempts.fail(cursor, claim, failure, message, final=final)

    def interrupt(self, claims: Iterable[Claim]) -> None:
        """Give claims back: their attempts were interrupted and count against no run."""
        with self.transaction() as cursor:
            for claim in claims:
                attempts.end(cursor, claim, "interrupted")

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
    check_folder(folder)
    if not (folder / FILE).exists():
        raise StoreError(f"There is no store in {folder}: give another --store.")
    return Store(folder, write=write)


def find_study(study: str | Path | Study, *, store: str | Path | None = None) -> Study:
    """Load a study, or find a grid of one's own that a store knows by its name.

    Raises:
        SpecError: as `load_study` does, when the store knows no such grid either.
    """
    try:
        return load_study(study)
    except SpecError:
        if not isinstance(study, str):
            raise
        with Store(store) as opened:
            definition = opened.definition(str(study))
        if definition is None or not _is_own_grid(definition):
            raise
        return stored_study(definition)


def _is_own_grid(definition: Mapping[str, object]) -> bool:
    experiments = definition.get("experiment")
    return isinstance(experiments, dict) and list(experiments) == [EXPERIMENT]
