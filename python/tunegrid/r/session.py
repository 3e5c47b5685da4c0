"""The R that rpy2 runs inside this process, and what to do where there is none."""

import contextlib
import functools
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType

from ..errors import BridgeError

#: rpy2-rinterface from 3.6.6 on uses functions that R has since 4.5 (its R_getVar).
_NEW_RPY2, _NEW_R = (3, 6, 6), (4, 5)
_FOR_OLD_R = "pip install 'rpy2-rinterface==3.6.5' 'rpy2-robjects==3.6.5'"


@functools.cache
def robjects() -> ModuleType:
    """Start R, and give `rpy2.robjects`.

    Raises:
        BridgeError: naming the versions that are here and what to install.
    """
    found = r_version()
    if found is None:
        raise BridgeError("R is not on the path: install it (on Debian: r-base-core).")
    try:
        installed = version("rpy2-rinterface")
    except PackageNotFoundError:
        fix = "pip install 'tunegrid[r]'" if found >= _NEW_R else _FOR_OLD_R
        raise BridgeError(f"rpy2 is not installed beside R {dotted(found)}: {fix}.") from None
    if _numbers(installed) >= _NEW_RPY2 and found < _NEW_R:
        raise BridgeError(
            f"rpy2-rinterface {installed} needs R {dotted(_NEW_R)}, and this is R "
            f"{dotted(found)}: {_FOR_OLD_R}."
        )
    try:
        with _own_settings():
            import rpy2.robjects as started
    except Exception as error:  # noqa: BLE001 - what R's libraries do when they are loaded
        said = " ".join(str(error).split())
        raise BridgeError(
            f"rpy2-rinterface {installed} cannot start R {dotted(found)}: {said}"
        ) from None
    return started


@contextlib.contextmanager
def _own_settings() -> Iterator[None]:
    """Let R start with the user's own settings, and none of the current folder.

    It would run a .Rprofile there, and load a .RData; so would those that rpy2 asks for paths.
    """
    own = {"R_PROFILE_USER": "~/.Rprofile", "R_ENVIRON_USER": "~/.Renviron"}
    set_now = {name: file for name, file in own.items() if name not in os.environ}
    os.environ.update(set_now)
    try:
        from rpy2.rinterface_lib import embedded

        if not embedded.rpy2_embeddedR_isinitialized:
            embedded.set_initoptions((*embedded.get_initoptions(), "--no-restore"))
        yield
    finally:
        for name in set_now:
            del os.environ[name]


@functools.cache
def r_version() -> tuple[int, ...] | None:
    """Ask the R on the path for its version; None where there is none."""
    program = shutil.which("R")
    if program is None:
        return None
    told = subprocess.run(
        [program, "--no-echo", "--version"], capture_output=True, text=True, check=False
    )
    match = re.search(r"R version (\d+\.\d+\.\d+)", told.stdout + told.stderr)
    return _numbers(match[1]) if match else None


def package(name: str) -> object:
    """Load an R package.

    Raises:
        BridgeError: saying how to install it.
    """
    robjects()
    from rpy2.robjects.packages import importr

    try:
        with _quiet():
            return importr(name)
    except Exception:  # noqa: BLE001 - R's own error, or rpy2's
        raise BridgeError(
            f'The R package {name} is not installed: in R, install.packages("{name}"); on '
            f"Debian, apt install r-cran-{name.lower()}."
        ) from None


def called(function: Callable[..., object], *arguments: object, **named: object) -> object:
    """Call an R function; R's own error becomes ours, in a sentence.

    Raises:
        BridgeError: with what R says.
    """
    from rpy2.rinterface_lib.embedded import RRuntimeError

    try:
        with _quiet():
            return function(*arguments, **named)
    except RRuntimeError as error:
        raise BridgeError(f"R: {' '.join(str(error).split())}") from None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep R's warnings and errors off the terminal; errors are raised."""
    from rpy2.rinterface_lib import callbacks

    with callbacks.replace_in_module(callbacks, "consolewrite_warnerror", lambda _: None):
        yield


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


def dotted(numbers: tuple[int, ...]) -> str:
    """Write a version's numbers as one text."""
    return ".".join(map(str, numbers))
