"""From a pandas frame to a table of text, by the rules of knitr's `kable()`."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .base_r.numbers import Notation, format_numbers
from .base_r.rounding import round_digits
from .base_r.values import write_value
from .base_r.widths import printed_width
from .columns import Column, Durations, Numbers, Texts, read_column, write_index
from .versions import Knitr

NA = "NA"
_BLANKS = " \t\n\r"
_MORE_BLANKS = _BLANKS + "\f\v"
_UNESCAPED_BLANKS = re.compile(rf"^[{_MORE_BLANKS}]+|(?<!\\)[{_MORE_BLANKS}]+$")


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How values become text.

    Args:
        digits: decimals for each column.
        notation: the arguments of `format()` for numbers.
        na: what stands for a missing value.
        knitr: whose rules.
    """

    digits: list[int]
    notation: Notation
    na: str
    knitr: Knitr


def read_columns(frame: pd.DataFrame) -> list[Column]:
    """Read all columns of a frame as R would see them."""
    return [read_column(frame.iloc[:, index]) for index in range(frame.shape[1])]


def write_columns(columns: list[Column], manner: Manner) -> list[list[str]]:
    """Write columns as text: rounded, formatted, without blanks around it."""
    return [
        _trim(_write(column, digits, manner), manner.knitr)
        for column, digits in zip(columns, manner.digits, strict=True)
    ]


def _write(column: Column, digits: int, manner: Manner) -> list[str]:
    if isinstance(column, Numbers):
        return _write_numbers(column, digits, manner)
    if isinstance(column, Durations):
        return _write_durations(column, digits, manner)
    texts = _pad(column, manner.knitr)
    return [manner.na if text is None else text for text in texts]


def _write_numbers(column: Numbers, digits: int, manner: Manner) -> list[str]:
    rounded = round_digits(column.values, digits)
    texts = format_numbers(rounded, column.missing, manner.notation)
    if manner.na != NA:  # R replaces a NaN that was computed too, once it replaces
        for index in np.flatnonzero(np.isnan(rounded)):
            texts[index] = manner.na
    return texts


def _write_durations(column: Durations, digits: int, manner: Manner) -> list[str]:
    missing = np.isnan(column.values)
    texts = format_numbers(round_digits(column.values, digits), missing)
    return [
        manner.na if absent and manner.na != NA else f"{text} {column.unit}"
        for text, absent in zip(texts, missing, strict=True)
    ]


def _pad(column: Texts, knitr: Knitr) -> list[str | None]:
    r"""Pad text as R does before knitr trims it.

    All of the padding is trimmed again, but for one blank behind a final backslash.
    """
    escaped = [text is not None and text.endswith("\\") for text in column.texts]
    if not (knitr.escaped_blanks_kept and column.padded and any(escaped)):
        return column.texts
    widths = [printed_width(NA if text is None else text) for text in column.texts]
    return [
        f"{text} " if ends and width < max(widths) else text
        for text, ends, width in zip(column.texts, escaped, widths, strict=True)
    ]


def _trim(texts: list[str], knitr: Knitr) -> list[str]:
    if not knitr.escaped_blanks_kept:
        return [text.strip(_BLANKS) for text in texts]
    return [
        _UNESCAPED_BLANKS.sub("", text) if "\\" in text else text.strip(_MORE_BLANKS)
        for text in texts
    ]


def write_row_names(index: pd.Index, knitr: Knitr) -> list[str]:
    """Write the names of the rows; rows that have none in R are numbered from 1, as there."""
    if not has_row_names(index):
        return [str(number) for number in range(1, len(index) + 1)]
    if isinstance(index, pd.MultiIndex):
        names = [write_name(name) for name in index]
    else:
        names = [NA if name is None else name for name in write_index(index)]
    padded = _pad(Texts(list(names), padded=True), knitr)
    return _trim([name or "" for name in padded], knitr)


def has_row_names(index: pd.Index) -> bool:
    """Tell whether rows have names in R: they do unless pandas counts them from 0, or R from 1."""
    if isinstance(index, pd.MultiIndex):
        return len(index) > 0
    if pd.api.types.is_integer_dtype(index.dtype) and not index.hasnans:
        numbers = index.to_numpy()
        return not any(np.array_equal(numbers, np.arange(len(index)) + start) for start in (0, 1))
    return [write_name(name) for name in index] != [str(n + 1) for n in range(len(index))]


def write_name(name: object) -> str:
    """Write the name of a row or of a column; levels are joined by commas."""
    if isinstance(name, tuple):
        return ", ".join(write_name(level) for level in name)
    text = write_value(name)
    return NA if text is None else text
