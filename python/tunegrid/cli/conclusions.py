"""Commands about a study's conclusions."""

from pathlib import Path
from typing import Annotated

import typer

from ..machine.quiet import quiet_backend
from .options import FormatOption, StoreOption, StudyArgument
from .output import print_captioned, print_table, require_format, tell

app = typer.Typer()


@app.command()
def audit(
    study: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="A study's id, or a study.toml. Default: all shipped."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 1 when something is found.")
    ] = False,
    format: FormatOption = "pipe",
) -> None:
    """Say what cannot be true together in the numbers that a study published. Trains nothing.

    overturns: a claim of the study rests on it; discrepancy: two numbers, or a number and what it
    describes, cannot both be right; note: no claim rests on it, or it is how one was chosen.

    Example: tune-grid audit korssjoen2020
    """
    from ..audit import audit_study
    from ..report.captions import audit_tables
    from .formats import DATA_FORMATS

    require_format(format)
    with quiet_backend():
        found = audit_study(study)
    if format in DATA_FORMATS:
        print_table(found, format)
    else:
        print_captioned(audit_tables(found), format)
    if found.empty:
        tell("Nothing was found: what the audit can compare agrees.")
    elif strict:
        raise typer.Exit(1)


@app.command()
def report(
    study: StudyArgument,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help=".html or .md. Default: ID.html."),
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option("--directory", metavar="DIR", help="An exported folder, for a store."),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Write a study's report: its tables beside ours, its audit, a figure. Needs R and rmarkdown.

    Example: tune-grid report kh2021 --output kh2021.html
    """
    from ..report.render import render_report

    with quiet_backend():
        written = render_report(study, output=output, directory=directory, store=store)
    tell(f"The report is in {written}.")
