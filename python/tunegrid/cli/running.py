"""Commands that run a grid, and say how far it is."""

import warnings
from pathlib import Path
from typing import Annotated

import typer

from ..errors import SpecError, quoted
from .options import (
    ClaimOption,
    DataOption,
    ExperimentOption,
    FormatOption,
    OwnStudyArgument,
    PresetOption,
    ProtocolOption,
    StoreOption,
    WhereOption,
)
from .output import print_table, require_format, tell_all

app = typer.Typer()

_BUDGET = "1h"


@app.command()
def run(
    study: OwnStudyArgument = None,
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
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="FILE.py:FUNCTION",
            help="For a grid without a study: what makes a Keras model of a row; or an "
            "architecture's name.",
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option("--dataset", metavar="D", help="For it: fashion_mnist (default), mnist, …"),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FILE", help="For it: data of your own, .npz or csv."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name", metavar="N", help="For it: what the store calls it. Default: by its content."
        ),
    ] = None,
    labels: Annotated[
        list[str] | None,
        typer.Option("--labels", metavar="C", help="For it: columns that only name its rows."),
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
    executor: Annotated[
        str,
        typer.Option("--executor", metavar="local|ray", help="ray: a cluster trains them."),
    ] = "local",
    ray_address: Annotated[
        str | None,
        typer.Option(
            "--ray-address",
            metavar="HOST:PORT",
            help="Of the cluster's head. Default: RAY_ADDRESS, this machine's cluster.",
        ),
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
    until_decided: Annotated[
        bool,
        typer.Option("--until-decided", help="Spend seeds where they decide claims, and stop."),
    ] = False,
    budget: Annotated[
        str, typer.Option("--budget", metavar="TIME", help="As 20m or 2h, of all workers together.")
    ] = _BUDGET,
    claim: ClaimOption = None,
    store: StoreOption = None,
    data_dir: DataOption = None,
) -> None:
    """Train what is missing of a study's grid. Repeat the command to go on after an interruption.

    With --until-decided seeds go where they decide claims, until all are decided or --budget is
    spent; then --seeds, --set and the other options that depart from the protocol have no place,
    nor have --retry-failed and --keep-models.

    A grid without an ID is a study of its own. Its columns are settings, or go to the model's
    function.

    Example: tune-grid run kh2021 --experiment two-layer --where "layer1 == 16" --seeds 5

    Example: tune-grid run --grid grid.csv --model net.py:build --data letters.npz --epochs 5
    """
    from ..errors import DataWarning
    from ..running.driver import run_grid
    from ..running.summary import FailedRunsWarning, describe_summary
    from .console import ConsoleProgress

    own = {
        "--model": model,
        "--dataset": dataset,
        "--data": data,
        "--name": name,
        "--labels": labels,
    }
    if until_decided:
        departing = {
            **own,
            "--set": set, "--grid": grid, "--epochs": epochs, "--train-size": train_size,
            "--precision": precision, "--preset": None if preset == "full" else preset,
            "--engine": None if engine == "tensorflow" else engine,
            "--seeds": None if seeds == 1 else seeds, "--retry-failed": retry_failed,
            "--keep-models": keep_models,
        }  # fmt: skip
        _until_decided(
            study,
            {name: value for name, value in departing.items() if value},
            budget=budget,
            claims=claim,
            experiments=experiment,
            where=where,
            protocol=protocol,
            workers=workers,
            executor=executor,
            ray_address=ray_address,
            store=store,
            data_dir=data_dir,
            time_limit=time_limit,
        )
        return
    for option, is_given in (("--claim", bool(claim)), ("--budget", budget != _BUDGET)):
        if is_given:
            raise SpecError(f"{option} goes with --until-decided: add that, or leave it out.")
    with ConsoleProgress() as progress, warnings.catch_warnings():
        warnings.simplefilter("ignore", FailedRunsWarning)  # the summary says it
        warnings.simplefilter("ignore", DataWarning)  # the progress has said it
        try:
            summary = run_grid(
                study,
                experiments=experiment,
                where=where,
                protocol=protocol,
                set=_settings(set or []),
                preset=preset,
                grid=None if grid is None else _grid(grid),
                model=None if model is None else _model(model),
                dataset=dataset,
                data=data,
                name=name,
                labels=labels,
                seeds=seeds,
                epochs=epochs,
                train_size=train_size,
                precision=precision,
                workers=workers,
                engine=engine,
                executor=executor,
                ray_address=ray_address,
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


def _until_decided(study: str | None, departing: dict[str, object], **how: object) -> None:
    """Train the runs that decide claims, and say look by look what came of it."""
    from ..conclusions.decided import describe_decided
    from ..conclusions.until_decided import run_until_decided
    from .console import ConsoleProgress

    if study is None:
        raise SpecError("--until-decided needs a study's ID: it is about a study's claims.")
    if departing:
        raise SpecError(f"--until-decided and {next(iter(departing))} do not go together.")
    with ConsoleProgress() as progress:
        try:
            summary = run_until_decided(study, progress=progress, **how)
        except KeyboardInterrupt:
            progress.interrupted()
            raise
    tell_all(describe_decided(summary))
    if summary.failed:
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
    counts = run_status(study, store=store)
    tell_all(counts.attrs["left_out"])
    print_table(counts, format)


def _grid(file: Path) -> list[dict[str, object]]:
    """Read a csv file, or run an R script that ends in a data frame."""
    if file.suffix.lower() == ".r":
        from ..r import r_grid

        return r_grid(file)
    from ..study.own_grid import read_grid

    return read_grid(file)


def _model(text: str) -> object:
    """Give an architecture's name as it is, and the function of FILE.py:FUNCTION."""
    if ".py" not in text:
        return text
    from ..machine.quiet import quiet_backend
    from ..study.model_file import model_function

    with quiet_backend():
        import keras  # noqa: F401 - with what its backend says when it is loaded

        return model_function(text)


def _settings(pairs: list[str]) -> dict[str, object]:
    """Read KEY=VALUE pairs; a value is what TOML makes of it, and else a text."""
    from ..study.reading import read_toml

    values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise SpecError(
                f"--set needs KEY=VALUE, as in --set dropout=0.3, not '{quoted(pair)}'."
            )
        try:
            read = read_toml(f"value = {text}")
        except ValueError:
            read = {}
        values[name.strip()] = read["value"] if list(read) == ["value"] else text.strip()
    return values
