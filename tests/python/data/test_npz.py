"""Archives of arrays are read as their headers say, and no more of them."""

import io
import struct
import zipfile

import numpy as np
import pytest

from tunegrid.data.npz import read_npz
from tunegrid.errors import DataError


def header(shape, kind="|u1", order=False):
    """Write the header of an array."""
    stream = io.BytesIO()
    said = {"descr": kind, "fortran_order": order, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, said)
    return stream.getvalue()


def archive(path, members, method=zipfile.ZIP_DEFLATED):
    """Write an archive of members."""
    with zipfile.ZipFile(path, "w", method) as made:
        for name, content in members.items():
            made.writestr(f"{name}.npy", content)
    return path


def test_arrays_come_back_as_numpy_wrote_them(tmp_path):
    """Of any shape, type and order; what is not asked for is not read."""
    given = {
        "a": np.arange(6, dtype="<u2").reshape(2, 3),
        "b": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "c": np.array(7),
        "d": np.array(["x", "yy"]),
        "e": np.zeros((0, 3)),
    }
    np.savez_compressed(tmp_path / "a.npz", **given, other=np.array([None]))
    found = read_npz(tmp_path / "a.npz", [*given, "missing"])
    assert list(found) == list(given)
    for name, array in given.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)
        found[name].flags.writeable = False  # as its reader may want it


#: Archives that are none, or more than they say.
BAD = {
    "no archive": lambda path: path.write_bytes(b"no"),
    "an empty file": lambda path: path.write_bytes(b""),
    "an array of a tebibyte": lambda path: archive(path, {"a": header((1 << 40,))}),
    "an array of 400 digits": lambda path: archive(path, {"a": header((10**400,))}),
    "a negative shape": lambda path: archive(path, {"a": header((-1,))}),
    "fewer bytes than the header asks for": lambda path: archive(
        path, {"a": header((100,)) + bytes(99)}
    ),
    "a bomb behind a small header": lambda path: archive(
        path, {"a": header((100,)) + bytes(1 << 26)}
    ),
    "Python objects": lambda path: np.savez(path, a=np.array([{}])),
    "objects by a header": lambda path: archive(path, {"a": header((1,), "|O") + bytes(8)}),
    "a type of no bytes": lambda path: archive(path, {"a": header((1,), "|V0")}),
    "a header that is code": lambda path: archive(
        path,
        {"a": b"\x93NUMPY\x01\x00" + struct.pack("<H", 30) + b"__import__('os').getpid()     "},
    ),
    "a header without end": lambda path: archive(
        path, {"a": b"\x93NUMPY\x02\x00" + struct.pack("<I", 1 << 31) + b"("}
    ),
    "a version of tomorrow": lambda path: archive(path, {"a": b"\x93NUMPY\x09\x00" + bytes(99)}),
    "another packing": lambda path: archive(path, {"a": header((3,)) + b"abc"}, zipfile.ZIP_LZMA),
    "more members than any": lambda path: archive(path, {f"m{n}": b"" for n in range(100)}),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_archive_of_numbers_is_refused_in_words(tmp_path, what):
    """Before there is an array."""
    path = tmp_path / "a.npz"
    BAD[what](path)
    with pytest.raises(DataError, match=r"a\.npz") as found:
        read_npz(path, ["a"], most=1 << 30)
    assert "allow_pickle" not in str(found.value)


def test_a_list_of_members_without_end_is_not_read(tmp_path):
    """It would take twenty times its bytes before it is counted."""
    listed = (b"PK\x01\x02" + bytes(24) + b"\1" + bytes(17) + b"a") * 100_000
    end = b"PK\x05\x06" + struct.pack("<8xLLH", len(listed), 0, 0)
    (tmp_path / "a.npz").write_bytes(listed + end)
    with pytest.raises(DataError, match="its list of members is too long"):
        read_npz(tmp_path / "a.npz", ["a"])


def test_arrays_are_bounded_together(tmp_path):
    """Two halves are a whole."""
    np.savez(tmp_path / "a.npz", a=np.zeros(64, "u1"), b=np.zeros(64, "u1"))
    assert len(read_npz(tmp_path / "a.npz", ["a"], most=100)) == 1
    with pytest.raises(DataError, match="holds arrays of 128 bytes, and 100 bytes is the most"):
        read_npz(tmp_path / "a.npz", ["a", "b"], most=100)


def test_a_link_in_a_folder_from_elsewhere_is_refused(tmp_path):
    """Unless the user named it."""
    np.savez(tmp_path / "a.npz", a=np.zeros(3))
    (tmp_path / "b.npz").symlink_to(tmp_path / "a.npz")
    assert len(read_npz(tmp_path / "b.npz", ["a"])) == 1
    with pytest.raises(DataError, match="symbolic link"):
        read_npz(tmp_path / "b.npz", ["a"], links=False)
