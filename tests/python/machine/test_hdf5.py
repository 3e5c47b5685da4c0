"""HDF5 is read as it is stored: whole or in pieces, compressed or not, of the size that it says."""

import h5py
import numpy as np
import pytest

from tunegrid.errors import StoreError
from tunegrid.machine.hdf5 import check_weights, has_names, opened_hdf5, read_plain

LIMIT = 1 << 24


def read(path, shape, kind, name="x"):
    """Read a dataset as an importer does."""
    with opened_hdf5(path, limit=LIMIT, error=StoreError) as file:
        return read_plain(file, name, shape, np.dtype(kind), StoreError)


@pytest.mark.parametrize("kind", ["u1", "<u2", "<f4", "S64"])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"chunks": (100, 64)},
        {"chunks": (300, 70), "compression": "gzip"},
        {"chunks": (130, 33), "compression": "gzip", "shuffle": True},
        {"compression": "gzip", "shuffle": True, "compression_opts": 9},
    ],
)
def test_what_h5py_writes_comes_back(tmp_path, kind, how):
    """Also where pieces reach over the edge."""
    values = np.random.default_rng(1).integers(0, 200, (300, 70)).astype(kind)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=values, **how)
    assert np.array_equal(read(tmp_path / "a.h5", values.shape, kind), values)


def test_what_is_empty_comes_back(tmp_path):
    """An export without a done run has no rows."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = np.zeros((0,), "u1")
    assert read(tmp_path / "a.h5", (0,), "u1").shape == (0,)


@pytest.mark.parametrize(
    ("shape", "kind", "said"),
    [
        ((3, 4), "u1", "has the shape"),
        ((4, 3), "<u2", "holds uint8"),
        ((4, 3), "i1", "holds uint8"),
    ],
)
def test_another_shape_or_type_is_refused(tmp_path, shape, kind, said):
    """Before it is read."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = np.zeros((4, 3), "u1")
    with pytest.raises(StoreError, match=said):
        read(tmp_path / "a.h5", shape, kind)


@pytest.mark.parametrize("name", ["a/x", "..", ".", "/a/x", "y"])
def test_a_name_that_is_a_path_is_refused(tmp_path, name):
    """It would go through links."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["a/x"] = np.zeros((4, 3), "u1")
    with pytest.raises(StoreError, match="is not there, or its name is a path"):
        read(tmp_path / "a.h5", (4, 3), "u1", name)


def test_a_piece_that_inflates_to_more_is_refused(tmp_path):
    """It is inflated to the size that it must have, and not further."""
    import zlib

    with h5py.File(tmp_path / "a.h5", "w") as file:
        made = file.create_dataset("x", (2, 1000), "u1", chunks=(2, 1000), compression="gzip")
        made.id.write_direct_chunk((0, 0), zlib.compress(bytes(1_000_000)))
    with pytest.raises(StoreError, match="has not the size"):
        read(tmp_path / "a.h5", (2, 1000), "u1")


def test_pieces_that_are_not_stored_are_refused(tmp_path):
    """HDF5 would fill them in, without end."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", (1000, 1 << 20), "u1", chunks=(1, 1 << 20))
    with pytest.raises(StoreError, match="lacks pieces"):
        read(tmp_path / "a.h5", (1000, 1 << 20), "u1")


def test_names_are_counted_before_one_is_read(tmp_path, monkeypatch):
    """A small file can have millions of them, and each takes h5py a while."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name in "abc":
            file[name] = 1
    with h5py.File(tmp_path / "a.h5") as file:
        assert has_names(file, ["c", "b", "a"])
        assert not has_names(file, ["c", "b", "d"])
        monkeypatch.setattr(h5py.Group, "__iter__", None)
        monkeypatch.setattr("tunegrid.machine.hdf5.MOST_ENTRIES", 2)
        assert not has_names(file, ["c", "b"])
        with pytest.raises(StoreError, match="more in it than any model"):
            check_weights(file, 10, StoreError)
