"""`kable()`: a pandas frame as knitr's function of that name prints it."""

from collections.abc import Mapping, Sequence

import pandas as pd

from ..errors import SpecError
from .arguments import (
    read_align,
    read_caption,
    read_digits,
    read_markup,
    read_names,
    read_notation,
)
from .cells import NA, Manner, has_row_names, read_columns, write_columns, write_row_names
from .columns import Numbers
from .formats.html import render_html
from .formats.latex import render_latex
from .formats.layout import Cells
from .formats.markdown import render_jira, render_org, render_pipe, render_rst, render_simple
from .versions import Knitr, read_version

_RENDERERS = {
    "pipe": render_pipe,
    "simple": render_simple,
    "html": render_html,
    "latex": render_latex,
    "rst": render_rst,
    "jira": render_jira,
    "org": render_org,
}
_SYNONYMS = {"markdown": "pipe", "pandoc": "simple"}

#: The formats of kable.
FORMATS = tuple(_RENDERERS)


def kable(
    df: pd.DataFrame,
    *,
    format: str = "pipe",  # noqa: A002
    digits: int | Sequence[int] | None = None,
    row_names: bool | None = None,
    col_names: Sequence[object] | bool | None = None,
    align: str | Sequence[str] | bool | None = None,
    caption: str | None = None,
    label: str | None = None,
    format_args: Mapping[str, object] | None = None,
    escape: bool = True,
    na: str = NA,
    table_attr: str | None = None,
    booktabs: bool = False,
    knitr_version: str | None = None,
    **markup: object,
) -> str:
    """Render a frame as knitr's `kable()` prints it, byte for byte.

    The rules are those of `?knitr::kable`, `?format` and `?round` in R, found by comparison with
    knitr 1.42 and 1.50. Where R has NULL for "none at all", this has False.

    Args:
        df: a frame of numbers, text, truth values, categories, dates, times and durations.
            A NaN in a column of NumPy's floats counts as NA. Whole numbers are doubles, to which
            kable's rounding turns them in R too.
        format: pipe, simple, html, latex, rst, jira or org; markdown is pipe, pandoc simple.
        digits: decimals for all columns of numbers, or one for each column; 7 by default.
        row_names: whether to show the index, in a first column without a name; by default where
            it does not just count from 0 or 1. An index that counts has the names 1, 2, 3 ...
        col_names: the names of the columns, of that with the row names too if need be (knitr >=
            1.44); by default the frame's own; False for none. Levels are joined by commas.
        align: l, c or r for each column, in a string or a list, repeated if need be; in LaTeX a
            list of any column types. By default numbers go right and all else left; False for
            none.
        caption: a title; rst has none.
        label: the table's label, in LaTeX and with a caption.
        format_args: arguments of R's `format()` for numbers: digits, nsmall, scientific, big_mark,
            big_interval, small_mark, small_interval, decimal_mark, drop0trailing.
        escape: whether HTML and LaTeX show their special characters as such.
        na: what stands for a missing value (`options(knitr.kable.NA = )`).
        table_attr: HTML: attributes of `<table>`.
        booktabs: LaTeX: horizontal rules only, those of the package booktabs.
        knitr_version: the version to follow, as in "1.42"; the newest known by default.
        **markup: what else concerns single formats, as
            `tunegrid.knitr.formats.layout.Markup` describes it: padding, newline, rownames_name,
            caption_label, longtable, tabular, valign, position, centering, vline, toprule,
            midrule, bottomrule, linesep, caption_short, table_envir.

    Returns:
        The table without a newline at its end; knitr prints two more empty lines above those
        formats that are neither HTML nor LaTeX.

    Raises:
        SpecError: for an argument that cannot be, or a cell with more than one value.

    >>> print(kable(pd.DataFrame({"model": ["ANN", "CNN"], "accuracy": [0.9, 0.9876]})))
    |model | accuracy|
    |:-----|--------:|
    |ANN   |   0.9000|
    |CNN   |   0.9876|
    """
    knitr = read_version(knitr_version)
    format = _read_format(format, knitr)  # noqa: A001
    _check_types(df, row_names, na)
    latex = format == "latex"
    marked = {"escape": escape, "table_attr": table_attr, "booktabs": booktabs}
    said = {"caption": read_caption(caption, label, latex=latex)}
    options = read_markup({**markup, **marked, **said})
    columns = read_columns(df)
    named = has_row_names(df.index) if row_names is None else row_names
    manner = Manner(
        digits=read_digits(digits, len(columns)),
        notation=read_notation(format_args),
        na=na,
        knitr=knitr,
    )
    numeric = [isinstance(column, Numbers) for column in columns]
    texts = write_columns(columns, manner)
    cells = Cells(
        columns=[write_row_names(df.index, knitr), *texts] if named else texts,
        rows=len(df),
        names=read_names(col_names, list(df.columns), row_names=named, knitr=knitr),
        align=read_align(align, numeric, row_names=named, latex=latex),
    )
    return _RENDERERS[format](cells, options, knitr)


def _read_format(format: object, knitr: Knitr) -> str:  # noqa: A002
    name = _SYNONYMS.get(format, format) if isinstance(format, str) else format
    if name not in FORMATS:
        raise SpecError(f"kable has no format {format!r}: choose from {', '.join(FORMATS)}.")
    if name == "org" and not knitr.org:
        raise SpecError("knitr has org tables since version 1.44: follow a newer knitr_version.")
    return name


def _check_types(df: object, row_names: object, na: object) -> None:
    if not isinstance(df, pd.DataFrame):
        raise SpecError(f"kable was given a {type(df).__name__}: it must be a pandas DataFrame.")
    if row_names is not None and not isinstance(row_names, bool):
        raise SpecError(f"row_names is {row_names!r}: it must be True, False, or None.")
    if not isinstance(na, str):
        raise SpecError(f"na is {na!r}: it must be the text that stands for a missing value.")
