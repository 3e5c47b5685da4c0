"""Data sets are found in a fixed order, and checked by the digest of their arrays."""

import gzip
import io
import os
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tunegrid import dataset_status
from tunegrid.data import sources
from tunegrid.data.datasets import DATASETS
from tunegrid.data.reading import load_dataset, read_idx
from tunegrid.data.sources import find_dataset
from tunegrid.errors import DataError, DataMissingError

FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def idx(array):
    """Encode an array of bytes as an IDX file."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@pytest.fixture
def folder(tmp_path, fashion_mnist, monkeypatch):
    """A data folder with the real Fashion-MNIST as .gz files, and no other place to look."""
    monkeypatch.delenv("TUNEGRID_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(sources, "DEBIAN_FOLDER", tmp_path / "debian")
    inside = tmp_path / "data" / "fashion-mnist"
    inside.mkdir(parents=True)
    for part, name in FILES.items():
        content = gzip.compress(idx(getattr(fashion_mnist, part)), compresslevel=1)
        (inside / f"{name}.gz").write_bytes(content)
    return inside.parent


@given(arrays(np.uint8, array_shapes(min_dims=1, max_dims=3, max_side=6)))
def test_idx_reads_what_was_written(array):
    """Every array of bytes survives the IDX format."""
    assert np.array_equal(read_idx(io.BytesIO(idx(array)), most=216), array)


@given(st.binary(max_size=64))
def test_idx_refuses_or_reads_any_bytes(content):
    """Whatever is in a file, it is an array or a ValueError."""
    try:
        assert read_idx(io.BytesIO(content), most=64).dtype == np.uint8
    except ValueError as error:
        assert str(error)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "place", ["--data-dir", "TUNEGRID_DATA", "Keras's cache", "Debian's package"]
)
def test_each_place_is_found(place, folder, tmp_path, monkeypatch):
    """All four places on the machine are looked at, and the one that was taken is named."""
    given = folder if place == "--data-dir" else None
    if place == "TUNEGRID_DATA":
        monkeypatch.setenv("TUNEGRID_DATA", str(folder))
    elif place == "Keras's cache":
        shutil.move(folder, tmp_path / "keras" / "datasets")
    elif place == "Debian's package":
        shutil.move(folder, tmp_path / "debian")
    source = find_dataset("fashion_mnist", data_dir=given, download=False)
    assert source.origin == place
    assert load_dataset(source).x_train.shape == (60_000, 28, 28)


def test_the_data_dir_comes_first(folder, tmp_path, monkeypatch):
    """What is named on the command line goes before the environment and the cache."""
    shutil.copytree(folder, tmp_path / "keras" / "datasets")
    shutil.copytree(folder, tmp_path / "other")
    monkeypatch.setenv("TUNEGRID_DATA", str(tmp_path / "other"))
    assert find_dataset("fashion_mnist", data_dir=folder).path.parent == folder
    assert find_dataset("fashion_mnist").path.parent == tmp_path / "other"


def test_an_npz_holds_the_same_arrays(folder, fashion_mnist):
    """Keras's container gives the same digests as the IDX files."""
    shutil.rmtree(folder / "fashion-mnist")
    np.savez(folder / "fashion_mnist.npz", **{name: getattr(fashion_mnist, name) for name in FILES})
    images = load_dataset(find_dataset("fashion_mnist", data_dir=folder))
    assert np.array_equal(images.x_test, fashion_mnist.x_test)


def _remove(file):
    file.unlink()


def _truncate(file):
    os.truncate(file, file.stat().st_size // 2)


def _change_one_byte(file):
    content = bytearray(gzip.decompress(file.read_bytes()))
    content[-1] ^= 1
    file.write_bytes(gzip.compress(bytes(content), compresslevel=1))


def _replace_by_text(file):
    file.write_text("<html>404 Not Found</html>")


def _drop_an_image(file):
    array = read_idx(io.BytesIO(gzip.decompress(file.read_bytes())), most=7_840_000)
    file.write_bytes(gzip.compress(idx(array[:-1]), compresslevel=1))


def _begin_with_empty_members(file):
    file.write_bytes(gzip.compress(b"") * 100_000 + file.read_bytes())


def _say_something_behind(file):
    file.write_bytes(file.read_bytes() + gzip.compress(b""))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_begin_with_empty_members, "it is no gzip file of one member with at most 7.5 MiB"),
        (_say_something_behind, "it is no gzip file of one member"),
        (_remove, "this file is missing"),
        (_truncate, "cannot be read to its end"),
        (_change_one_byte, "the SHA-256 of x_test is"),
        (_replace_by_text, "cannot be read to its end"),
        (_drop_an_image, r"x_test is uint8 \(9999, 28, 28\), expected uint8 \(10000, 28, 28\)"),
    ],
)
def test_a_damaged_file_is_one_clear_error(folder, harm, said):
    """The error names the file, what was expected and what to do; no other place is tried."""
    file = folder / "fashion-mnist" / "t10k-images-idx3-ubyte.gz"
    harm(file)
    with pytest.raises(DataError, match=said) as caught:
        load_dataset(find_dataset("fashion_mnist", data_dir=folder))
    assert str(file) in str(caught.value)
    assert "Replace the file" in str(caught.value)
    state = dataset_status(data_dir=folder).set_index("dataset").loc["fashion_mnist"]
    assert state["state"] == "damaged"


def test_a_folder_that_is_none_is_an_error(tmp_path):
    """A wrong --data-dir is an error, and not a reason to look elsewhere."""
    with pytest.raises(DataError, match="which is no folder"):
        find_dataset("mnist", data_dir=tmp_path / "absent")


def test_what_is_nowhere_is_missing(folder):
    """A data set that is nowhere is answered with how to get it."""
    with pytest.raises(DataMissingError, match=r"MNIST was not found.*mnist\.npz"):
        find_dataset("mnist", data_dir=folder, download=False)


def test_status_lists_what_is_there_and_what_is_not(folder):
    """One row a place, one row for what is nowhere; nothing is downloaded."""
    status = dataset_status(data_dir=folder).set_index("dataset")
    assert status.loc["fashion_mnist", ["origin", "state"]].tolist() == ["--data-dir", "whole"]
    assert status.loc["mnist", "state"] == "not found"


def _counts(images):
    return tuple(tuple(np.bincount(labels).tolist()) for labels in (images.y_train, images.y_test))


def test_the_counts_of_the_classes_are_those_of_the_labels(fashion_mnist):
    """6000 and 1000 of each."""
    known = DATASETS["fashion_mnist"]
    assert _counts(fashion_mnist) == (known.train_counts, known.test_counts)


@pytest.mark.needs_mnist
@pytest.mark.skipif("TUNEGRID_DATA" not in os.environ, reason="real MNIST: set TUNEGRID_DATA")
def test_the_real_mnist_is_whole():
    """MNIST's digests are those of the real files."""
    images = load_dataset(find_dataset("mnist", download=False))
    assert _counts(images) == (DATASETS["mnist"].train_counts, DATASETS["mnist"].test_counts)
