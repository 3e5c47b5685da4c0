"""Data sets read from their files, every array verified against its digest."""

import functools
import gzip
import hashlib
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..machine.files import is_file
from .datasets import DATASETS, PARTS, SHAPES, Dataset, Images, Source

_IDX_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def load_dataset(source: Source) -> Images:
    """Read a data set and check every array against its SHA-256.

    The last few are kept in memory: callers must not write into the arrays.

    Raises:
        DataError: naming the file, what was expected of it and what to do.
    """
    return _load(source)


@functools.lru_cache(maxsize=4)
def _load(source: Source) -> Images:
    dataset = DATASETS[source.dataset]
    arrays = {}
    for part in PARTS:
        file = source.path if source.path.suffix == ".npz" else idx_file(source.path, part)
        array = _read(dataset, file, part)
        if not isinstance(array, np.ndarray):
            raise _damaged(dataset, file, f"{part} is no array")
        if array.shape != SHAPES[part] or array.dtype != np.uint8:
            raise _damaged(
                dataset,
                file,
                f"{part} is {array.dtype} {array.shape}, expected uint8 {SHAPES[part]}",
            )
        digest = hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
        if digest != dataset.digests[part]:
            raise _damaged(
                dataset,
                file,
                f"the SHA-256 of {part} is {digest[:12]}…, expected {dataset.digests[part][:12]}…",
            )
        array.flags.writeable = False
        arrays[part] = array
    return Images(**arrays)


def idx_file(folder: Path, part: str) -> Path:
    """Name the IDX file of a part: the unpacked one if that is what is there."""
    plain = folder / _IDX_FILES[part]
    return plain if is_file(plain) else plain.with_name(plain.name + ".gz")


def _read(dataset: Dataset, file: Path, part: str) -> np.ndarray:
    if not is_file(file):
        raise _damaged(dataset, file, "this file is missing")
    try:
        if file.suffix == ".npz":
            with np.load(file, allow_pickle=False) as arrays:
                return arrays[part]
        content = file.read_bytes()
        return parse_idx(gzip.decompress(content) if file.suffix == ".gz" else content)
    except KeyError:
        raise _damaged(dataset, file, f"the array {part} is missing") from None
    except Exception as error:  # noqa: BLE001 - a damaged archive can fail in any way
        raise _damaged(dataset, file, f"it cannot be read to its end ({error})") from None


def parse_idx(content: bytes) -> np.ndarray:
    """Decode the IDX format: two zero bytes, type 8 (uint8), rank, sizes, values.

    Source: the description of the format on the home page of MNIST.

    Raises:
        ValueError: when it is not that format, or has too few or too many values.
    """
    if content[:3] != b"\x00\x00\x08" or len(content) == len(b"\x00\x00\x08"):
        raise ValueError("it is no IDX file of bytes")
    rank = content[3]
    sizes = np.frombuffer(content, ">u4", count=rank, offset=4).tolist()
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(sizes).copy()


def _damaged(dataset: Dataset, file: Path, problem: str) -> DataError:
    return DataError(
        f"{file}: {problem}, so this is not the whole {dataset.title} data set. "
        f"Replace the file or take it away. {dataset.advice}"
    )
