"""What the command shows while a grid is run: a bar in a terminal, plain lines elsewhere."""

import contextlib
import sys
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..plan.plans import PlannedRun
from ..plan.runs import RunResult
from .driver import RunSummary
from .loop import Progress as GridProgress


class SpokenProgress(GridProgress):
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
        self.notice(f"{planned} runs planned, {len(missing)} to train.")
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


class ConsoleProgress(SpokenProgress):
    """Tells of a grid's progress on standard error. Use it as a context."""

    def __init__(self) -> None:
        super().__init__()
        stream = None if sys.stderr is None else _Heedless(sys.stderr)
        self._console = Console(file=stream, stderr=True, highlight=False, soft_wrap=True)
        self._bar = Progress(
            BarColumn(),
            TextColumn("{task.description}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        # One bar for the whole: it moves with every epoch, and its text counts runs.
        self._epochs = self._bar.add_task("", total=None, visible=False)

    def __enter__(self) -> "ConsoleProgress":
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def notice(self, text: str) -> None:
        self._console.print(Text(text))

    def expect(self, epochs: int) -> None:
        self._bar.update(self._epochs, total=epochs, visible=True, description=self.counts)

    def move(self, epochs: int) -> None:
        self._bar.update(self._epochs, advance=epochs, description=self.counts)

    def interrupted(self) -> None:
        """Say after Ctrl-C what has become of the runs."""
        self.notice(self.interruption())


class _Heedless:
    """A stream whose reader may leave, or whose terminal be closed: the grid goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def describe(planned: PlannedRun) -> str:
    """Name a run for people: experiment, configuration, seed."""
    one = planned.configuration
    columns = " ".join(f"{name}={value}" for name, value in one.columns.items())
    return f"{one.experiment} {columns} seed {planned.replicate}"


def describe_summary(summary: RunSummary) -> list[str]:
    """Say in lines what `run_grid` did."""
    trained = summary.done + summary.failed
    lines = [
        f"{left.experiment}: {left.configurations} of {left.of} configurations left out, for "
        f"want of {left.dataset}. {left.reason}"
        for left in summary.left_out
    ]
    if summary.failed_before:
        lines.append(
            f"{summary.failed_before} runs failed earlier and were not tried again: add "
            f"--retry-failed to do so."
        )
    lines.append(
        f"{trained} runs trained ({summary.failed} failed), {summary.found} found done, in "
        f"{_duration(summary.seconds)}. Store: {summary.store}"
    )
    return lines


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
