"""Files: questions about paths that never fail, a file's digest, a name that is free."""

import hashlib
import itertools
import os
from pathlib import Path

from ..errors import mistaken


def as_path(value: object, name: str, wanted: str = "the path of a folder") -> Path:
    """Give an argument that must be a path as one.

    Raises:
        SpecError: naming the argument, for anything but a text or a Path.
    """
    if not isinstance(value, (str, Path)) or "\0" in str(value):
        raise mistaken(name, wanted, value)
    return Path(value)


def is_file(path: Path) -> bool:
    """Say whether a path is a plain file that we can see."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Say whether a path is a folder that we can see."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def sha256_of(file: Path) -> str:
    """Give the SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def free_name(path: Path) -> Path:
    """Give a path at which there is nothing, no link either: it, or with -2, -3, … behind it."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return next(one for one in itertools.chain([path], numbered) if not os.path.lexists(one))
