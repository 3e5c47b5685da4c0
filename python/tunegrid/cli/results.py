"""Commands that print what came of a study's runs."""

from typing import TYPE_CHECKING, Annotated

import typer

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
from .output import print_captioned, print_table, require_format, tell_all

if TYPE_CHECKING:
    import pandas as pd

    from ..study.study import Study
    from ..study.tables import PrintedTable

app = typer.Typer()


@app.command()
def results(
    study: StudyArgument,
    experiment: ExperimentOption = None,
    where: WhereOption = None,
    protocol: ProtocolOption = None,
    preset: PresetOption = "full",
    any: AnyOption = False,
    epochs: Annotated[
        bool, typer.Option("--epochs", help="Learning curves: a row an epoch.")
    ] = False,
    store: StoreOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Print the runs of a study, one row each.

    Example: tune-grid results kh2021 --experiment two-layer --format csv
    """
    from ..results.curves import read_epochs
    from ..results.tidy import read_results

    require_format(format)
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any}
    read = read_epochs if epochs else read_results
    table = read(study, experiments=experiment, store=store, **how)
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
