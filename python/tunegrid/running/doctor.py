"""Is everything here that a run needs?"""

import os
import platform
import subprocess
import tempfile
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from ..data.sources import dataset_status
from ..errors import TunegridError
from ..machine.interpreter import interpreter, with_package_path
from ..machine.processor import cores
from ..store.database import store_path
from ..store.store import Store

#: What a backend is called on the package registry, likeliest first, and how it is installed.
_BACKENDS = {
    "tensorflow": (("tensorflow", "tensorflow-cpu"), "pip install 'tunegrid[tensorflow]'"),
    "jax": (("jax",), "pip install 'tunegrid[jax]'"),
    "torch": (("torch",), "pip install torch"),
}
_PACKAGES = ("keras", "numpy", "pandas", "h5py", "scipy", "statsmodels", "tabulate")


def diagnose(
    *, data_dir: str | Path | None = None, store: str | Path | None = None
) -> pd.DataFrame:
    """Look at everything that a run needs.

    Returns:
        One row a thing: what, state (`ok`, `missing`, `optional`), detail. `missing` stands in
        the way of every run, `optional` only of some.
    """
    from ..version import __version__

    rows = [
        ("tunegrid", "ok", __version__),
        ("python", "ok", f"{platform.python_version()}, {interpreter()}"),
        ("cores", "ok", f"{cores()}, so many runs train at once by default"),
        *((name, *_installed((name,))) for name in _PACKAGES),
        *_backends(),
        *_data(data_dir),
        ("store", *_store(store)),
        ("R from Python", *_bridge([interpreter(), "-P", "-c", _RPY2], "rpy2")),
        ("Python from R", *_bridge(["Rscript", "--vanilla", "-e", _RETICULATE], "reticulate")),
    ]
    return pd.DataFrame(rows, columns=["what", "state", "detail"])


#: What each bridge is asked for, in a process of its own: a value there and back.
_RPY2 = "from tunegrid.r import check_bridge; print(check_bridge())"
_RETICULATE = """
stopifnot(reticulate::py_eval("1 + 1") == 2)
cat("reticulate", as.character(packageVersion("reticulate")), R.version.string)
"""
_BRIDGE_SECONDS = 60


def _bridge(command: list[str], name: str) -> tuple[str, str]:
    """Try a bridge for real; none is needed for a run.

    In an empty folder: R and Python both run what lies in theirs.
    """
    environment = with_package_path({**os.environ, "RETICULATE_PYTHON": interpreter()})
    try:
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run(
                command,
                cwd=empty,
                env=environment,
                capture_output=True,
                text=True,
                timeout=_BRIDGE_SECONDS,
                check=False,
            )
    except FileNotFoundError:
        return "optional", "R is not on the path"
    except subprocess.TimeoutExpired:
        return "optional", f"{name} did not answer within {_BRIDGE_SECONDS} s"
    if done.returncode == 0:
        return "ok", done.stdout.strip().splitlines()[-1]
    said = done.stderr.strip().splitlines() or [f"{name} failed"]
    return "optional", said[-1].rpartition("BridgeError: ")[2]


def _installed(names: tuple[str, ...]) -> tuple[str, str]:
    for name in names:
        try:
            return "ok", version(name)
        except PackageNotFoundError:
            continue
    return "missing", f"pip install {names[0]}"


def _backends() -> list[tuple[str, str, str]]:
    """TensorFlow trains; the others serve the reference engine only."""
    rows = []
    for module, (packages, install) in _BACKENDS.items():
        if find_spec(module) is not None:
            rows.append((f"backend {module}", "ok", _installed(packages)[1]))
        else:
            state = "missing" if module == "tensorflow" else "optional"
            rows.append((f"backend {module}", state, install))
    return rows


def _data(data_dir: str | Path | None) -> list[tuple[str, str, str]]:
    try:
        found = dataset_status(data_dir=data_dir)
    except TunegridError as error:
        return [("data", "missing", str(error))]
    first = found.drop_duplicates("dataset")
    whole = first["state"].eq("whole")
    absent = "optional" if whole.any() else "missing"
    return [
        (
            f"data {row.dataset}",
            "ok" if row.state == "whole" else "missing" if row.state == "damaged" else absent,
            f"{row.path} ({row.origin})" if row.state == "whole" else row.detail,
        )
        for row in first.itertuples()
    ]


def _store(store: str | Path | None) -> tuple[str, str]:
    folder = store_path(store)
    if not folder.exists():
        return "ok", f"{folder.absolute()} will be made by the first run"
    try:
        with Store(folder) as opened:
            runs = opened.rows("SELECT count(*) FROM run WHERE outcome = 'done'")[0][0]
    except TunegridError as error:
        return "missing", str(error)
    about = f"{folder.absolute()}, {runs} runs done"
    if not os.access(folder, os.W_OK):
        return "missing", f"{about}; it can be read and not written: a run needs another --store"
    return "ok", about
