"""Commands about studies: what there is, run it, look at what came of it."""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import SpecError
from ..machine.quiet import quiet_backend
from .options import (
    AnyOption,
    DataOption,
    ExperimentOption,
    FormatOption,
    PresetOption,
    ProtocolOption,
    StoreOption,
    StudyArgument,
    TableOption,
    WhereOption,
)
from .output import print_captioned, print_table, require_format, tell, tell_all

if TYPE_CHECKING:
    import pandas as pd

    from ..study.study import Study
    from ..study.tables import PrintedTable

app = typer.Typer()


@app.command()
def studies(format: FormatOption = "pipe") -> None:
    """List the studies that ship with tunegrid.

    Example: tune-grid studies
    """
    from ..report.study_tables import studies_table

    require_format(format)
    print_table(studies_table(), format)


@app.command()
def show(
    study: StudyArgument,
    experiment: ExperimentOption = None,
    part: Annotated[
        str | None,
        typer.Option("--part", metavar="PART", help="One only, as: stated, assumed, claims."),
    ] = None,
    table: TableOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Show a study: experiments, protocols, what is stated and assumed, claims.

    With --experiment what the source prints of it; with --table one of its other tables.

    Example: tune-grid show kh2021 --experiment two-layer
    """
    from ..report.study_tables import study_frame, study_tables
    from ..results.frames import as_frame
    from ..study.study import load_study
    from .formats import DATA_FORMATS

    require_format(format)
    found = load_study(study)
    if table is not None:
        chosen = found.pick_table(table)
        tell(f"{found.id} {chosen.title}")
        print_table(as_frame(found.printed(chosen)), format)
    elif format in DATA_FORMATS:
        print_table(study_frame(found, experiment, part=part), format)
    else:
        with quiet_backend():
            tables = study_tables(found, experiment, part=part)
        print_captioned(tables, format)


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
    from ..results.tidy import read_results

    require_format(format)
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any}
    table = read_results(study, experiments=experiment, store=store, **how)
    print_table(table, format)
    tell_all(table.attrs["left_out"])


@app.command()
def table(
    study: StudyArgument,
    experiment: ExperimentOption = None,
    where: WhereOption = None,
    protocol: ProtocolOption = None,
    preset: PresetOption = "full",
    any: AnyOption = False,
    table: TableOption = None,
    store: StoreOption = None,
    data_dir: DataOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Print a study's own tables with our numbers beside the published ones.

    Example: tune-grid table kh2021 --experiment one-layer,two-layer,three-layer
    """
    from ..report.captions import agreement_note, shown_table, table_caption
    from ..results.compare import comparison_table, comparison_tables
    from ..results.published import OF_RUNS, tables_of
    from ..store.store import find_study
    from .formats import DATA_FORMATS

    require_format(format)
    found = find_study(study, store=store)
    runs = {"protocol": protocol, "preset": preset, "any": any, "store": store}
    if table is not None:
        print_captioned([_beside(found, found.pick_table(table), runs, data_dir)], format)
        return
    if format in DATA_FORMATS:
        joined = comparison_table(found, experiments=experiment, where=where, **runs)
        if format == "json":
            joined.insert(0, "study", found.id)
        print_table(joined, format)
        tell_all(joined.attrs["left_out"])
        return
    tables = comparison_tables(found, experiments=experiment, where=where, **runs)
    chosen = found.pick_protocol(protocol)
    captioned = [
        (table_caption(found, name, chosen, preset, any=any), shown_table(one, any=any))
        for name, one in tables.items()
    ]
    others = [] if where else tables_of(found, list(tables), OF_RUNS)
    captioned += [_beside(found, other, runs, data_dir) for other in others]
    print_captioned(captioned, format, map(agreement_note, tables.values()))
    tell_all(next(iter(tables.values())).attrs["left_out"])


def _beside(
    study: "Study", table: "PrintedTable", runs: dict[str, object], data_dir: str | None
) -> tuple[str, "pd.DataFrame"]:
    """Give one of the source's other tables with what we found beside, captioned."""
    from ..report.captions import beside_caption, runs_caption
    from ..results.published import published_table

    with quiet_backend():
        beside = published_table(study, table.name, data_dir=data_dir, **runs)
    caption = beside_caption(study, table)
    return runs_caption(caption, runs["preset"], any=runs["any"]), beside


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
