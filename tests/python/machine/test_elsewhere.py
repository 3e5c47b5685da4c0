"""A current folder that someone else has filled: what lies in it is not run, and not obeyed."""

import os
import subprocess
import sys
from pathlib import Path

from tunegrid.machine.elsewhere import elsewhere
from tunegrid.machine.interpreter import with_package_path
from tunegrid.running.doctor import _bridge

_DRAW = """
from tunegrid.report.drawings.canvas import styled
with styled():
    import matplotlib
    print(matplotlib.rcParams["text.usetex"])
"""


def test_what_doctor_starts_is_started_in_an_empty_folder(tmp_path, monkeypatch):
    (tmp_path / "numpy.py").touch()
    monkeypatch.chdir(tmp_path)
    assert _bridge([sys.executable, "-c", "import os; print(os.listdir())"], "x") == ("ok", "[]")


def test_figures_know_no_settings_of_the_current_folder(tmp_path):
    os.mkfifo(tmp_path / "matplotlibrc")
    done = subprocess.run(
        [sys.executable, "-P", "-c", _DRAW], cwd=tmp_path, env=with_package_path(os.environ),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stdout == "False\n", done.stderr


def test_a_current_folder_that_is_gone_holds_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with elsewhere():
        assert not list(Path().iterdir())
    tmp_path.rmdir()
    with elsewhere():
        pass
