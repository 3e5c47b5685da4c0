"""The command `tune-grid`: it parses, calls the verb of the same name, and prints."""

import contextlib
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from . import __version__
from .errors import SpecError, TunegridError

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(
    name="tune-grid",
    help="Run a published Keras tuning study again, with as many seeds as it takes, and see "
    "which of its conclusions survive.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

StudyArgument = Annotated[
    str, typer.Argument(metavar="ID", help="A study's id, or the path of a study.toml.")
]
StoreOption = Annotated[
    str | None,
    typer.Option("--store", metavar="DIR", help="Default: TUNEGRID_STORE, ./tunegrid-store."),
]
DataOption = Annotated[
    str | None,
    typer.Option("--data-dir", metavar="DIR", help="Folder of data sets. Default: TUNEGRID_DATA."),
]
FormatOption = Annotated[
    str, typer.Option("--format", metavar="F", help="pipe, html, latex, csv, json, grid, …")
]
ExperimentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--experiment", metavar="E", help="One or more, with commas or repeated. Default: all."
    ),
]
WhereOption = Annotated[
    str | None,
    typer.Option("--where", metavar="COND", help="As: layer1 == 16 and layerdense in (16, 32)"),
]
ProtocolOption = Annotated[
    str | None, typer.Option("--protocol", metavar="P", help="Default: the study's own.")
]
PresetOption = Annotated[
    str, typer.Option("--preset", metavar="full|quick", help="quick is a look, no replication.")
]
AnyOption = Annotated[
    bool, typer.Option("--any", help="All runs, whatever their departures from the protocol.")
]


@app.callback(invoke_without_command=True)
def _begin(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"tune-grid {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def studies(format: FormatOption = "pipe") -> None:
    """List the studies that ship with tunegrid.

    Example: tune-grid studies
    """
    from .describe import studies_table

    _check(format)
    _print_table(studies_table(), format)


@app.command()
def show(
    study: StudyArgument,
    experiment: ExperimentOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Show a study: protocols, assumptions, experiments; with --experiment its printed tables.

    Example: tune-grid show kh2021 --experiment two-layer
    """
    from .describe import study_frame, study_tables
    from .formats import DATA_FORMATS
    from .study import load_study

    _check(format)
    found = load_study(study)
    if format in DATA_FORMATS:
        _print_table(study_frame(found, experiment), format)
        return
    for position, (caption, table) in enumerate(study_tables(found, experiment)):
        typer.echo("\n" if position else "", nl=False)
        _print_table(table, format, caption)


@app.command()
def run(
    study: StudyArgument,
    experiment: ExperimentOption = None,
    where: WhereOption = None,
    protocol: ProtocolOption = None,
    set: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a setting; marks the runs."),
    ] = None,
    preset: PresetOption = "full",
    grid: Annotated[
        Path | None, typer.Option("--grid", metavar="FILE", help="A csv with a grid of your own.")
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", help="Replicates, at least.")] = 1,
    epochs: Annotated[int | None, typer.Option("--epochs", help="Marks the runs.")] = None,
    train_size: Annotated[
        int | None, typer.Option("--train-size", help="Training images. Marks the runs.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Runs at once. Default: all cores.")
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", metavar="tensorflow|reference", help="What trains.")
    ] = "tensorflow",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try failed runs again.")
    ] = False,
    keep_models: Annotated[
        bool, typer.Option("--keep-models", help="Keep the weights of every run.")
    ] = False,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", metavar="SECONDS", help="For one run.")
    ] = None,
    store: StoreOption = None,
    data_dir: DataOption = None,
) -> None:
    """Train what is missing of a study's grid. Repeat the command to go on after an interruption.

    Example: tune-grid run kh2021 --experiment two-layer --where "layer1 == 16" --seeds 5
    """
    from .console import ConsoleProgress, describe_summary
    from .driver import run_grid
    from .grid import read_grid

    with ConsoleProgress() as progress:
        try:
            summary = run_grid(
                study,
                experiments=experiment,
                where=where,
                protocol=protocol,
                set=_settings(set or []),
                preset=preset,
                grid=None if grid is None else read_grid(grid),
                seeds=seeds,
                epochs=epochs,
                train_size=train_size,
                workers=workers,
                engine=engine,
                retry_failed=retry_failed,
                keep_models=keep_models,
                time_limit=time_limit,
                store=store,
                data_dir=data_dir,
                progress=progress,
            )
        except KeyboardInterrupt:
            progress.interrupted()
            raise
    _tell_all(describe_summary(summary))
    if summary.failed or summary.failed_before:
        raise typer.Exit(1)


@app.command()
def status(
    study: Annotated[str | None, typer.Argument(metavar="[ID]", help="Only this study.")] = None,
    store: StoreOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Count a store's runs: planned, done, failed, in training, missing.

    Example: tune-grid status kh2021
    """
    from .results import run_status

    _check(format)
    _print_table(run_status(study, store=store), format)


@app.command()
def results(
    study: StudyArgument,
    experiment: ExperimentOption = None,
    where: WhereOption = None,
    protocol: ProtocolOption = None,
    preset: PresetOption = "full",
    any: AnyOption = False,
    store: StoreOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Print the runs of a study, one row each.

    Example: tune-grid results kh2021 --experiment two-layer --format csv
    """
    from .results import read_results

    _check(format)
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any}
    table = read_results(study, experiments=experiment, store=store, **how)
    _print_table(table, format)
    _tell_all(table.attrs["left_out"])


@app.command()
def table(
    study: StudyArgument,
    experiment: ExperimentOption = None,
    where: WhereOption = None,
    protocol: ProtocolOption = None,
    preset: PresetOption = "full",
    any: AnyOption = False,
    store: StoreOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Print a study's own tables with our numbers beside the published ones.

    Example: tune-grid table kh2021 --experiment one-layer,two-layer,three-layer
    """
    from .compare import comparison_table, comparison_tables
    from .describe import agreement_note, shown_table, table_caption
    from .formats import DATA_FORMATS
    from .study import load_study

    _check(format)
    found = load_study(study)
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any}
    if format in DATA_FORMATS:
        joined = comparison_table(found, experiments=experiment, store=store, **how)
        joined.insert(0, "study", found.id)
        _print_table(joined, format)
        _tell_all(joined.attrs["left_out"])
        return
    tables = comparison_tables(found, experiments=experiment, store=store, **how)
    for position, (name, one) in enumerate(tables.items()):
        caption = table_caption(found, name, found.pick_protocol(protocol), preset, any=any)
        typer.echo("\n" if position else "", nl=False)
        _print_table(shown_table(one, any=any), format, caption)
        typer.echo(f"\n{agreement_note(one)}")
    _tell_all(next(iter(tables.values())).attrs["left_out"])


@app.command()
def export(
    study: StudyArgument,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Made when it is missing.")],
    experiment: ExperimentOption = None,
    store: StoreOption = None,
) -> None:
    """Write a study's runs to a folder of csv files, with a data dictionary and a manifest.

    Example: tune-grid export kh2021 results/kh2021
    """
    from .export import export_results

    done = export_results(study, directory, experiments=experiment, store=store)
    _tell(f"{done.done} runs done of {done.planned} planned, exported to {done.folder}.")


@app.command(name="import")
def import_(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="What export has written.")],
    store: StoreOption = None,
) -> None:
    """Bring an exported folder into a store, after everything in it is verified.

    Example: tune-grid import results/kh2021
    """
    from .importing import import_results

    done = import_results(directory, store=store)
    _tell(f"{done.runs} runs of {done.study}: {done.added} added, {done.kept} there already.")
    if done.differing:
        _tell(f"{len(done.differing)} of those have other numbers here, and keep them.")


@app.command()
def data(data_dir: DataOption = None, format: FormatOption = "pipe") -> None:
    """List the data sets on this machine: where they are, and whether they are whole.

    Example: tune-grid data --data-dir ~/data
    """
    from .sources import dataset_status

    _check(format)
    _print_table(dataset_status(data_dir=data_dir), format)


@app.command()
def doctor(
    store: StoreOption = None,
    data_dir: DataOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Look whether everything is here that a run needs; exit code 1 when something is missing.

    Example: tune-grid doctor
    """
    from .doctor import diagnose

    _check(format)
    found = diagnose(store=store, data_dir=data_dir)
    _print_table(found, format)
    if found["state"].eq("missing").any():
        raise typer.Exit(1)


def main() -> None:
    """Run the command and end the process.

    Exit codes: 0 done, 1 some runs failed, 2 bad request, 130 interrupted.
    """
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.reconfigure(errors="replace")  # a terminal without τ gets a question mark
        code = app(standalone_mode=False, prog_name="tune-grid")
        if sys.stdout is not None:
            sys.stdout.flush()
    except TyperException as error:
        _tell(error.format_message().replace("\n", " "))
        code = 2
    except TunegridError as error:
        _tell(str(error))
        code = 2
    except KeyboardInterrupt:
        code = 130
    except (SystemExit, BrokenPipeError):
        code = 0  # whoever read our output has had enough, as `| head` does
    except OSError as error:
        _tell(f"The output cannot be written: {error.strerror or error}.")
        code = 2
    sys.exit(code)


def _print_table(table: "pd.DataFrame", format: str, caption: str | None = None) -> None:
    from .formats import format_table

    typer.echo(format_table(table, format, caption=caption))


def _check(format: str) -> None:
    from .formats import check_format

    check_format(format)


def _tell(line: str) -> None:
    with contextlib.suppress(OSError):
        typer.echo(line, err=True)


def _tell_all(lines: Iterable[str]) -> None:
    for line in lines:
        _tell(line)


def _settings(pairs: list[str]) -> dict[str, object]:
    """Read KEY=VALUE pairs; a value is what TOML makes of it, and else a text."""
    values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise SpecError(f"--set needs KEY=VALUE, as in --set dropout=0.3, not '{pair}'.")
        try:
            read = tomllib.loads(f"value = {text}")
        except ValueError:
            read = {}
        values[name.strip()] = read["value"] if list(read) == ["value"] else text.strip()
    return values
