"""What a run was made with: recorded beside its numbers, never part of its key.

`Scale.described` adds what a standard scaling took from the data.
"""

import os
import platform
import socket
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from ..machine.processor import processor
from ..plan.runs import RunSpec
from ..version import __version__

#: What a backend may be called on the package registry, likeliest first.
_NAMES = {"tensorflow": ("tensorflow", "tensorflow-cpu")}


def describe_environment(spec: RunSpec) -> dict[str, object]:
    """Describe this process: host, versions, processor, threads, device, flags that matter."""
    packages = ("tunegrid", "keras", "numpy", "h5py")
    return {
        "host": socket.gethostname(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": processor(),
        "device": spec.device,
        "threads": int(os.environ.get("TUNEGRID_THREADS") or os.cpu_count() or 1),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
        "packages": {name: found for name in packages if (found := _version(name))},
        "backend": {spec.backend: _backend(spec.backend)},
    }


def describe_versions(backends: Iterable[str], *more: str) -> dict[str, str]:
    """Give the versions that machines must share to train one grid, and import none of them.

    Args:
        backends: those that runs use.
        more: packages beside Python, tunegrid, Keras and the backends.

    Returns:
        By name; `none` for what is not installed.
    """
    return {
        "Python": platform.python_version(),
        "tunegrid": __version__,
        **{name: _version(name) or "none" for name in ("keras", *more)},
        **{name: _backend(name, "none") for name in backends},
    }


def _backend(name: str, otherwise: str = "unknown") -> str:
    return next(filter(None, map(_version, _NAMES.get(name, (name,)))), otherwise)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
