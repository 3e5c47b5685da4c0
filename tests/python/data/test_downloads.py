"""What Keras downloads is in its cache whole and as pinned, or not at all."""

import gzip

import numpy as np
import pytest
from test_datasets import FILES, idx

from tunegrid.data import sources
from tunegrid.data.datasets import PARTS
from tunegrid.data.reading import load_dataset
from tunegrid.data.sources import find_dataset
from tunegrid.errors import DataMissingError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of Keras's, and no other place with data."""
    monkeypatch.delenv("TUNEGRID_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(sources, "DEBIAN_FOLDER", tmp_path / "debian")
    return tmp_path / "keras" / "datasets"


@pytest.fixture
def downloads(tmp_path, monkeypatch):
    """Put a program in Python's place that brings these files as Keras does."""

    def bring(arrays):
        (tmp_path / "net").mkdir()
        for part, array in arrays.items():
            content = gzip.compress(idx(array), compresslevel=1)
            (tmp_path / "net" / f"{FILES[part]}.gz").write_bytes(content)
        program = tmp_path / "keras-of-ours"
        folder = '"$KERAS_HOME/datasets/fashion-mnist"'
        program.write_text(f'#!/bin/sh\nmkdir -p {folder} && cp "{tmp_path}"/net/* {folder}\n')
        program.chmod(0o755)
        monkeypatch.setattr(sources, "interpreter", lambda: str(program))

    return bring


def test_what_is_pinned_is_moved_to_its_place(cache, downloads, fashion_mnist):
    """With nothing left beside it."""
    downloads({part: getattr(fashion_mnist, part) for part in PARTS})
    source = find_dataset("fashion_mnist")
    assert (source.origin, source.path) == ("Keras's download", cache / "fashion-mnist")
    assert np.array_equal(load_dataset(source).y_test, fashion_mnist.y_test)
    assert [path.name for path in cache.parent.iterdir()] == ["datasets"]


def test_what_is_not_pinned_never_gets_there(cache, downloads):
    """It is said what is wrong, and the next call begins anew."""
    downloads({part: np.zeros((3, 28, 28), np.uint8) for part in PARTS})
    with pytest.raises(DataMissingError, match=r"could not download it \(.*x_train is uint8 \(3"):
        find_dataset("fashion_mnist")
    assert list(cache.parent.iterdir()) == []


def test_a_file_beyond_its_size_is_not_unpacked(cache, downloads, monkeypatch):
    """A header that asks for gigabytes, and a file that has them."""
    downloads({"x_train": np.zeros((99_999, 28, 28), np.uint8)})
    with pytest.raises(DataMissingError, match=r"one member with at most 44\.9 MiB"):
        find_dataset("fashion_mnist")
    assert list(cache.parent.iterdir()) == []
