"""A real R with knitr that stays open, for comparison; and Python values as R writes them."""

import contextlib
import datetime as dt
import os
import shlex
import subprocess
from pathlib import Path

import numpy as np

SCRIPT = Path(__file__).with_name("live_knitr.R")
COMMAND = shlex.split(os.environ.get("TUNEGRID_RSCRIPT", "Rscript"))


class Knitr:
    """R in a process of its own; `TUNEGRID_RSCRIPT` is the command that starts it."""

    def __init__(self):
        # -e, for an R that may see other files than we do
        self._process = subprocess.Popen(
            [*COMMAND, "-e", SCRIPT.read_text(encoding="utf-8")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        try:
            self.version = self.evaluate('packageVersion("knitr")')
        except OSError:
            self.close()
            raise

    def evaluate(self, expression: str) -> str:
        """Evaluate an expression; the lines of its value, or a ValueError with R's message."""
        assert "\n" not in expression
        self._process.stdin.write(expression.encode() + b"\n")
        self._process.stdin.flush()
        kind, _, size = self._process.stdout.readline().partition(b" ")
        if not size:
            raise OSError("it does not answer")
        text = self._process.stdout.read(int(size) + 1)[:-1].decode()
        if kind == b"error":
            raise ValueError(text)
        return text

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


def r_text(value: str | None) -> str:
    """Write text for R's parser, with escapes for all but plain ASCII."""
    if value is None:
        return "NA_character_"
    plain = (
        character
        if character.isascii() and character.isprintable() and character not in '\\"'
        else f"\\U{{{ord(character):x}}}"
        for character in value
    )
    return '"' + "".join(plain) + '"'


def r_double(value: float | None) -> str:
    """Write a double exactly; None is NA."""
    if value is None:
        return "NA_real_"
    if np.isfinite(value):
        return float(value).hex()
    return "NaN" if np.isnan(value) else "Inf" if value > 0 else "-Inf"


def r_vector(values: list[str], empty: str) -> str:
    """Write a vector of values that are written already."""
    return f"c({', '.join(values)})" if values else f"{empty}(0)"


def r_value(value: object) -> str:
    """Write an argument of kable."""
    if value is None or value is False or value is True:
        return {None: "NULL", False: "FALSE", True: "TRUE"}[value]
    if isinstance(value, str):
        return r_text(value)
    if isinstance(value, dict):
        return f"list({', '.join(f'{name} = {r_value(item)}' for name, item in value.items())})"
    if isinstance(value, list | tuple):
        return r_vector([r_value(item) for item in value], "character")
    return repr(value)


def r_seconds(moment: dt.datetime) -> str:
    """Write a moment in UTC as the seconds that R keeps."""
    return r_double((moment - dt.datetime(1970, 1, 1, tzinfo=moment.tzinfo)).total_seconds())
