"""Commands about this machine: its data sets, and whether everything is here."""

import typer

from .options import DataOption, FormatOption, StoreOption
from .output import print_table, require_format

app = typer.Typer()


@app.command()
def data(data_dir: DataOption = None, format: FormatOption = "pipe") -> None:
    """List the data sets on this machine: where they are, and whether they are whole.

    Example: tune-grid data --data-dir ~/data
    """
    from ..data.sources import dataset_status

    require_format(format)
    print_table(dataset_status(data_dir=data_dir), format)


@app.command()
def doctor(
    store: StoreOption = None,
    data_dir: DataOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Look whether everything is here that a run needs; exit code 1 when something is missing.

    Example: tune-grid doctor
    """
    from ..running.doctor import diagnose

    require_format(format)
    found = diagnose(store=store, data_dir=data_dir)
    print_table(found, format)
    if found["state"].eq("missing").any():
        raise typer.Exit(1)
