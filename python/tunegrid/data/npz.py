"""Archives of arrays (.npz) that someone else may have made: as much is read as headers say.

NumPy inflates a member before it has looked at its header, and makes whatever array that asks for.
Here the header comes first, its array is held against a limit, and no more bytes are inflated.
"""

import math
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import DataError, quoted
from ..machine.outside import GIB, opened, size

#: The most bytes of an archive, and of all arrays that are read from one.
ARRAYS_MOST = 4 * GIB

#: The most members of an archive; the longest header of an array.
_MOST_MEMBERS, _LONGEST_HEADER = 64, 10_000

#: The most bytes that are read at once: more than the list of so many members has.
_PIECE = 1 << 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
# A header of the second version can have 4 GiB, which NumPy reads before it looks at the length.
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0}

#: Shape, whether the order is Fortran's, type.
_Header = tuple[tuple[int, ...], bool, np.dtype]


def read_npz(
    path: Path, names: Iterable[str], *, most: int = ARRAYS_MOST, links: bool = True
) -> dict[str, np.ndarray]:
    """Read arrays of an archive.

    Args:
        path: of it.
        names: of the arrays; one that is not in it is left out.
        most: the most bytes that these arrays may have together.
        links: whether `path` may be a symbolic link.

    Raises:
        DataError: for what is no such archive, arrays of objects, ones that are larger, and
            members that have not the bytes that their header asks for.
        OSError: when it cannot be opened.
    """
    with opened(path, limit=ARRAYS_MOST, error=DataError, links=links) as file:
        try:
            with zipfile.ZipFile(_InPieces(file)) as archive:
                members = _members(path, archive)
                wanted = {name: members[name] for name in names if name in members}
                headers = {name: _header(archive, one) for name, one in wanted.items()}
                _check_size(path, headers, most)
                return {
                    name: _array(path, archive, one, headers[name]) for name, one in wanted.items()
                }
        except DataError:
            raise
        except Exception as found:  # noqa: BLE001 - zipfile, zlib, struct, tokenize: a dozen kinds
            said = quoted(str(found) or type(found).__name__)
            raise DataError(f"{quoted(path)} is no whole .npz archive ({said}).") from None


class _InPieces:
    """A file that gives nothing large at once: zipfile would read a list of members of any length.

    What it does with that list takes twenty times its bytes.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, count: int = _PIECE) -> bytes:
        if count > _PIECE:
            raise ValueError("its list of members is too long")
        return self._file.read(count)


def _members(path: Path, archive: zipfile.ZipFile) -> Mapping[str, zipfile.ZipInfo]:
    """Find the arrays by their names, without the ending that NumPy gives them."""
    found = archive.infolist()
    if len(found) > _MOST_MEMBERS:
        raise DataError(f"{quoted(path)} has {len(found)} members, {_MOST_MEMBERS} are the most.")
    for one in found:
        if one.compress_type not in _METHODS or one.flag_bits & _ENCRYPTED:
            raise DataError(f"{quoted(path)}: {quoted(one.filename)} is packed in an odd way.")
    return {one.filename.removesuffix(".npy"): one for one in found}


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> _Header:
    with archive.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        return _HEADERS[version](stream, max_header_size=_LONGEST_HEADER)


def _check_size(path: Path, headers: Mapping[str, _Header], most: int) -> None:
    total = 0
    for name, (shape, _, kind) in headers.items():
        if kind.hasobject or kind.itemsize == 0 or any(count < 0 for count in shape):
            raise DataError(f"{quoted(path)}: {quoted(name)} holds {quoted(kind)}, not numbers.")
        total += math.prod(shape) * kind.itemsize
    if total > most:
        raise DataError(
            f"{quoted(path)} holds arrays of {size(total)}, and {size(most)} is the most."
        )


def _array(
    path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, header: _Header
) -> np.ndarray:
    """Read the bytes that the header asks for, and see that there are no others."""
    shape, is_fortran, kind = header
    count = math.prod(shape) * kind.itemsize
    content = bytearray()  # which grows with what is there, and not with what a header says
    with archive.open(member) as stream:
        _HEADERS[np.lib.format.read_magic(stream)](stream, max_header_size=_LONGEST_HEADER)
        is_so = member.file_size - stream.tell() == count
        while is_so and (piece := stream.read(min(_PIECE, count - len(content)))):
            content += piece
        if len(content) < count or stream.read(1):
            raise DataError(f"{quoted(path)}: {quoted(member.filename)} is not of its own size.")
    array = np.frombuffer(content, kind)
    return array.reshape(shape[::-1]).T if is_fortran else array.reshape(shape)
