"""What the command shows while a grid is run: a bar in a terminal, plain lines elsewhere."""

import contextlib
import sys
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..errors import shown
from ..running.progress import SpokenProgress


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
        self._console.print(Text(shown(text)))

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
