"""What is heard while a grid is run, and how it is said: for any door that shows it."""

from collections import Counter
from collections.abc import Sequence

from ..errors import counted
from ..plan.plans import PlannedRun
from ..plan.runs import RunResult


class Progress:
    """Hears what happens while a grid is run. Every method may be left as it is."""

    def begin(self, planned: int, missing: Sequence[PlannedRun]) -> None:
        """The plan is written; `missing` is what of its `planned` runs will be trained now."""

    def notice(self, text: str) -> None:
        """Something worth a line: where data was found, what was left out."""

    def epoch(self, planned: PlannedRun) -> None:
        """A run has one more epoch behind it."""

    def done(self, planned: PlannedRun, result: RunResult) -> None:
        """A run is done and stored."""

    def failed(self, planned: PlannedRun, text: str, *, final: bool) -> None:
        """An attempt failed; unless final, the run will be tried again."""

    def elsewhere(self, planned: PlannedRun, outcome: str) -> None:
        """A run got its outcome from another driver."""


class SpokenProgress(Progress):
    """Puts a grid's progress into sentences and epochs, for whatever shows them.

    Three methods are the showing: `notice` for a line, `expect` and `move` for a bar.
    """

    def __init__(self) -> None:
        self._behind: Counter[str] = Counter()  # epochs of each run that is in training
        self._total = 0
        self._ended = 0
        self._failed = 0

    def expect(self, epochs: int) -> None:
        """So many epochs lie ahead in all."""

    def move(self, epochs: int) -> None:
        """So many more epochs are done; fewer than 0 when a run has to begin anew."""

    @property
    def counts(self) -> str:
        """How many runs are done and how many failed, for the text beside a bar."""
        return f"{self._ended - self._failed} of {self._total} done, {self._failed} failed"

    def begin(self, planned: int, missing: Sequence[PlannedRun]) -> None:
        self._total = len(missing)
        self.notice(f"{counted(planned, 'run')} planned, {len(missing)} to train.")
        if missing:
            self.expect(sum(one.spec.epochs for one in missing))

    def epoch(self, planned: PlannedRun) -> None:
        self._behind[planned.key] += 1
        self.move(1)

    def done(self, planned: PlannedRun, result: RunResult) -> None:
        last = result.history[-1]
        self._end(
            planned,
            f"accuracy {last.val_accuracy:.4f}, training loss {last.loss:.4f}, "
            f"{result.seconds:.1f} s",
        )

    def failed(self, planned: PlannedRun, text: str, *, final: bool) -> None:
        if final:
            self._failed += 1
            self._end(planned, f"FAILED: {text}")
        else:
            self.move(-self._behind.pop(planned.key, 0))
            self.notice(f"{describe(planned)}: {text}; it will be tried again.")

    def elsewhere(self, planned: PlannedRun, outcome: str) -> None:
        self._end(planned, f"{outcome}, by another driver")

    def interruption(self) -> str:
        """Say after Ctrl-C what has become of the runs."""
        return (
            f"Interrupted: {self._ended} of {self._total} runs ended and are kept; repeat the "
            f"command to go on."
        )

    def _end(self, planned: PlannedRun, text: str) -> None:
        self._ended += 1
        self.move(planned.spec.epochs - self._behind.pop(planned.key, 0))
        self.notice(f"[{self._ended}/{self._total}] {describe(planned)}: {text}")


def describe(planned: PlannedRun) -> str:
    """Name a run for people: experiment, configuration, seed."""
    one = planned.configuration
    columns = " ".join(f"{name}={value}" for name, value in one.columns.items())
    return f"{one.experiment} {columns} seed {planned.replicate}"
