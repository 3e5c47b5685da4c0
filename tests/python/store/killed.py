"""A driver that gets SIGKILL at its n-th step.

A step is an SQL statement that begins, or a file of the store that is opened, synchronised, moved
or removed: so the n-th step of a driver can be any point inside a transaction, or between a
weights file and the row that names it. The signal is real; only its moment is chosen.

    python killed.py N tune-grid's words …      the command, counted from its first claim
    python killed.py N plan-and-finish STORE    a plan and three results, nothing trained
"""

import os
import signal
import sqlite3
import sys

from tunegrid.cli import main
from tunegrid.store.store import Store

_FILE_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir"}


class Countdown:
    """Counts steps, and sends the signal at the last."""

    def __init__(self, steps, *, counts):
        self.left = steps
        self.counts = counts

    def statement(self, text):
        self.counts = self.counts or text.startswith("INSERT INTO claim")
        self.step(text)

    def step(self, what):
        if not self.counts:
            return
        self.left -= 1
        if self.left == 0:
            print(f"killed at: {what}", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self):
        """Hear of every statement and every change of a file in a models folder."""
        count = self

        class Traced(sqlite3.Connection):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.set_trace_callback(count.statement)

        def heard(event, args):
            if event in _FILE_EVENTS and "models" in str(args[0]):
                self.step(event)

        connect, fsync = sqlite3.connect, os.fsync
        sqlite3.connect = lambda *args, **kwargs: connect(*args, **kwargs, factory=Traced)
        os.fsync = lambda number: (self.step("fsync"), fsync(number))[1]
        sys.addaudithook(heard)


def plan_and_finish(folder):
    """Plan twenty runs and finish three of them, each better than the one before."""
    from test_store import KH2021, PLANNED, scored

    with Store(folder, write=True) as store:
        store.add_plan(KH2021, PLANNED)
        store.remove_leftovers()
        for one, accuracy in zip(PLANNED, (0.5, 0.6, 0.7), strict=False):
            claim = store.claim(one.key)
            if claim is not None:
                store.finish(claim, scored(accuracy))


if __name__ == "__main__":
    is_plan = sys.argv[2] == "plan-and-finish"
    countdown = Countdown(int(sys.argv.pop(1)), counts=is_plan)
    countdown.watch()
    if is_plan:
        plan_and_finish(sys.argv[2])
        print(-countdown.left)
    else:
        main()
