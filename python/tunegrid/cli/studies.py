"""Commands about studies: what there is, and what stands in one."""

from typing import Annotated

import typer

from ..errors import SpecError
from ..machine.quiet import quiet_backend
from .options import (
    ExperimentOption,
    FormatOption,
    ProtocolOption,
    StoreOption,
    StudyArgument,
    TableOption,
)
from .output import print_captioned, print_table, require_format, tell

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
        typer.Option(
            "--part", metavar="PART", help="One only, as: stated, assumed, claims; or settings."
        ),
    ] = None,
    protocol: ProtocolOption = None,
    table: TableOption = None,
    store: StoreOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Show a study: experiments, protocols, what is stated and assumed, claims.

    With --experiment what the source prints of it; with --table one of its other tables. A grid
    of your own is shown by the name that a store knows it by. The part settings says what holds
    for its runs by a --protocol, and where each setting comes from.

    Example: tune-grid show kh2021 --experiment two-layer
    """
    from ..report.study_tables import study_frame, study_tables
    from ..results.frames import as_frame
    from ..store.store import find_study
    from .formats import DATA_FORMATS

    require_format(format)
    found = find_study(study, store=store)
    if protocol is not None and part != "settings":
        raise SpecError("--protocol goes with --part settings: the others are of all protocols.")
    if part == "settings":
        from ..report.run_settings import run_settings

        print_table(run_settings(found, experiments=experiment, protocol=protocol), format)
    elif table is not None:
        chosen = found.pick_table(table)
        tell(f"{found.id} {chosen.title}")
        print_table(as_frame(found.printed(chosen)), format)
    elif format in DATA_FORMATS:
        print_table(study_frame(found, experiment, part=part), format)
    else:
        with quiet_backend():
            tables = study_tables(found, experiment, part=part)
        print_captioned(tables, format)
