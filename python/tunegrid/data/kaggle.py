"""Kaggle's Fashion-MNIST: two csv files, another split of another release.

Nobody has said the digest of the whole. What is pinned is its shape and the digests of the first
16 rows of either file, which were seen in public copies of it; the digest of the whole, as it is
found, is part of every run's key.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..machine.files import is_file
from .datasets import DATASETS, Images
from .files import read_table

NAME = "fashion_mnist_kaggle"

FILES: Mapping[str, str] = {"train": "fashion-mnist_train.csv", "test": "fashion-mnist_test.csv"}

_HEAD = 16

#: SHA-256 of the first 16 images and labels, as bytes, of each file.
_HEADS: Mapping[str, tuple[str, str]] = {
    "train": (
        "59636fb1c07cd1ce93802af4ae87085f434bb8fe01a78ad2869df875ff8c5c94",
        "38688fc30a18c2a81f9ecae7edca20303fc17247598bfb05f9a1b0116e465851",
    ),
    "test": (
        "65c324b3d2ae70ab322ecc90c3a75c5b525baa55fde2e268f897e8095c1cc2de",
        "d548a636a9780b8061abeabe7484f2f1b5c4d6941ddaaaf745ff62e95fbfc858",
    ),
}


def has_files(folder: Path) -> bool:
    """Say whether a folder has one of the two files at least."""
    return any(is_file(folder / name) for name in FILES.values())


def read_kaggle(folder: Path) -> Images:
    """Read both files, held against what is known of them.

    Raises:
        DataError: naming the file, and what is wrong with it.
    """
    arrays = {}
    for part, name in FILES.items():
        x, y = _read(folder / name, part)
        arrays |= {f"x_{part}": x, f"y_{part}": y}
    return Images(**arrays)


def _read(file: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    dataset = DATASETS[NAME]
    if not is_file(file):
        raise _other(file, "this file is missing")
    table = read_table(file)
    rows = dataset.train_images if part == "train" else dataset.test_images
    pixels = dataset.shape[0] * dataset.shape[1]
    if list(table) != ["label", *(f"pixel{number}" for number in range(1, pixels + 1))]:
        raise _other(file, f"its columns are not label and pixel1 to pixel{pixels}")
    if len(table) != rows:
        raise _other(file, f"it has {len(table)} rows, and not {rows}")
    for name, values in table.items():
        if values.dtype.kind not in "iu" or values.min() < 0 or values.max() > np.iinfo("u1").max:
            raise _other(file, f"the column {name} holds something else than bytes")
    values = table.to_numpy(np.uint8)
    x = np.ascontiguousarray(values[:, 1:]).reshape(rows, *dataset.shape)
    y = np.ascontiguousarray(values[:, 0])
    if y.max() >= dataset.classes:
        raise _other(file, f"row {int(y.argmax()) + 1} has the label {y.max()}")
    heads = (hashlib.sha256(one[:_HEAD].tobytes()).hexdigest() for one in (x, y))
    if tuple(heads) != _HEADS[part]:
        raise _other(file, f"its first {_HEAD} rows are not those of Kaggle's file")
    return x, y


def _other(file: Path, problem: str) -> DataError:
    return DataError(
        f"{file}: {problem}, so this is not {DATASETS[NAME].title}. Replace the file or take it "
        f"away. {DATASETS[NAME].advice}"
    )
