"""What can go wrong, for a person to read: every message is one sentence that says what to do."""

import re
from collections.abc import Callable, Iterable

#: The most characters of an input that a message quotes.
QUOTED = 200

#: What a terminal obeys or hides: control characters but for line ends and tabs, marks that turn
#: the direction of writing, letters without a width, and halves of characters. R/escaped.R has it.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)


def shown(text: object) -> str:
    r"""Give a text as a terminal may see it: control characters stand escaped.

    >>> shown("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), str(text))


def quoted(value: object, most: int = QUOTED, *, write: Callable[[object], str] = str) -> str:
    """Give an input as a message quotes it: as `shown`, in one line, cut after `most` characters.

    `write` says how it is written: `repr` puts texts into quotes.

    >>> quoted("a" * 300, 5)
    'aaaaa…'
    """
    try:
        text = write(value)
    except ValueError:  # Python writes no whole number of more than 4300 digits
        text = "a number of thousands of digits"
    line = " ".join(shown(text[: most + 1]).split("\n"))
    return line if len(text) <= most else f"{line[:most]}…"


def listed(names: Iterable[object], most: int = 8) -> str:
    """List names in the room that a sentence has, each as `quoted`.

    >>> listed(["a", "b", "c"], 2), listed([])
    ('a, b, …', 'none')
    """
    texts = [quoted(name) for name in names]
    return ", ".join(texts[:most]) + (", …" if len(texts) > most else "") or "none"


def counted(number: int, noun: str) -> str:
    """Say how many there are.

    >>> counted(1, "finding"), counted(2, "finding")
    ('1 finding', '2 findings')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def mistaken(name: str, wanted: str, given: object) -> "SpecError":
    """Give the error for an argument that is of another kind than it must be.

    >>> str(mistaken("store", "the path of a folder", 5))
    'store must be the path of a folder, not 5 (int).'
    """
    is_short = isinstance(given, (str, bytes, int, float, type(None)))
    kind = type(given).__name__
    said = f"{quoted(repr(given), 40)} ({kind})" if is_short and given is not None else kind
    return SpecError(f"{name} must be {wanted}, not {'None' if given is None else said}.")


class TunegridError(Exception):
    """The root of every error that tunegrid raises on purpose; its message can be printed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(shown(message))


class SpecError(TunegridError):
    """A study, an option or a configuration asks for something that cannot be."""


class DataError(TunegridError):
    """A data set is missing, incomplete or not the one that it claims to be."""


class DataMissingError(DataError):
    """A data set is nowhere to be found, and could not be downloaded."""


class DataWarning(UserWarning):
    """Data can be trained, and hardly be meant, as with labels that begin at 1."""


class RunError(TunegridError):
    """Training cannot start or cannot go on."""


class StoreError(TunegridError):
    """A store cannot be read or written, or was written by a newer version."""


class DamagedStoreError(StoreError):
    """A store's file is not whole: `repair_store` may bring back what can be read of it."""


class OtherVersionError(StoreError):
    """A run was planned by an older or a newer tunegrid, which knows what this one does not."""


def damaged_store(folder: object, why: object) -> DamagedStoreError:
    """Give the error for a store whose file is not whole, with what to do."""
    return DamagedStoreError(
        f"The store {folder} is damaged ({why}): see with `tune-grid verify` what is left, mend it "
        f"with `tune-grid repair`, or give another --store."
    )


class BridgeError(TunegridError):
    """R cannot be reached from here, or would not do what it was asked."""
