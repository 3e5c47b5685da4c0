"""Commands that run a grid, and say how far it is."""

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from ..errors import SpecError
from .options import (
    DataOption,
    ExperimentOption,
    FormatOption,
    PresetOption,
    ProtocolOption,
    StoreOption,
    StudyArgument,
    WhereOption,
)
from .output import print_table, require_format, tell_all

app = typer.Typer()


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
        Path | None,
        typer.Option("--grid", metavar="FILE", help="A grid of your own: csv, or an R script."),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", help="Replicates, at least.")] = 1,
    epochs: Annotated[int | None, typer.Option("--epochs", help="Marks the runs.")] = None,
    train_size: Annotated[
        int | None, typer.Option("--train-size", help="Training images. Marks the runs.")
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option("--precision", metavar="float32|bfloat16", help="Marks the runs."),
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
    from ..running.driver import run_grid
    from ..running.summary import describe_summary
    from .console import ConsoleProgress

    with ConsoleProgress() as progress:
        try:
            summary = run_grid(
                study,
                experiments=experiment,
                where=where,
                protocol=protocol,
                set=_settings(set or []),
                preset=preset,
                grid=None if grid is None else _grid(grid),
                seeds=seeds,
                epochs=epochs,
                train_size=train_size,
                precision=precision,
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
    tell_all(describe_summary(summary))
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
    from ..results.status import run_status

    require_format(format)
    print_table(run_status(study, store=store), format)


def _grid(file: Path) -> list[dict[str, object]]:
    """Read a csv file, or run an R script that ends in a data frame."""
    if file.suffix.lower() == ".r":
        from ..r import r_grid

        return r_grid(file)
    from ..study.own_grid import read_grid

    return read_grid(file)


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
