"""Files that someone else may have made: regular ones only, of bounded size, without links.

People send each other study files, exports, stores and data. Whatever reads one of those begins
here, and states its limit as a constant of its own.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePath, PureWindowsPath
from typing import BinaryIO

from ..errors import SpecError, TunegridError, quoted

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

_UNITS = ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB"))


@contextlib.contextmanager
def opened(
    path: Path, *, limit: int, error: type[TunegridError] = SpecError, links: bool = True
) -> Iterator[BinaryIO]:
    """Open a file from outside to read its bytes.

    Args:
        path: what is opened.
        limit: the most bytes that it may have.
        error: what is raised for a file that is not taken.
        links: whether `path` itself may be a symbolic link: a file that the user named may, one
            that lies in a folder from elsewhere may not.

    Raises:
        error: when it is no regular file, too large, or a link; nothing waits, as opening a named
            pipe would.
        OSError: when it cannot be opened.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    if not links:
        check_no_link(path, error)
        flags |= getattr(os, "O_NOFOLLOW", 0)
    number = os.open(path, flags)
    try:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise error(f"{quoted(path)} is no regular file: give one.")
        if found.st_size > limit:
            raise error(f"{quoted(path)} has {size(found.st_size)}, and {size(limit)} is the most.")
        with os.fdopen(number, "rb", closefd=False) as stream:
            yield stream
    finally:
        os.close(number)


def read_outside(
    path: Path, *, limit: int, error: type[TunegridError] = SpecError, links: bool = True
) -> bytes:
    """Read the whole of a file from outside: see `opened`."""
    with opened(path, limit=limit, error=error, links=links) as stream:
        content = stream.read(limit + 1)  # it can have grown, and /proc tells no sizes
    if len(content) > limit:
        raise error(f"{quoted(path)} is larger than {size(limit)}, which is the most.")
    return content


def sha256_outside(
    path: Path, *, limit: int, error: type[TunegridError] = SpecError, links: bool = False
) -> str:
    """Give the SHA-256 of a file from outside: see `opened`."""
    with opened(path, limit=limit, error=error, links=links) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def inside(folder: Path, name: str, *, error: type[TunegridError] = SpecError) -> Path:
    """Give the path of a file that a text from outside names, in the folder that it came with.

    Args:
        folder: where it must lie, at any depth.
        name: what stands in a study file, a manifest or a table.
        error: what is raised.

    Raises:
        error: for an absolute path or one of a drive, one with `..`, as any system reads it, and
            where a part below `folder` is a link.
    """
    parts, elsewhere = PurePath(name).parts, PureWindowsPath(name)
    leads_out = PurePath(name).anchor or elsewhere.anchor or ".." in elsewhere.parts
    if not parts or leads_out or "\0" in name:
        raise error(f"{quoted(name)} is no file inside {folder}: give a path that stays in it.")
    path = folder
    for part in parts:
        path = path / part
        check_no_link(path, error)
    return path


def check_no_link(path: Path, error: type[TunegridError] = SpecError) -> None:
    """Refuse a symbolic link by its name; what is not there is no link."""
    with contextlib.suppress(OSError):  # a name too long for any file
        if path.is_symlink():
            raise error(f"{quoted(path)} is a symbolic link, which is not followed: take it away.")


def check_no_links(folder: Path, error: type[TunegridError] = SpecError) -> None:
    """Refuse a folder in which something is a symbolic link; one that is not there has none."""
    try:
        with os.scandir(folder) as found:
            for entry in found:
                if entry.is_symlink():
                    check_no_link(Path(entry.path), error)
    except (FileNotFoundError, NotADirectoryError):
        return


def check_regular(path: Path, error: type[TunegridError] = SpecError) -> None:
    """Refuse what is there and is no regular file, before somebody else opens it."""
    check_no_link(path, error)
    if path.exists() and not path.is_file():
        raise error(f"{quoted(path)} is no regular file: take it away.")


def size(count: int) -> str:
    """Say how many bytes.

    >>> size(3 << 20), size(1500), size(12)
    ('3 MiB', '1.5 KiB', '12 bytes')
    """
    for unit, name in _UNITS:
        if count >= unit:
            return f"{count / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{count} bytes"
