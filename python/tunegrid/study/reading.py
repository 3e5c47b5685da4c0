"""Study files as they come: TOML of bounded size and depth, and values that all can be.

Python's reader of TOML takes a time that grows with the square of the dots in a key, and calls
itself for each bracket. So dots and brackets are counted first.
"""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import SpecError, quoted
from ..machine.outside import KIB, read_outside, size

#: The most bytes of a study file; the longest that ships has 20 KiB.
MOST_BYTES = 512 * KIB

#: The most dots in a key, and the most brackets inside one another.
MOST_DEEP = 16

#: The most values in one list: as many as rows of a grid in a file.
MOST_VALUES = 100_000

#: What TOML promises of whole numbers.
_MOST = 2**63

# A text that is never closed ends with its line, or with the file: so each is looked at once.
_TEXTS = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)'
    r"|'''.*?(?:'{3,5}|\Z)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'[^'\n]*'?"
    r"|\#[^\n]*",
    re.DOTALL,
)
_BLANKS = str.maketrans("", "", " \t\r")
_SEPARATORS = re.compile(r"[\n,=\[\]{}]")
_BRACKETS = re.compile(r"[\[\]{}]")


def read_study_file(file: Path, *, links: bool = False) -> dict[str, object]:
    """Read a study file.

    Args:
        file: its path.
        links: whether it may be a symbolic link, as the user named the file, not its folder.

    Raises:
        SpecError: when it cannot be read, is too large, or is no TOML.
    """
    try:
        content = read_outside(file, limit=MOST_BYTES, links=links)
        return read_toml(content.decode())
    except OSError as error:
        raise SpecError(f"{quoted(file)} cannot be read: {error.strerror}.") from None
    except ValueError as error:  # not TOML, or not UTF-8
        raise SpecError(f"{quoted(file)} is no valid TOML: {quoted(error)}.") from None


def read_toml(text: str) -> dict[str, object]:
    """Read TOML of bounded size and depth.

    Raises:
        ValueError: when it is none, or beyond `MOST_BYTES` or `MOST_DEEP`.
    """
    if len(text) > MOST_BYTES:
        raise ValueError(f"it is longer than {size(MOST_BYTES)}")
    bare = _TEXTS.sub("_", text).translate(_BLANKS)
    if any(part.count(".") > MOST_DEEP for part in _SEPARATORS.split(bare)):
        raise ValueError(f"a key has more than {MOST_DEEP} dots")
    depth = 0
    for bracket in _BRACKETS.findall(bare):
        depth += 1 if bracket in "[{" else -1
        if depth > MOST_DEEP:
            raise ValueError(f"more than {MOST_DEEP} brackets stand inside one another")
    found = tomllib.loads(text)
    check_values(found)
    return found


def check_values(content: object, *path: str) -> None:
    """Refuse numbers that are none, or that no setting, label or score could be.

    Args:
        content: of a study file, or of a study as JSON.
        *path: the keys below which it stands.

    Raises:
        ValueError: naming the key.
    """
    if len(path) > 2 * MOST_DEEP:
        raise ValueError(f"more than {2 * MOST_DEEP} tables and lists stand inside one another.")
    if isinstance(content, Mapping):
        for name, value in content.items():
            check_values(value, *path, str(name))
    elif isinstance(content, (list, tuple)):
        if len(content) > MOST_VALUES:
            raise ValueError(
                f"{_said(path)} has more than {MOST_VALUES} values, which is the most."
            )
        for position, value in enumerate(content):
            check_values(value, *path, str(position))
    elif isinstance(content, int) and abs(content) >= _MOST:
        raise ValueError(f"{_said(path)} is a whole number of more than 64 bits: give another.")
    elif isinstance(content, float) and not math.isfinite(content):
        raise ValueError(f"{_said(path)} is {content}: give a finite number.")


def _said(path: Sequence[str]) -> str:
    return quoted(".".join(path))
