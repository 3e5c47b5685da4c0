"""MNIST and Fashion-MNIST: found on this machine, verified by SHA-256, split.

A data set is known by the digests of its four arrays, whatever file they came in, so a run's key
can name its data before the data is there. Places are tried in a fixed order and the one that
was taken is always said; a damaged file is an error, never a reason to look elsewhere.
"""

import functools
import gzip
import hashlib
import os
import subprocess
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import DataError, DataMissingError
from .interpreter import interpreter

if TYPE_CHECKING:
    import pandas as pd

DOWNLOAD_SECONDS = 300
DEBIAN_FOLDER = Path("/usr/share/datasets")
PARTS = ("x_train", "y_train", "x_test", "y_test")
SHAPES = {
    "x_train": (60_000, 28, 28),
    "y_train": (60_000,),
    "x_test": (10_000, 28, 28),
    "y_test": (10_000,),
}
_IDX_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


@dataclass(frozen=True)
class Dataset:
    """A data set as it must be.

    Attributes:
        name: Keras's module name.
        title: for people.
        folder: what its folder is called, in Keras's cache and in Debian.
        digests: SHA-256 of each array's bytes (uint8, C order).
        advice: how to get it.
    """

    name: str
    title: str
    folder: str
    digests: Mapping[str, str]
    advice: str

    @property
    def digest(self) -> str:
        """The SHA-256 over the four digests: what a run's key says of its data."""
        return hashlib.sha256("".join(self.digests[part] for part in PARTS).encode()).hexdigest()


DATASETS: Mapping[str, Dataset] = {
    "fashion_mnist": Dataset(
        name="fashion_mnist",
        title="Fashion-MNIST",
        folder="fashion-mnist",
        digests={
            "x_train": "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
            "y_train": "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
            "x_test": "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
            "y_test": "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
        },
        advice="On Debian: sudo apt install dataset-fashion-mnist. Elsewhere put its four IDX "
        "files into a folder fashion-mnist and give the folder above it as --data-dir.",
    ),
    "mnist": Dataset(
        name="mnist",
        title="MNIST",
        folder="mnist",
        digests={
            "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
            "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
            "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
            "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
        },
        advice="Put Keras's mnist.npz, or the four IDX files in a folder mnist, into a folder "
        "and give that folder as --data-dir (or in TUNEGRID_DATA).",
    ),
}


@dataclass(frozen=True)
class Source:
    """Where a data set was found: an .npz file or a folder of IDX files."""

    dataset: str
    origin: str
    path: Path


@dataclass(frozen=True)
class Images:
    """A whole data set: images uint8 (n, 28, 28), labels uint8 (n,), class 0 to 9."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


@dataclass(frozen=True)
class Split:
    """What a run learns from, is scored on while it trains, and is tested on."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


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
    if download:
        return _download(dataset)
    raise DataMissingError(f"{dataset.title} was not found on this machine. {dataset.advice}")


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
        file = source.path if source.path.suffix == ".npz" else _idx_file(source.path, part)
        array = _read(dataset, file, part)
        if array.shape != SHAPES[part] or array.dtype != np.uint8:
            raise _damaged(
                dataset, file, f"{part} has shape {array.shape}, expected {SHAPES[part]} of uint8"
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


def split_images(
    images: Images,
    *,
    orientation: str,
    validation: str,
    validation_size: int,
    train_size: int | None,
) -> Split:
    """Split a data set as a protocol says.

    Args:
        images: the whole data set.
        orientation: `upright`, or `transposed` (rows and columns of each image exchanged, which
            is what filling an R array column by column does).
        validation: `test` scores on the test images; `first` and `last` hold out that end of
            the training images.
        validation_size: how many are held out (0 with `test`).
        train_size: train on this many of the remaining images, counted from the first; all by
            default.
    """
    x_train, y_train, x_test, y_test = images.x_train, images.y_train, images.x_test, images.y_test
    if orientation == "transposed":
        x_train, x_test = (np.ascontiguousarray(x.transpose(0, 2, 1)) for x in (x_train, x_test))
    kept, held = slice(None), None
    if validation == "first":
        kept, held = slice(validation_size, None), slice(0, validation_size)
    elif validation == "last":
        cut = len(x_train) - validation_size
        kept, held = slice(0, cut), slice(cut, None)
    return Split(
        x_train=x_train[kept][:train_size],
        y_train=y_train[kept][:train_size],
        x_validation=x_test if held is None else x_train[held],
        y_validation=y_test if held is None else y_train[held],
        x_test=x_test,
        y_test=y_test,
    )


def dataset_status(*, data_dir: str | Path | None = None) -> "pd.DataFrame":
    """List where each data set is on this machine, and whether it is whole.

    Returns:
        One row per place where something was found, or one row saying that nothing was:
        dataset, origin, path, state (`whole`, `damaged`, `not found`), detail; the first row
        of a data set is the one that runs use. Nothing is downloaded.
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
        _load(source)
    except DataError as error:
        return (source.dataset, source.origin, str(source.path), "damaged", str(error))
    return (source.dataset, source.origin, str(source.path), "whole", "")


def _places(dataset: Dataset, data_dir: str | Path | None) -> Iterator[Source]:
    given, origin = data_dir, "--data-dir"
    if given is None:
        given, origin = os.environ.get("TUNEGRID_DATA") or None, "TUNEGRID_DATA"
    if given is not None:
        if not Path(given).is_dir():
            raise DataError(f"{origin} names {given}, which is no folder: correct it.")
        yield from _look(dataset, origin, Path(given))
    yield from _look(dataset, "Keras's cache", _keras_cache())
    yield from _look(dataset, "Debian's package", DEBIAN_FOLDER)


def _look(dataset: Dataset, origin: str, folder: Path) -> Iterator[Source]:
    """Look for a file NAME.npz and for a folder that holds at least one of the IDX files."""
    for path in (folder / f"{dataset.name}.npz", folder / dataset.folder / f"{dataset.name}.npz"):
        if path.is_file():
            yield Source(dataset.name, origin, path)
    for name in dict.fromkeys((dataset.folder, dataset.name)):
        if any(_idx_file(folder / name, part).is_file() for part in PARTS):
            yield Source(dataset.name, origin, folder / name)


def _idx_file(folder: Path, part: str) -> Path:
    """Name the IDX file of a part: the unpacked one if that is what is there."""
    plain = folder / _IDX_FILES[part]
    return plain if plain.is_file() else plain.with_name(plain.name + ".gz")


def _keras_cache() -> Path:
    home = os.environ.get("KERAS_HOME") or Path("~/.keras").expanduser()
    return Path(home) / "datasets"


def _read(dataset: Dataset, file: Path, part: str) -> np.ndarray:
    try:
        if file.suffix == ".npz":
            with np.load(file, allow_pickle=False) as arrays:
                return arrays[part]
        content = file.read_bytes()
        return parse_idx(gzip.decompress(content) if file.suffix == ".gz" else content)
    except FileNotFoundError:
        raise _damaged(dataset, file, "this file is missing") from None
    except KeyError:
        raise _damaged(dataset, file, f"the array {part} is missing") from None
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as error:
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


def _download(dataset: Dataset) -> Source:
    """Let Keras fetch the data set into its cache, which is the last of the places.

    In a process of its own: Keras brings its backend, its progress bars and its logs.
    """
    script = f"import keras; keras.datasets.{dataset.name}.load_data()"
    try:
        done = subprocess.run(
            [interpreter(), "-P", "-c", script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
            check=False,
        )
        lines = [] if done.returncode == 0 else done.stderr.strip().splitlines()
    except subprocess.TimeoutExpired:
        lines = [f"it took more than {DOWNLOAD_SECONDS} seconds"]
    for source in _look(dataset, "Keras's download", _keras_cache()):
        return source
    reason = lines[-1][:150] if lines else "no reason given"
    raise DataMissingError(
        f"{dataset.title} was not found on this machine, and Keras could not download it "
        f"({reason}). {dataset.advice}"
    )
