"""Single values as R's `as.character()` writes them, and what is no single value."""

import math
from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import pandas as pd

from ...errors import SpecError
from .numbers import format_number

_UNWRITTEN = (bytes, bytearray, complex, np.complexfloating)


def check_scalars(values: Iterable[object], name: object) -> None:
    """Refuse what is no single value.

    Raises:
        SpecError: for lists, mappings, frames, bytes and complex numbers.
    """
    for value in values:
        nested = hasattr(value, "__iter__") and not isinstance(value, str)
        if nested or isinstance(value, _UNWRITTEN):
            raise SpecError(
                f"column '{name}' holds a {type(value).__name__}: a cell must be one number, text, "
                "date or truth value, so unnest or convert the column first."
            )


def write_value(value: object) -> str | None:
    """Write a single value as R's `as.character()` does; None where it is missing.

    What R does not know is written as Python's `str()` writes it.
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | np.floating | Decimal):
        return None if math.isnan(value) else format_number(float(value))
    return str(value)
