"""Whatever a file of data holds: arrays, or one sentence."""

import gzip
import io
import math
import struct
import zipfile

import numpy as np
import pytest
from hostile import changed_bytes, csvs, law, said, tried
from hypothesis import strategies as st

from tunegrid.data.files import read_data
from tunegrid.data.reading import read_idx
from tunegrid.errors import DataError

MOST = 1000

sizes = st.one_of(st.integers(0, 9), st.sampled_from([2**16, 2**31, 2**32 - 1]))
heads = st.builds(
    lambda start, shape: start + bytes([len(shape)]) + struct.pack(f">{len(shape)}I", *shape),
    st.sampled_from([b"\0\0\x08", b"\0\0\x0d", b"\0\1\x08"]),
    st.lists(sizes, max_size=70),
)
idx = st.builds(bytes.__add__, heads, st.one_of(st.binary(max_size=99), st.just(bytes(2 * MOST))))


def _npz(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(f"{name}.npy", member)
    return content.getvalue()


def _npy(version, described, content):
    text = described.encode()
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + content


members = st.builds(
    _npy,
    st.sampled_from([1, 2, 3, 9]),
    st.one_of(
        st.builds(
            "{{'descr': {!r}, 'fortran_order': {}, 'shape': {}}}".format,
            st.sampled_from(["|u1", "<f8", "|O", "<U3", "|V0", "<M8[s]", "bad", "|S100000000"]),
            st.booleans(),
            st.lists(st.one_of(sizes, st.integers(-3, 2**70)), max_size=4).map(tuple),
        ),
        st.text(max_size=20),
        st.just("(" * 5000),
    ),
    st.one_of(st.binary(max_size=99), st.just(bytes(9999))),
)
parts = st.sampled_from(["x_train", "y_train", "x_test", "y_test", "class_names"])


def _good():
    content = io.BytesIO()
    x, y = np.arange(40).reshape(4, 10), np.arange(4) % 2
    np.savez(content, x_train=x, y_train=y, x_test=x, y_test=y)
    return content.getvalue()


npz = st.one_of(
    st.dictionaries(parts, members, max_size=5).map(_npz),
    changed_bytes(_good()),
)


@tried
@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.hostile("an IDX file, plain and packed")
def test_an_idx_file_is_an_array_or_a_value_error(count, is_packed):
    """Packed or not, and no larger than it may be."""

    @law(count, idx)
    def _(content):
        stream = io.BytesIO(content)
        if is_packed:
            stream = gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(content, 1)))
        try:
            assert math.prod(read_idx(stream, most=MOST).shape) <= MOST
        except ValueError as error:
            assert str(error)


@tried
@pytest.mark.parametrize(("ending", "contents"), [("npz", npz), ("csv", csvs)])
@pytest.mark.hostile("a .npz or csv file of data")
def test_a_file_of_data_is_data_or_one_sentence(count, ending, contents, tmp_path):
    """Headers that say anything, bytes that are changed, tables of anything."""
    file = tmp_path / f"a.{ending}"

    @law(count, contents)
    def _(content):
        file.write_bytes(content)
        try:
            assert read_data(file).dataset.classes > 1
        except DataError as error:
            said(error)
