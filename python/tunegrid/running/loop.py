"""The driver's loop: claim a run, hand it to a slot, store what comes back."""

import contextlib
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from ..data.datasets import Source
from ..errors import DataError, RunError
from ..plan.plans import PlannedRun
from ..store.attempts import LEASE_SECONDS, Claim
from ..store.store import Store
from .executor import Event, Executor, Task
from .progress import Progress

_POLL_SECONDS = 0.5


class TrainingLoop:
    """Trains a list of runs to its end, beside whatever other drivers work on the store.

    Attributes:
        done, failed: how many runs got that outcome here.
        failed_elsewhere: how many failed under another driver meanwhile.
        stopped: whether a signal ended the loop early.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        sources: Mapping[str, Source],
        *,
        keep_models: bool,
        progress: Progress,
    ) -> None:
        self.done = 0
        self.failed = 0
        self.failed_elsewhere = 0
        self.stopped = False
        self._store = store
        self._executor = executor
        self._sources = sources
        self._progress = progress
        self._keep_models = keep_models
        self._waiting: deque[PlannedRun] = deque()
        self._training: dict[str, tuple[PlannedRun, Claim]] = {}
        self._renewed = time.monotonic()
        self._has_told = False

    def run(self, missing: Sequence[PlannedRun]) -> None:
        """Train runs until each has an outcome, or a signal stops the loop.

        What is in training when it stops is given back, and counts against no run.
        """
        self._waiting.extend(missing)
        try:
            with self._stopped_by_signals():
                while (self._waiting or self._training) and not self.stopped:
                    self._hand_out()
                    event = self._executor.next_event(_POLL_SECONDS)
                    if event is not None:
                        self._handle(event)
                    self._renew()
        finally:
            self._executor.close()
            if self._training:
                self._store.interrupt(claim for _, claim in self._training.values())

    def _hand_out(self) -> None:
        """Fill the free slots with runs that can be claimed, in the plan's order."""
        if not self._executor.free or not self._waiting:
            return
        elsewhere = self._store.trained_elsewhere()
        for _ in range(len(self._waiting)):
            if not self._executor.free:
                return
            planned = self._waiting.popleft()
            claim = None if planned.key in elsewhere else self._store.claim(planned.key)
            if claim is not None:
                self._start(planned, claim)
            else:
                self._look_elsewhere(planned)
        self._tell_of_waiting()

    def _tell_of_waiting(self) -> None:
        """Say once that there is nothing to do but to wait for other drivers."""
        if self._waiting and not self._training and not self._has_told:
            self._has_told = True
            self._progress.notice(
                f"Waiting for {len(self._waiting)} runs that other drivers train: a driver of "
                f"another machine that is gone is believed for {LEASE_SECONDS / 60:.0f} minutes."
            )

    def _start(self, planned: PlannedRun, claim: Claim) -> None:
        self._training[planned.key] = (planned, claim)
        source = self._sources[planned.spec.data.digest]
        keep_above = -1.0 if self._keep_models else self._store.accuracy_to_beat(planned.key)
        self._executor.start(Task(planned.spec, source, keep_above))

    def _look_elsewhere(self, planned: PlannedRun) -> None:
        """Drop a run that another driver has finished; wait for one that it trains."""
        outcome = self._store.outcomes([planned.key])[planned.key]
        if outcome is None:
            self._waiting.append(planned)
        else:
            self.failed_elsewhere += outcome == "failed"
            self._progress.elsewhere(planned, outcome)

    def _handle(self, event: Event) -> None:
        planned, claim = self._training[event.task.spec.key]
        if event.kind == "epoch":
            self._progress.epoch(planned)
            return
        if event.kind == "done":
            self._store.finish(claim, event.result, keep_weights=self._keep_models)
            self.done += 1
            self._progress.done(planned, event.result)
        else:
            self._fail(planned, claim, event)
        del self._training[planned.key]

    def _fail(self, planned: PlannedRun, claim: Claim, event: Event) -> None:
        if event.failure == "data":
            raise DataError(event.text)
        if event.failure == "backend":
            raise RunError(
                f"{planned.spec.backend} cannot be used to train ({event.text}): repair its "
                f"installation, and repeat the command."
            )
        final = self._store.fail(claim, event.failure, event.text, final=event.kind != "died")
        self._progress.failed(planned, event.text, final=final)
        self.failed += final
        if not final:
            self._waiting.append(planned)

    def _renew(self) -> None:
        if time.monotonic() - self._renewed > LEASE_SECONDS / 4:
            self._store.renew(claim for _, claim in self._training.values())
            self._renewed = time.monotonic()

    @contextlib.contextmanager
    def _stopped_by_signals(self) -> Iterator[None]:
        """Stop at Ctrl-C, SIGTERM or SIGHUP between two events, never inside a transaction.

        A second signal acts as it did before: Ctrl-C then raises KeyboardInterrupt at once.
        Python allows handlers in the main thread only; elsewhere the caller's stay.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        names = ("SIGINT", "SIGTERM", "SIGHUP")
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        # As nohup asks for, SIGHUP may be ignored; None is a handler that Python did not set.
        found = {number: signal.getsignal(number) for number in numbers}
        before = {n: h for n, h in found.items() if h not in (None, signal.SIG_IGN)}

        def stop(number: int, _: object) -> None:
            self.stopped = True
            self._executor.wake()
            signal.signal(number, before[number])

        for number in before:
            signal.signal(number, stop)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
