"""What a notebook shows while a grid is run: Rich's bar, and a line for each run."""

import sys

from ..errors import shown
from .progress import Progress, SpokenProgress

#: Steps in which the bar moves: each is a message to the browser.
_STEPS = 200


def progress_here() -> Progress:
    """Give what shows progress where this is called: a bar in a notebook, elsewhere nothing."""
    if "IPython" not in sys.modules:  # Rich takes long to import
        return Progress()
    from rich.console import Console

    return NotebookProgress() if Console().is_jupyter else Progress()


class NotebookProgress(SpokenProgress):
    """Tells of a grid's progress in a notebook's cell.

    Rich's live display would need ipywidgets, and show nothing without; a bar that is drawn again
    in its place needs only what every notebook has.
    """

    def __init__(self) -> None:
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        super().__init__()
        self._bar = Bar(
            BarColumn(),
            TextColumn("{task.description}", markup=False),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        self._step = 0

    def notice(self, text: str) -> None:
        print(shown(text))  # noqa: T201 - which a cell shows

    def expect(self, epochs: int) -> None:
        """Show a bar; runs that are made until claims are decided have one after each look."""
        from IPython.display import display

        for earlier in self._bar.task_ids:
            self._bar.remove_task(earlier)
        self._bar.add_task(self.counts, total=epochs)
        self._shown = display(self._bar, display_id=True)

    def move(self, epochs: int) -> None:
        (task,) = self._bar.tasks
        self._bar.update(task.id, advance=epochs, description=self.counts)
        step = int(_STEPS * task.completed / (task.total or 1))
        if step != self._step or task.finished:
            self._step = step
            self._shown.update(self._bar)
