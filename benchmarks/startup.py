"""S5: what start-up costs, beside an empty Python and an empty R, in one run."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
PYTHON = {
    "empty Python": ["-c", ""],
    "import tunegrid": ["-c", "import tunegrid"],
    "tune-grid --help": ["-m", "tunegrid", "--help"],
    "tune-grid run --help": ["-m", "tunegrid", "run", "--help"],
}
R = {"empty R": "", "library(tunegrid)": "library(tunegrid)"}


def measure() -> dict[str, float]:
    """Time every case in turn, round by round; give the median seconds of each."""
    cases = {name: [sys.executable, *words] for name, words in PYTHON.items()}
    with tempfile.TemporaryDirectory() as library:
        if _install(library):
            cases |= {name: ["Rscript", "-e", f"{{{words}}}"] for name, words in R.items()}
        times = {name: [] for name in cases}
        for _ in range(ROUNDS):
            for name, command in cases.items():
                times[name].append(_seconds(command, {**os.environ, "R_LIBS": library}))
    return {name: statistics.median(measured) for name, measured in times.items()}


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    """Time one process, start to end."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - begin


def _install(library: str) -> bool:
    """Install the R package where only this run sees it; False where R or a package is missing."""
    if shutil.which("R") is None:
        return False
    command = ["R", "CMD", "INSTALL", "--no-docs", "--no-test-load", f"--library={library}", "."]
    root = Path(__file__).parents[1]
    return subprocess.run(command, check=False, capture_output=True, cwd=root).returncode == 0
