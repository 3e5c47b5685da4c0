"""The machine and the versions that a result belongs to."""

import platform
from importlib.metadata import PackageNotFoundError, version

import psutil

from tunegrid.machine.processor import cores, processor

PACKAGES = (
    "tunegrid", "keras", "tensorflow-cpu", "tensorflow", "numpy", "keras-tuner", "optuna", "ray"
)  # fmt: skip


def describe() -> dict[str, object]:
    """Describe processor, memory, system and the installed packages that count."""
    return {
        "processor": processor(),
        "cores": cores(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
