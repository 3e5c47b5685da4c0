"""A current folder that someone else has filled: what lies in it is not run, and not obeyed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from tunegrid.machine.elsewhere import elsewhere
from tunegrid.machine.interpreter import with_package_path
from tunegrid.running.doctor import _bridge

_DRAW = """
from tunegrid.report.drawings.canvas import styled
with styled():
    import matplotlib
    print(matplotlib.rcParams["text.usetex"])
"""


def _started(words, folder):
    return subprocess.run(
        [sys.executable, "-P", *words], cwd=folder, env=with_package_path(os.environ),
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_what_doctor_starts_is_started_in_an_empty_folder(tmp_path, monkeypatch):
    (tmp_path / "numpy.py").touch()
    monkeypatch.chdir(tmp_path)
    assert _bridge([sys.executable, "-c", "import os; print(os.listdir())"], "x") == ("ok", "[]")


def test_figures_know_no_settings_of_the_current_folder(tmp_path):
    os.mkfifo(tmp_path / "matplotlibrc")
    done = _started(["-c", _DRAW], tmp_path)
    assert done.stdout == "False\n", done.stderr


def test_a_current_folder_that_is_gone_holds_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with elsewhere():
        assert not list(Path().iterdir())
    tmp_path.rmdir()
    with elsewhere():
        pass


def test_the_command_and_its_workers_know_no_settings_of_the_current_folder(tmp_path):
    """They would wait for ever."""
    numbers = np.arange(40.0).reshape(20, 2)
    labels = np.arange(20) % 2
    np.savez(tmp_path / "d.npz", x_train=numbers, y_train=labels, x_test=numbers, y_test=labels)
    (tmp_path / "grid.csv").write_text("dense1\n4\n")
    os.mkfifo(tmp_path / "matplotlibrc")
    own = ["--grid", "grid.csv", "--data", "d.npz", "--model", "mlp", "--epochs", "1"]
    for words in (["run", *own], ["audit", "kh2021"]):
        assert _started(["-m", "tunegrid", *words], tmp_path).returncode == 0


def test_folders_of_packages_are_the_same_from_another_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = with_package_path({"PYTHONPATH": os.pathsep.join(["lib", "", "/lib"])})["PYTHONPATH"]
    assert path.split(os.pathsep)[1:] == [str(tmp_path / "lib"), "/lib"]
