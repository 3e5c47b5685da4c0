"""Progress in a notebook: a bar that moves in its place, and lines."""

import builtins
import sys
import types

import pytest

from tunegrid import Progress, run_grid
from tunegrid.running.in_notebook import NotebookProgress, progress_here


class Shown:
    """What a notebook's display gives: a place that is drawn again."""

    def __init__(self, bar):
        self.texts = []
        self.update(bar)

    def update(self, bar):
        self.texts.append(bar._repr_mimebundle_((), ())["text/html"])


@pytest.fixture
def displays(monkeypatch):
    """Behave as a notebook does; give what it shows."""
    shown = []

    def display(bar, *, display_id):
        assert display_id
        shown.append(Shown(bar))
        return shown[-1]

    shell = type("ZMQInteractiveShell", (), {})()
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    inside = types.ModuleType("IPython.display")
    inside.display = display
    monkeypatch.setitem(sys.modules, "IPython.display", inside)
    return shown


def test_elsewhere_nothing_is_shown(monkeypatch):
    """Without IPython, and in its terminal."""
    assert type(progress_here()) is Progress
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    assert type(progress_here()) is Progress


def test_a_line_shows_what_a_terminal_would_obey(displays, capsys):
    """A configuration's values are somebody's texts."""
    progress_here().notice("a\x1b[2Jb")
    assert capsys.readouterr().out == "a\\x1b[2Jb\n"


def test_the_bar_moves_in_its_place(displays):
    """At most two hundred times, with the runs counted beside it."""
    progress = progress_here()
    assert isinstance(progress, NotebookProgress)
    progress.expect(10_000)
    for _ in range(10_000):
        progress.move(1)
    (shown,) = displays
    assert 200 <= len(shown.texts) <= 202
    assert "0 of 0 done, 0 failed" in shown.texts[-1]


def test_each_look_has_a_bar_of_its_own(displays):
    """As runs that are made until claims are decided have."""
    progress = progress_here()
    for epochs in (2, 3):
        progress.expect(epochs)
        progress.move(epochs)
    assert [len(shown.texts) for shown in displays] == [2, 2]


def test_a_grid_shows_its_progress_in_a_notebook(displays, fashion_mnist, tmp_path, capsys):
    """Without being asked to."""
    run_grid("kh2021", experiments="one-layer", where="layer1 == 16 and layerdense == 16",
             epochs=2, train_size=256, store=tmp_path)  # fmt: skip
    (shown,) = displays
    assert "1 of 1 done, 0 failed" in shown.texts[-1]
    assert "[1/1] one-layer layer1=16" in capsys.readouterr().out
