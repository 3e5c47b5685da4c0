"""Data kept beside runs: a folder of .npz files, each named by the digest of what is in it.

Data of one's own is brought here before its runs are planned, so that workers, and whoever trains a
run again, find what was meant and nothing else.
"""

import os
import re
from pathlib import Path

import numpy as np

from ..errors import DataError, quoted
from ..machine.files import is_file
from ..machine.outside import check_no_link, size
from .datasets import PARTS, Images, Source
from .npz import ARRAYS_MOST, read_npz

FOLDER, ORIGIN = "data", "the store"

#: The types as which examples and labels are kept.
_EXAMPLES = (np.dtype("u1"), np.dtype("<f4"))
_LABELS = (np.dtype("u1"), np.dtype("<u2"))

_DIGEST = re.compile(r"[0-9a-f]{64}")


def kept_file(store: Path, digest: str) -> Path:
    """Name the file of the data with a digest, under a store's folder.

    Raises:
        DataError: for what is no digest, as a path would be; for a link in the file's place.
    """
    if not _DIGEST.fullmatch(str(digest)):
        raise DataError(f"{quoted(digest)} is no digest of data: it has 64 hexadecimal digits.")
    path = store / FOLDER / f"{digest}.npz"
    check_no_link(path.parent, DataError)
    check_no_link(path, DataError)
    return path


def find_kept(store: Path, name: str, digest: str) -> Source | None:
    """Find data that was kept, without reading it; raises as `kept_file` does."""
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
        DataError: when it cannot be written, or is larger than what is read again.
    """
    path = kept_file(store, digest)
    if not is_file(path):
        arrays = {part: getattr(images, part) for part in PARTS}
        there = sum(array.nbytes for array in arrays.values())
        if there > ARRAYS_MOST:
            raise DataError(f"The data has {size(there)}, and {size(ARRAYS_MOST)} is the most.")
        beside = path.with_name(f".{digest}.{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.unlink(missing_ok=True)  # a link would be followed
            with beside.open("xb") as stream:
                np.savez_compressed(stream, **arrays, classes=np.array(classes))
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise DataError(f"The data cannot be kept in {path}: {error.strerror}.") from None
    return Source(name, ORIGIN, path, digest)


def read_kept(path: Path, *, most: int = ARRAYS_MOST) -> tuple[Images, int]:
    """Read kept data and its number of classes, unverified.

    Args:
        path: of the file, no link.
        most: the most bytes that its arrays may have together.

    Raises:
        DataError: when it is no such file, or larger.
    """
    try:
        arrays = read_npz(path, [*PARTS, "classes"], most=most, links=False)
        images, classes = Images(*(arrays[part] for part in PARTS)), int(arrays["classes"])
        _check_form(images, classes)
    except KeyError as error:
        said = f"it lacks {error}"
    except (OSError, TypeError, ValueError, OverflowError, DataError) as error:
        said = str(error)
    else:
        return images, classes
    raise DataError(f"{path} is damaged ({said}): take it away, and give the data again.")


def _check_form(images: Images, classes: int) -> None:
    """Refuse arrays that no data was kept as: somebody else may have made the file."""
    for part in PARTS:
        array = getattr(images, part)
        kinds = _EXAMPLES if part.startswith("x") else _LABELS
        if array.dtype not in kinds:
            raise ValueError(f"{part} is of the type {quoted(array.dtype, 40)}")
    for x, y in ((images.x_train, images.y_train), (images.x_test, images.y_test)):
        if x.ndim < 2 or x.shape[1:] != images.x_train.shape[1:] or y.shape != (len(x),):  # noqa: PLR2004 - vectors at least
            raise ValueError("its arrays do not fit together")
        if len(y) and y.max() >= classes:
            raise ValueError(f"it has a label {y.max()} and {classes} classes")
