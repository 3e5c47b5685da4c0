"""Where data sets are on this machine.

Places are tried in a fixed order and the one that was taken is always said; a damaged file is an
error, never a reason to look elsewhere.
"""

import contextlib
import dataclasses
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import QUOTED, DataError, DataMissingError, quoted
from ..machine.files import as_path, is_file, is_folder
from ..machine.interpreter import interpreter
from .datasets import DATASETS, PARTS, Shipped, Source
from .kaggle import has_files
from .kept import find_kept
from .reading import check_whole, idx_file, load_dataset

if TYPE_CHECKING:
    import pandas as pd

DOWNLOAD_SECONDS = 300
DEBIAN_FOLDER = Path("/usr/share/datasets")


def find_dataset(name: str, *, data_dir: str | Path | None = None, download: bool = True) -> Source:
    """Find a data set, without reading it.

    Tried in this order: `data_dir` (default: the environment variable TUNEGRID_DATA), Keras's
    cache, Debian's package dataset-fashion-mnist, and, if allowed, Keras's own download.

    Raises:
        DataMissingError: when it is nowhere.
        DataError: when `data_dir` is no folder.
    """
    dataset = DATASETS[name]
    for source in _places(dataset, data_dir):
        return source
    if download and dataset.digests:
        return _download(dataset)
    raise DataMissingError(f"{dataset.title} was not found on this machine. {dataset.advice}")


def find_data(
    name: str,
    digest: str | None,
    *,
    store: Path | None = None,
    data_dir: str | Path | None = None,
    download: bool = True,
) -> Source:
    """Find the data of a run, without reading it.

    What is not pinned is looked for in a store's folder first, by its digest.

    Args:
        name: as the run's spec has it.
        digest: as well; None for what is not known before it is read.
        store: a store's folder.
        data_dir, download: as in `find_dataset`, and so are the errors.
    """
    shipped = DATASETS.get(name)
    if digest is not None and store is not None and (shipped is None or not shipped.digests):
        kept = find_kept(store, name, digest)
        if kept is not None:
            return kept
    if shipped is None:
        raise DataMissingError(
            f"The data with the digest {str(digest)[:12]}… is not in {store}: give it again as it "
            f"was given (data, or --data), or import an export that was made with its data."
        )
    source = find_dataset(name, data_dir=data_dir, download=download)
    return source if shipped.digests else dataclasses.replace(source, digest=digest)


def dataset_status(*, data_dir: str | Path | None = None) -> "pd.DataFrame":
    """List where each data set is on this machine, and whether it is whole.

    Returns:
        One row per place where something was found, or one row saying that nothing was:
        dataset, origin, path, state (`whole`, `damaged`, `not found`), detail; the first row
        of a data set is the one that runs use. Nothing is downloaded.

    Raises:
        DataError: when `data_dir`, or else TUNEGRID_DATA, names a folder without any data set.
    """
    import pandas as pd

    rows = []
    for dataset in DATASETS.values():
        found = list(_places(dataset, data_dir))
        rows += [_status(source) for source in found]
        if not found:
            rows.append((dataset.name, "", "", "not found", dataset.advice))
    return pd.DataFrame(rows, columns=["dataset", "origin", "path", "state", "detail"])


def _status(source: Source) -> tuple[str, str, str, str, str]:
    try:
        load_dataset(source)
    except DataError as error:
        return (source.dataset, source.origin, str(source.path), "damaged", str(error))
    return (source.dataset, source.origin, str(source.path), "whole", "")


def _places(dataset: Shipped, data_dir: str | Path | None) -> Iterator[Source]:
    given, origin = data_dir or None, "--data-dir"
    if given is None:
        given, origin = os.environ.get("TUNEGRID_DATA") or None, "TUNEGRID_DATA"
    if given is not None:
        folder = as_path(given, "data_dir")
        if not is_folder(folder):
            raise DataError(f"{origin} names {given}, which is no folder: correct it.")
        if not any(any(_look(one, origin, folder)) for one in DATASETS.values()):
            names = ", ".join(one.folder for one in DATASETS.values())
            raise DataError(
                f"{origin} names {given}, which holds no data set: it must have one of the folders "
                f"{names}, or Keras's .npz files. Correct it, or leave it out."
            )
        yield from _look(dataset, origin, folder)
    yield from _look(dataset, "Keras's cache", _keras_cache())
    yield from _look(dataset, "Debian's package", DEBIAN_FOLDER)


def _look(dataset: Shipped, origin: str, folder: Path) -> Iterator[Source]:
    """Look for a file NAME.npz and for a folder that holds at least one of the other files."""
    if not dataset.digests:
        if has_files(folder / dataset.folder):
            yield Source(dataset.name, origin, folder / dataset.folder)
        return
    for path in (folder / f"{dataset.name}.npz", folder / dataset.folder / f"{dataset.name}.npz"):
        if is_file(path):
            yield Source(dataset.name, origin, path)
    for name in dict.fromkeys((dataset.folder, dataset.name)):
        if any(is_file(idx_file(folder / name, part)) for part in PARTS):
            yield Source(dataset.name, origin, folder / name)


def _keras_cache() -> Path:
    home = os.environ.get("KERAS_HOME") or Path("~/.keras").expanduser()
    return Path(home) / "datasets"


def _download(dataset: Shipped) -> Source:
    """Let Keras fetch the data set, and move it into Keras's cache if it is what is pinned."""
    cache, reason = _keras_cache(), "no reason given"
    with contextlib.suppress(FileExistsError):  # whatever else is there, the next line says so
        cache.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=".tunegrid-", dir=cache.parent) as beside:
            reason = _fetch(dataset, beside) or reason
            for source in _look(dataset, "Keras's download", Path(beside, cache.name)):
                check_whole(source)
                return dataclasses.replace(source, path=_moved(source.path, cache))
    except (OSError, DataError) as error:
        reason = str(error)
    raise DataMissingError(
        f"{dataset.title} was not found on this machine, and Keras could not download it "
        f"({quoted(reason, 2 * QUOTED)}). {dataset.advice}"
    )


def _fetch(dataset: Shipped, home: str) -> str:
    """Call Keras in a process of its own, with its backend and logs; say why it failed, if so."""
    script = f"import keras; keras.datasets.{dataset.name}.load_data()"
    try:
        done = subprocess.run(
            [interpreter(), "-P", "-c", script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
            check=False,
            cwd=home,  # TensorFlow loads libraries out of folders of the current one
            env={**os.environ, "KERAS_HOME": str(Path(home).absolute())},
        )
    except subprocess.TimeoutExpired:
        return f"it took more than {DOWNLOAD_SECONDS} seconds"
    lines = [] if done.returncode == 0 else done.stderr.strip().splitlines()
    return lines[-1] if lines else ""


def _moved(path: Path, cache: Path) -> Path:
    """Move a file, or what is in a folder, to its place in a cache."""
    there = cache / path.name
    files = {one: there / one.name for one in path.iterdir()} if path.is_dir() else {path: there}
    for file, place in files.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
    return there
