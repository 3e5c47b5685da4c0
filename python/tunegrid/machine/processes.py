"""Numbers of processes, as they stand in texts that anybody can write."""

import re

_NUMBER = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_MOST = 2**31 - 1  # a pid_t


def process_number(text: str) -> int | None:
    """Read a process's number; None for a text that is none.

    >>> process_number("17"), process_number("99999999999999999999"), process_number("²")
    (17, None, None)
    """
    number = int(text) if _NUMBER.fullmatch(text) else _MOST + 1
    return number if number <= _MOST else None
