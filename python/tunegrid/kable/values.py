"""Single values as R's `as.character()` writes them, and what is no single value."""

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import pandas as pd

from ..errors import SpecError
from .numbers import format_number

_TEXTS = (str, bool, int, float, Decimal, np.generic, dt.date, dt.time, dt.timedelta)


def check_scalars(values: Iterable[object], name: object) -> None:
    """Refuse what is no single value.

    Raises:
        SpecError: for lists, mappings, frames, bytes and complex numbers.
    """
    for value in values:
        nested = isinstance(value, complex | bytes | np.complexfloating)
        if nested or not (isinstance(value, _TEXTS) or pd.api.types.is_scalar(value)):
            raise SpecError(
                f"column '{name}' holds a {type(value).__name__}: a cell must be one number, text, "
                "date or truth value, so unnest or convert the column first."
            )


def write_value(value: object) -> str | None:
    """Write a single value as R's `as.character()` does; None where it is missing."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | np.floating | Decimal):
        return None if math.isnan(value) else format_number(float(value))
    return str(value)
