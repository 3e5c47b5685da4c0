"""Commands about this machine: its data sets, and whether everything is here."""

from typing import Annotated

import typer

from ..errors import SpecError
from .options import DataOption, FormatOption, StoreOption
from .output import print_captioned, print_table, require_format, tell_all

app = typer.Typer()

data = typer.Typer()
app.add_typer(data, name="data")

_PIPE = "pipe"


@data.callback(invoke_without_command=True)
def list_data(
    context: typer.Context, data_dir: DataOption = None, format: FormatOption = _PIPE
) -> None:
    """List the data sets on this machine: where they are, and whether they are whole.

    Example: tune-grid data --data-dir ~/data
    """
    if context.invoked_subcommand is not None:
        if data_dir is not None or format != _PIPE:
            raise SpecError(
                f"Options come last, as in: tune-grid data {context.invoked_subcommand} NAME "
                f"--format csv."
            )
        return
    from ..data.sources import dataset_status

    require_format(format)
    print_table(dataset_status(data_dir=data_dir), format)


@data.command(name="check")
def check_data(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A data set that ships, a .npz or .csv file, or data of your own that the store "
            "keeps, by its name or the beginning of its digest.",
        ),
    ],
    store: StoreOption = None,
    data_dir: DataOption = None,
    format: FormatOption = _PIPE,
) -> None:
    """Look at a data set: counts, ranges, duplicates, and whether its test images are harder.

    Whether they are harder is known from done runs that held training images
    out: the accuracy on these minus that on the test images, with a 95 %
    interval. `tune-grid run` makes such runs with
    --set validation=fold --set folds=6 --set fold=1.

    Example: tune-grid data check fashion_mnist
    """
    from ..results.data_check import check_data
    from .formats import DATA_FORMATS

    require_format(format)
    found = check_data(name, store=store, data_dir=data_dir)
    shown = found if format in DATA_FORMATS else found.drop(columns=found.attrs["hidden"])
    print_captioned([(found.attrs["caption"], shown)], format)
    tell_all(found.attrs["note"])


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
