"""The Python to start other processes with."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def interpreter() -> str:
    """Find the Python that runs this code, also where R runs it and sys.executable is R."""
    if Path(sys.executable or "").name.lower().startswith("python"):
        return sys.executable
    folder = Path(sys.prefix) / ("Scripts" if os.name == "nt" else "bin")
    names = ("python.exe",) if os.name == "nt" else ("python3", "python")
    return next((str(folder / name) for name in names if (folder / name).exists()), "python3")


def with_package_path(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which this very package is found, installed or not, from anywhere.

    An empty part of the path would be the folder where a process runs.
    """
    package_root = str(Path(__file__).parents[2])
    given = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    path = [package_root, *map(os.path.abspath, given)]
    return {**environment, "PYTHONPATH": os.pathsep.join(path)}
