"""A table as text, in whatever format was asked for."""

import html
import json
import math

import pandas as pd

from ..errors import SpecError, quoted, shown
from ..knitr import FORMATS, kable
from ..knitr.formats.latex import SPECIAL

#: Formats for programs. The others are for people and for documents.
DATA_FORMATS = ("csv", "json")

_DIGITS = 7  # of R's getOption("digits")


def formats() -> list[str]:
    """List the names that `format_table` knows."""
    import tabulate

    return sorted({*FORMATS, *tabulate.tabulate_formats, *DATA_FORMATS})


def format_table(
    table: pd.DataFrame,
    format: str = "pipe",
    *,
    caption: str | None = None,
    digits: int | None = None,
) -> str:
    """Render a table.

    Args:
        table: any frame of scalars; its index is not shown. A column of numbers of which none is
            known is a column of numbers.
        format: one of `formats()`: kable's by `kable`, csv and json for programs, the others by
            tabulate. `json` is a flat array of objects, with null for NA.
        caption: in kable's formats where kable puts it, else a line above the table; the formats
            for programs have none.
        digits: decimals of numbers for people; as many as R prints by default.

    Returns:
        The text, without a newline at its end. Numbers have up to 7 significant digits, and
        control characters stand escaped, except in csv and json, which are exact.

    Raises:
        SpecError: for an unknown format.
    """
    check_format(format)
    if format == "csv":
        return table.to_csv(index=False, na_rep="NA").rstrip("\n")
    if format == "json":
        # pandas's own to_json rounds to 15 decimals
        records = [
            {name: _plain(value) for name, value in zip(table, row, strict=True)}
            for row in table.itertuples(index=False)
        ]
        return json.dumps(records, indent=2, ensure_ascii=False, allow_nan=False)
    table = _for_people(table)
    caption = None if caption is None else _title(caption, format)
    if format in FORMATS:
        return kable(table, format=format, caption=caption, digits=digits, row_names=False)
    from tabulate import tabulate

    text = tabulate(
        [[_cell(value, digits) for value in row] for row in table.itertuples(index=False)],
        headers=list(table.columns),
        tablefmt=format,
        disable_numparse=True,
        colalign=[_align(table[name]) for name in table] if len(table) else None,
    )
    return text if caption is None else f"{caption}\n\n{text}"


def check_format(format: str) -> None:
    """Refuse a format that does not exist, before any work is done for it."""
    if format not in formats():
        raise SpecError(
            f"There is no format '{quoted(format)}': choose from {', '.join(formats())}."
        )


def _for_people(table: pd.DataFrame) -> pd.DataFrame:
    """Escape in names and texts what a terminal would obey; types stay, and so do widths."""
    escaped = table.rename(columns=_escaped)
    for place, kind in enumerate(table.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            column = table.iloc[:, place].map(_escaped, na_action="ignore")
            escaped.isetitem(place, column)
    return escaped


def _title(caption: str, format: str) -> str:
    """Give a caption in one line, as the text that it is where markup would be obeyed."""
    line = " ".join(shown(caption).split("\n"))
    if "html" in format:
        return html.escape(line, quote=False)
    return line.translate(SPECIAL) if "latex" in format else line


def _escaped(value: object) -> object:
    r"""Escape a text, with the ends of its lines: a cell has one."""
    return shown(value).replace("\n", "\\n") if isinstance(value, str) else value


def _plain(value: object) -> object:
    """Give Python's own value, None for NA and for what JSON has no number for."""
    if value is None or pd.isna(value):
        return None
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and math.isinf(value) else value


def _align(column: pd.Series) -> str:
    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return "right" if is_number else "left"


def _cell(value: object, digits: int | None) -> str:
    if value is None or pd.isna(value):
        return "NA"
    if not isinstance(value, float):
        return str(value)
    return f"{value:.{_DIGITS}g}" if digits is None else f"{value:.{digits}f}"
