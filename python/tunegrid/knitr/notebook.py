"""Frames that a notebook shows as the report shows them: by kable."""

import pandas as pd

from ..errors import SpecError
from .table import kable

#: What the notebook's front end does to a table: its own looks, and no mathematics out of `$`.
_ATTRIBUTES = 'class="dataframe tex2jax_ignore mathjax_ignore"'

_SCORES = ("accuracy", "loss", "accuracy_sd")
_OF_SCORES, _DIGITS = 4, 7  # the report's, and R's


class NotebookTable(pd.DataFrame):
    """A frame that a notebook shows as a table of the report.

    Pandas hands no subclass on that does not ask for it: what is derived from this, copies and
    pickles are frames of pandas's own.
    """

    def _repr_html_(self) -> str | None:
        return table_html(self)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as pandas does, for who opens it without this package."""
        return self.copy(deep=False).__reduce__()


def in_notebook(frame: pd.DataFrame) -> pd.DataFrame:
    """Let a notebook show a frame as the report shows its tables.

    Args:
        frame: `attrs["hidden"]` may name columns that are for programs, `attrs["digits"]` the
            decimals of numbers.
    """
    table = NotebookTable(frame)
    table.attrs = frame.attrs
    return table


def table_html(frame: pd.DataFrame) -> str | None:
    """Give a frame as kable's HTML, with as many rows as pandas would show.

    Returns:
        None where pandas's option `display.notebook_repr_html` is off; pandas's own table of what
        kable has no cell or head for, as lists and columns of several levels, which a user can
        have put there.

    >>> table_html(pd.DataFrame({"accuracy": [0.98765]})).count("0.9876")
    1
    """
    if not pd.get_option("display.notebook_repr_html"):
        return None
    hidden = frame.attrs.get("hidden", ())
    shown = frame.loc[:, [name not in hidden for name in frame]]
    part = shown.head(pd.get_option("display.max_rows") or len(shown))
    try:
        table = kable(part, format="html", digits=_digits(shown), table_attr=_ATTRIBUTES)
    except SpecError:
        return frame.copy(deep=False)._repr_html_()
    left = "" if len(part) == len(shown) else f"<p>{len(part)} of {len(shown)} rows.</p>"
    return f'<div style="overflow-x: auto">{table}</div>{left}'


def _digits(frame: pd.DataFrame) -> int | list[int] | None:
    """Give the decimals: those that a table names, else the report's."""
    scores = [str(name).endswith(_SCORES) for name in frame]
    return frame.attrs.get("digits") or [_OF_SCORES if one else _DIGITS for one in scores] or None
