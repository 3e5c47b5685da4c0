"""Data sets read from their files, every array verified against its digest."""

import functools
import gzip
import hashlib
from pathlib import Path

import numpy as np

from ..errors import DataError, DataMissingError
from ..machine.files import is_file
from .datasets import DATASETS, PARTS, Dataset, Images, Shipped, Source, digest_of_four
from .kaggle import read_kaggle
from .kept import read_kept
from .own import digest_of

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
    dataset = DATASETS.get(source.dataset)
    if dataset is not None and dataset.digests:
        return _load_pinned(source, dataset)
    if source.path.suffix == ".npz":
        images, classes = read_kept(source.path)
    else:
        images, classes = read_kaggle(source.path), dataset.classes
    found = _digest(images, classes, source.dataset)
    if source.digest not in (None, found):
        # another copy of what nobody has pinned is no damage: what is meant is not here
        kind = DataError if source.path.suffix == ".npz" else DataMissingError
        raise kind(
            f"{source.path} is not the data that is meant: its digest is {found[:12]}…, not "
            f"{source.digest[:12]}…. Take it away, and give the data again."
        )
    return _frozen(images)


def image_digest(source: Source) -> str:
    """Give the digest of a data set as it is found; what is not pinned is read for it."""
    dataset = DATASETS.get(source.dataset)
    known = source.digest or (dataset and dataset.digest)
    return known or _digest(load_dataset(source), dataset.classes, source.dataset)


def _digest(images: Images, classes: int, name: str) -> str:
    if name not in DATASETS:
        return digest_of(images, classes)
    return digest_of_four(
        {part: hashlib.sha256(getattr(images, part).tobytes()).hexdigest() for part in PARTS}
    )


def _frozen(images: Images) -> Images:
    for part in PARTS:
        getattr(images, part).flags.writeable = False
    return images


def _load_pinned(source: Source, dataset: Shipped) -> Images:
    arrays = {}
    for part in PARTS:
        file = source.path if source.path.suffix == ".npz" else idx_file(source.path, part)
        array = _read(dataset, file, part)
        if not isinstance(array, np.ndarray):
            raise _damaged(dataset, file, f"{part} is no array")
        shape = _shape(dataset, part)
        if array.shape != shape or array.dtype != np.uint8:
            raise _damaged(
                dataset, file, f"{part} is {array.dtype} {array.shape}, expected uint8 {shape}"
            )
        digest = hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
        if digest != dataset.digests[part]:
            raise _damaged(
                dataset,
                file,
                f"the SHA-256 of {part} is {digest[:12]}…, expected {dataset.digests[part][:12]}…",
            )
        arrays[part] = array
    return _frozen(Images(**arrays))


def _shape(dataset: Dataset, part: str) -> tuple[int, ...]:
    count = dataset.train_images if part.endswith("train") else dataset.test_images
    return (count, *dataset.shape) if part.startswith("x") else (count,)


def idx_file(folder: Path, part: str) -> Path:
    """Name the IDX file of a part: the unpacked one if that is what is there."""
    plain = folder / _IDX_FILES[part]
    return plain if is_file(plain) else plain.with_name(plain.name + ".gz")


def _read(dataset: Shipped, file: Path, part: str) -> np.ndarray:
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


def _damaged(dataset: Shipped, file: Path, problem: str) -> DataError:
    return DataError(
        f"{file}: {problem}, so this is not the whole {dataset.title} data set. "
        f"Replace the file or take it away. {dataset.advice}"
    )
