"""What an inspection finds: the checks, and what is not as it should be."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ...errors import StoreError

Row = Mapping[str, object]

#: What is checked, in this order, and what it means that it holds.
CHECKS: Mapping[str, str] = {
    "file": "SQLite finds the file whole, and every reference in it leads somewhere",
    "runs": "every planned run is done, and was done once",
    "keys": "every key is the SHA-256 of its run's spec",
    "plans": "every planned configuration gives its run, departures from the protocol marked",
    "epochs": "every done run has all its epochs, and its best one is the best",
    "predictions": "every done run has the class of each test image, and they give its accuracy",
    "environments": "every done run names what it was made with",
    "attempts": "every attempt has ended, or is in training",
    "looks": "every look at a claim has its numbers",
    "weights": "every weights file that a run names is there, with its SHA-256",
}


@dataclass(frozen=True)
class Finding:
    """Something about a store that is not as it should be.

    Attributes:
        check: which of `CHECKS`.
        level: `wrong`; `incomplete`, for what is yet to be trained; `note`, for what takes
            care of itself or cannot be checked here.
        text: what it is, for people.
        repair: how it can be mended, a name of `repair.REPAIRS`; None when it cannot.
        key: of the run that it is about, if it is about one.
        row: what tells a row of a plan or another table, if it is about one.
        spec: of the run, where it could be made anew.
        count: how many things it is about.
    """

    check: str
    level: Literal["wrong", "incomplete", "note"]
    text: str
    repair: str | None = None
    key: str | None = None
    row: tuple[object, ...] | None = None
    spec: str | None = None
    count: int = 1


def unread(check: str, error: StoreError) -> Finding:
    """Say that a check could not be made to its end."""
    said = str(error) if check == "file" else f"not checked to the end: {error}"
    return Finding(check, "wrong", said)


def digest(text: str) -> str:
    """Give the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def short(key: object) -> str:
    """Name a run by the beginning of its key."""
    return f"run {str(key)[:12]}"
