"""Here the command is a process of its own: what it does to files and signals is what counts."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def tune_grid(tmp_path):
    """Run the command as a user does; returns the finished process."""

    def call(*words, **environment):
        return subprocess.run(
            [sys.executable, "-m", "tunegrid", *map(str, words)],
            cwd=tmp_path, env={**os.environ, **environment},
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    return call
