"""What a data set is, and those that ship: MNIST and two releases of Fashion-MNIST.

A data set is known by the digest of its arrays, whatever file they came in, so a run's key can name
its data before the data is there.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_BYTES = 256

PARTS = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True)
class Dataset:
    """A data set as it must be: what is known of it without its arrays.

    Attributes:
        name: how settings call it.
        title: for people.
        digest: SHA-256 over its arrays, part of every key; None when it is known only once the
            data is there.
        shape: of one example: (height, width), (height, width, channels) or (features,).
        classes: how many; labels are whole numbers from 0.
        train_images, test_images: how many of each.
        dtype: of the examples: `uint8` or `float32`.
        class_names: for people; none by default.
        train_counts, test_counts: images of each class, from 0; empty where they are not known.
    """

    name: str
    title: str
    digest: str | None
    shape: tuple[int, ...] = (28, 28)
    classes: int = 10
    train_images: int = 60_000
    test_images: int = 10_000
    dtype: str = "uint8"
    class_names: tuple[str, ...] = ()
    train_counts: tuple[int, ...] = ()
    test_counts: tuple[int, ...] = ()

    @property
    def input_shape(self) -> tuple[int, ...]:
        """What a model takes: grey images have one channel."""
        return (*self.shape, 1) if len(self.shape) == len(("height", "width")) else self.shape


@dataclass(frozen=True, kw_only=True)
class Shipped(Dataset):
    """A data set that is known beforehand.

    Attributes:
        folder: what its folder is called, in Keras's cache and in Debian.
        digests: SHA-256 of each array's bytes (uint8, C order); empty where nobody has said them.
        advice: how to get it.
    """

    folder: str
    advice: str
    digests: Mapping[str, str]


def label_type(classes: int) -> np.dtype:
    """Give the type in which labels of so many classes are kept: one byte, or two."""
    return np.dtype(np.uint8 if classes <= _BYTES else "<u2")


def digest_of_four(digests: Mapping[str, str]) -> str:
    """Give the SHA-256 over the digests of the four arrays: what a run's key says of its data."""
    return hashlib.sha256("".join(digests[part] for part in PARTS).encode()).hexdigest()


def _pinned(name: str, title: str, digests: Mapping[str, str], **more: object) -> Shipped:
    return Shipped(name=name, title=title, digest=digest_of_four(digests), digests=digests, **more)


DATASETS: Mapping[str, Shipped] = {
    "fashion_mnist": _pinned(
        name="fashion_mnist",
        title="Fashion-MNIST",
        folder="fashion-mnist",
        digests={
            "x_train": "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
            "y_train": "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
            "x_test": "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
            "y_test": "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
        },
        train_counts=(6000,) * 10,
        test_counts=(1000,) * 10,
        advice="On Debian: sudo apt install dataset-fashion-mnist. Elsewhere put its four IDX "
        "files into a folder fashion-mnist and give the folder above it as --data-dir.",
    ),
    "mnist": _pinned(
        name="mnist",
        title="MNIST",
        folder="mnist",
        digests={
            "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
            "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
            "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
            "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
        },
        train_counts=(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
        test_counts=(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
        advice="Put Keras's mnist.npz, or the four IDX files in a folder mnist, into a folder "
        "and give that folder as --data-dir (or in TUNEGRID_DATA).",
    ),
    "fashion_mnist_kaggle": Shipped(
        name="fashion_mnist_kaggle",
        title="Kaggle's Fashion-MNIST",
        digest=None,
        folder="fashion-mnist-kaggle",
        digests={},
        train_counts=(6000,) * 10,
        test_counts=(1000,) * 10,
        advice="Download fashion-mnist_train.csv and fashion-mnist_test.csv from Kaggle "
        "(zalando-research/fashionmnist), put both into a folder fashion-mnist-kaggle, and give "
        "the folder above it as --data-dir (or in TUNEGRID_DATA).",
    ),
}


@dataclass(frozen=True)
class Source:
    """Where a data set was found: an .npz file, a folder of IDX files, or one of csv files.

    Attributes:
        dataset: its name.
        origin: whose place it is, for people.
        path: the file or the folder.
        digest: of the whole, for what is not pinned; None where nobody knows it before.
    """

    dataset: str
    origin: str
    path: Path
    digest: str | None = None


@dataclass(frozen=True)
class Images:
    """A whole data set: examples uint8 or float32 (n, *shape), labels uint8 or uint16 (n,)."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
