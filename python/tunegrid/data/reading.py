"""Data sets read from their files, every array verified against its digest."""

import functools
import hashlib
import io
import math
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import DataError, DataMissingError, quoted
from ..machine.files import is_file
from ..machine.outside import KIB, opened, size
from .datasets import DATASETS, PARTS, Dataset, Images, Shipped, Source, digest_of_four
from .kaggle import read_kaggle
from .kept import read_kept
from .npz import read_npz
from .own import digest_of

#: How an IDX file of bytes begins; then come the rank, the sizes and the values.
_IDX = b"\x00\x00\x08"

#: More than an IDX file, packed or not, has beside its values.
_HEAD = 64 * KIB

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


def check_whole(source: Source) -> None:
    """Read a data set and check its digests, without keeping it in memory.

    Raises:
        DataError: as `load_dataset` does.
    """
    _load.__wrapped__(source)


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
        shape = _shape(dataset, part)
        array = _read(dataset, file, part, math.prod(shape))
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


def _read(dataset: Shipped, file: Path, part: str, most: int) -> np.ndarray:
    """Read an array of no more than so many bytes."""
    if not is_file(file):
        raise _damaged(dataset, file, "this file is missing")
    try:
        if file.suffix == ".npz":
            return read_npz(file, [part], most=most)[part]
        with opened(file, limit=most + _HEAD) as stream:
            if file.suffix != ".gz":
                return read_idx(stream, most=most)
            return read_idx(io.BytesIO(_unpacked(stream, most + _HEAD)), most=most)
    except KeyError:
        raise _damaged(dataset, file, f"the array {part} is missing") from None
    except Exception as error:  # noqa: BLE001 - a damaged archive can fail in any way
        raise _damaged(dataset, file, f"it cannot be read to its end ({quoted(error)})") from None


def _unpacked(stream: BinaryIO, most: int) -> bytes:
    """Unpack a gzip file of one member, in one go: GzipFile goes through millions of empty ones.

    Raises:
        ValueError: when it is none, goes on behind its end, or gives more than so many bytes.
    """
    unpack = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    content = unpack.decompress(stream.read(most), most)
    if not unpack.eof or unpack.unused_data:
        raise ValueError(f"it is no gzip file of one member with at most {size(most)}")
    return content


def read_idx(stream: BinaryIO, *, most: int) -> np.ndarray:
    """Decode the IDX format: two zero bytes, type 8 (uint8), rank, sizes, values.

    Source: the description of the format on the home page of MNIST.

    Args:
        stream: of a file, unpacked or being unpacked: no byte is read beyond those that it says.
        most: the most values that are taken.

    Raises:
        ValueError: when it is not that format, or has too few or too many values.
    """
    head = stream.read(len(_IDX) + 1)
    if len(head) <= len(_IDX) or not head.startswith(_IDX):
        raise ValueError("it is no IDX file of bytes")
    sizes = np.frombuffer(stream.read(4 * head[-1]), ">u4", count=head[-1]).tolist()
    count = math.prod(sizes)
    if count > most:
        raise ValueError(f"it says that it has {size(count)}, and {size(most)} is the most")
    content = stream.read(count)
    if len(content) < count or stream.read(1):
        raise ValueError(f"it has not the {count} values that it says")
    return np.frombuffer(content, np.uint8).reshape(sizes)


def _damaged(dataset: Shipped, file: Path, problem: str) -> DataError:
    return DataError(
        f"{file}: {problem}, so this is not the whole {dataset.title} data set. "
        f"Replace the file or take it away. {dataset.advice}"
    )
