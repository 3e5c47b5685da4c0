"""Frames that a notebook shows as the report shows them: by kable."""

import weakref

import pandas as pd

from .table import kable

#: What the notebook's front end does to a table: its own looks, and no mathematics out of `$`.
_ATTRIBUTES = 'class="dataframe tex2jax_ignore mathjax_ignore"'

_SCORES = ("accuracy", "loss", "accuracy_sd")
_OF_SCORES, _DIGITS = 4, 7  # the report's, and R's


def in_notebook(frame: pd.DataFrame) -> pd.DataFrame:
    """Let a notebook show a frame as the table of a report; it stays the pandas frame that it is.

    Only this frame is shown so, and not what is derived from it, copies and pickles: those are as
    pandas has them. A subclass would be handed on to all of them, and be missed by whoever opens a
    pickle without this package.

    Args:
        frame: `attrs["hidden"]` may name columns that are for programs, `attrs["digits"]` the
            decimals of numbers.

    Returns:
        The frame itself.
    """
    seen = weakref.ref(frame)  # a frame that held itself would outlive its last name
    frame._repr_html_ = lambda: table_html(seen())  # noqa: SLF001 - by which a notebook asks
    return frame


def table_html(frame: pd.DataFrame) -> str | None:
    """Give a frame as kable's HTML, with as many rows as pandas would show.

    Returns:
        None where pandas's option `display.notebook_repr_html` is off.

    >>> table_html(pd.DataFrame({"accuracy": [0.98765]})).count("0.9877")
    1
    """
    if not pd.get_option("display.notebook_repr_html"):
        return None
    if frame.columns.nlevels > 1:  # which kable does not have
        return pd.DataFrame(frame)._repr_html_()  # noqa: SLF001 - pandas's own
    hidden = set(frame.attrs.get("hidden", ()))
    shown = frame.loc[:, [name not in hidden for name in frame]]
    most = pd.get_option("display.max_rows") or len(shown)
    part = shown.head(most)
    table = kable(part, format="html", digits=_digits(shown), table_attr=_ATTRIBUTES)
    left = "" if len(part) == len(shown) else f"<p>{len(part)} of {len(shown)} rows.</p>"
    return f'<div style="overflow-x: auto">{table}</div>{left}'


def _digits(frame: pd.DataFrame) -> int | list[int]:
    if frame.attrs.get("digits") is not None:
        return frame.attrs["digits"]
    return [
        _OF_SCORES if str(name).endswith(_SCORES) else _DIGITS for name in frame
    ] or _DIGITS  # fmt: skip
