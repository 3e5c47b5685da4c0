"""What the command prints: results to standard output, messages to standard error."""

import contextlib
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from ..errors import shown

if TYPE_CHECKING:
    import pandas as pd


def print_table(table: "pd.DataFrame", format: str, *, digits: int | None = None) -> None:
    """Print a table to standard output, and nothing else."""
    from .formats import DATA_FORMATS, format_table

    # for programs as it is: echo would leave colours out for them
    typer.echo(format_table(table, format, digits=digits), color=format in DATA_FORMATS or None)


def print_captioned(
    tables: Iterable[tuple[str, "pd.DataFrame"]], format: str, notes: Iterable[str] = ()
) -> None:
    """Print captioned tables below each other.

    The caption of a single table is a message, and so are notes: what is printed is then the
    table, byte for byte, and several tables are a document.

    Args:
        tables: captions and tables.
        format: of all.
        notes: one for each table or for the first ones; an empty one is none.
    """
    from .formats import format_table

    listed = list(tables)
    for position, ((caption, table), note) in enumerate(
        itertools.zip_longest(listed, notes, fillvalue="")
    ):
        if len(listed) == 1:
            tell(caption)
            print_table(table, format)
        else:
            typer.echo("\n" if position else "", nl=False)
            typer.echo(format_table(table, format, caption=caption))
        if note:
            tell(note)


def require_format(format: str) -> None:
    """Refuse a format that does not exist, before any work is done for it."""
    from .formats import check_format

    check_format(format)


def tell(line: str) -> None:
    """Print a message to standard error; that nobody reads it is no reason to stop."""
    with contextlib.suppress(OSError):
        typer.echo(shown(line), err=True)


def tell_all(lines: Iterable[str]) -> None:
    """Print messages, a line each."""
    for line in lines:
        tell(line)
