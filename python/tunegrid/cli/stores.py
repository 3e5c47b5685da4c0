"""Commands about stores: prove them whole, mend them, share them, get at their models."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..errors import SpecError
from ..machine.quiet import quiet_backend
from .options import DataOption, ExperimentOption, FormatOption, StoreOption, StudyArgument
from .output import print_table, require_format, tell, tell_all

app = typer.Typer()

_MOST_FINDINGS = 20


@app.command()
def verify(
    study: Annotated[str | None, typer.Argument(metavar="[ID]", help="Only this study.")] = None,
    store: StoreOption = None,
    data_dir: DataOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Prove a store whole; exit code 1 when something is missing, failed or wrong.

    Example: tune-grid verify --format json
    """
    from ..store.upkeep.verify import verify_store

    require_format(format)
    found = verify_store(study, store=store, data_dir=data_dir)
    print_table(found, format)
    findings = found.attrs["findings"]
    tell_all(findings[:_MOST_FINDINGS])
    if len(findings) > _MOST_FINDINGS:
        tell(f"… and {len(findings) - _MOST_FINDINGS} more.")
    if found["state"].ne("ok").any():
        raise typer.Exit(1)


@app.command()
def repair(
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    store: StoreOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Mend what can be mended in a store, after showing what will be done.

    The file as it was stays beside it. Example: tune-grid repair --yes
    """
    from ..store.upkeep.repair import repair_store

    require_format(format)
    planned = repair_store(store, dry_run=True)
    if planned.empty:
        tell("There is nothing to mend.")
        return
    print_table(planned, format)
    if not yes and not (sys.stdin and sys.stdin.isatty()):
        tell("Nothing was changed: add --yes to do this.")
        raise typer.Exit(1)
    if not yes and not typer.confirm("Do this?", err=True):
        tell("Nothing was changed.")
        raise typer.Exit(1)
    done = repair_store(store)
    tell(
        f"Mended: {', '.join(done['repair'])}. The file as it was lies beside the new one. Repeat "
        f"`tune-grid run` to train what was taken out."
    )


@app.command()
def export(
    study: StudyArgument,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Made when it is missing.")],
    experiment: ExperimentOption = None,
    with_data: Annotated[
        bool, typer.Option("--with-data", help="Take data of your own along, too.")
    ] = False,
    store: StoreOption = None,
) -> None:
    """Write a study's runs to a folder of csv files, with a data dictionary and a manifest.

    Example: tune-grid export kh2021 results/kh2021
    """
    from ..report.export import export_results

    done = export_results(
        study, directory, experiments=experiment, with_data=with_data, store=store
    )
    tell(f"{done.done} runs done of {done.planned} planned, exported to {done.folder}.")
    if done.left:
        tell(
            f"Data of your own stays behind ({', '.join(done.left)}): add --with-data to take it "
            f"along."
        )


@app.command(name="import")
def import_(
    directories: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="What export has written.")
    ],
    store: StoreOption = None,
) -> None:
    """Bring exported folders into a store, each after everything in it is verified.

    Example: tune-grid import results/kh2021
    """
    from ..report.importing import import_results

    for directory in directories:
        done = import_results(directory, store=store)
        tell(f"{done.runs} runs of {done.study}: {done.added} added, {done.kept} there already.")
        if done.differing:
            tell(f"{len(done.differing)} of those have other numbers here, and keep them.")


model = typer.Typer(help="Show a stored run's model, or export it for Keras.", no_args_is_help=True)
app.add_typer(model, name="model")

KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help="A run's key, or the beginning of it (see results).")
]


@app.command()
def repeat(
    key: KeyArgument,
    store: StoreOption = None,
    data_dir: DataOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Train one stored run again by its whole protocol, and compare. Stores nothing.

    On the processor that it was made on it is the same to the last bit: else exit code 1.

    Example: tune-grid repeat 0b669140
    """
    from ..report.repeat import repeat_run

    require_format(format)
    with quiet_backend():
        table = repeat_run(key, store=store, data_dir=data_dir)
    print_table(table, format, digits=table.attrs["digits"])
    tell_all(table.attrs["said"])
    if not table.attrs["same"]:
        raise typer.Exit(1)


@model.command(name="show")
def show_model(
    key: KeyArgument,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Write a page of the run: as run.html."),
    ] = None,
    store: StoreOption = None,
    data_dir: DataOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Print the layers of a run's model, or write its page with its mistakes as pictures.

    Example: tune-grid model show 0b669140 --format html --output run.html
    """
    from ..report.models import show_model
    from .formats import DATA_FORMATS

    require_format(format)
    if output is not None and format not in ("pipe", "html"):
        raise SpecError(f"A model's page is HTML, not {format}: leave --format out.")
    with quiet_backend():
        layers = show_model(key, output=output, store=store, data_dir=data_dir)
    if output is not None:
        tell(f"The page of run {layers.attrs['key'][:12]} is in {output}.")
        return
    about = layers.attrs
    if format in DATA_FORMATS:
        print_table(layers, format)
        return
    tell_all([f"Run {about['key']}", *about["asked_by"]])
    print_table(layers, format)
    typer.echo(
        f"\nTotal params: {about['total']:,}\nTrainable params: {about['trainable']:,}\n"
        f"Non-trainable params: {about['non_trainable']:,}"
    )


@model.command(name="export")
def export_model(
    key: KeyArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As m.keras, m.h5, m.weights.h5")],
    train: Annotated[
        bool, typer.Option("--train", help="Train the run again if its weights were not kept.")
    ] = False,
    store: StoreOption = None,
    data_dir: DataOption = None,
) -> None:
    """Write a run's model to a file that Keras loads.

    Example: tune-grid model export 0b669140 model.keras
    """
    from ..report.models import describe_examples, export_model

    with quiet_backend():
        done = export_model(key, file, train=train, store=store, data_dir=data_dir)
    tell(f"Run {done.key[:12]} exported to {done.file}. It takes {describe_examples(done.spec)}.")
    if not done.same:
        tell(
            "Its numbers differ from the stored ones: another machine or other versions made them."
        )
