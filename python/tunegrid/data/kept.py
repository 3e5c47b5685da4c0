"""Data kept beside runs: a folder of .npz files, each named by the digest of what is in it.

Data of one's own is brought here before its runs are planned, so that workers, and whoever trains a
run again, find what was meant and nothing else.
"""

import os
import zipfile
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..machine.files import is_file
from .datasets import PARTS, Images, Source

FOLDER, ORIGIN = "data", "the store"


def kept_file(store: Path, digest: str) -> Path:
    """Name the file of the data with a digest, under a store's folder or an export's."""
    return store / FOLDER / f"{digest}.npz"


def find_kept(store: Path, name: str, digest: str) -> Source | None:
    """Find data that was kept, without reading it."""
    path = kept_file(store, digest)
    return Source(name, ORIGIN, path, digest) if is_file(path) else None


def keep_data(store: Path, name: str, digest: str, images: Images, classes: int) -> Source:
    """Keep data, unless it is there.

    Args:
        store: a folder; `data` is made in it.
        name: of the data set.
        digest: of the arrays, by which it will be found.
        images: the arrays.
        classes: how many there are, also such as do not occur.

    Raises:
        DataError: when it cannot be written.
    """
    path = kept_file(store, digest)
    if not is_file(path):
        arrays = {part: getattr(images, part) for part in PARTS}
        beside = path.with_name(f".{digest}.{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as stream:
                np.savez_compressed(stream, **arrays, classes=np.array(classes))
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise DataError(f"The data cannot be kept in {path}: {error.strerror}.") from None
    return Source(name, ORIGIN, path, digest)


def read_kept(path: Path) -> tuple[Images, int]:
    """Read kept data and its number of classes, unverified.

    Raises:
        DataError: when it is no such file.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            images = Images(*(arrays[part] for part in PARTS))
            return images, int(arrays["classes"])
    except (
        OSError, EOFError, KeyError, AttributeError, TypeError, ValueError, zipfile.BadZipFile,
    ) as error:  # fmt: skip
        raise DataError(
            f"{path} is damaged ({error}): take it away, and give the data again."
        ) from None
