"""MNIST and Fashion-MNIST: what they are, and where they were found.

A data set is known by the digests of its four arrays, whatever file they came in, so a run's key
can name its data before the data is there.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PARTS = ("x_train", "y_train", "x_test", "y_test")
SHAPES = {
    "x_train": (60_000, 28, 28),
    "y_train": (60_000,),
    "x_test": (10_000, 28, 28),
    "y_test": (10_000,),
}

#: Images are square, with one grey value a pixel.
IMAGE_SIDE = 28
CLASSES = 10


@dataclass(frozen=True)
class Dataset:
    """A data set as it must be.

    Attributes:
        name: Keras's module name.
        title: for people.
        folder: what its folder is called, in Keras's cache and in Debian.
        digests: SHA-256 of each array's bytes (uint8, C order).
        train_counts, test_counts: images of each class, 0 to 9 (counted in the label files).
        advice: how to get it.
    """

    name: str
    title: str
    folder: str
    digests: Mapping[str, str]
    train_counts: tuple[int, ...]
    test_counts: tuple[int, ...]
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
        train_counts=(6000,) * 10,
        test_counts=(1000,) * 10,
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
        train_counts=(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
        test_counts=(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
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
