"""What a run was made with: recorded beside its numbers, never part of its key.

`Scale.described` adds what a standard scaling took from the data.
"""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from ..machine.processor import processor
from ..plan.runs import RunSpec


def describe_environment(spec: RunSpec) -> dict[str, object]:
    """Describe this process: versions, processor, threads, device and the flags that matter."""
    packages = ("tunegrid", "keras", "numpy", "h5py")
    backend = {"tensorflow": ("tensorflow", "tensorflow-cpu")}.get(spec.backend, (spec.backend,))
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": processor(),
        "device": spec.device,
        "threads": int(os.environ.get("TUNEGRID_THREADS") or os.cpu_count() or 1),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
        "packages": {name: found for name in packages if (found := _version(name))},
        "backend": {spec.backend: next(filter(None, map(_version, backend)), "unknown")},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
