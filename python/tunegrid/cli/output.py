"""What the command prints: results to standard output, messages to standard error."""

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import pandas as pd


def print_table(table: "pd.DataFrame", format: str, caption: str | None = None) -> None:
    """Print a table to standard output."""
    from ..formats import format_table

    typer.echo(format_table(table, format, caption=caption))


def print_tables(tables: Iterable[tuple[str, "pd.DataFrame"]], format: str) -> None:
    """Print captioned tables below each other."""
    for position, (caption, table) in enumerate(tables):
        typer.echo("\n" if position else "", nl=False)
        print_table(table, format, caption)


def require_format(format: str) -> None:
    """Refuse a format that does not exist, before any work is done for it."""
    from ..formats import check_format

    check_format(format)


def tell(line: str) -> None:
    """Print a message to standard error; that nobody reads it is no reason to stop."""
    with contextlib.suppress(OSError):
        typer.echo(line, err=True)


def tell_all(lines: Iterable[str]) -> None:
    """Print messages, a line each."""
    for line in lines:
        tell(line)
