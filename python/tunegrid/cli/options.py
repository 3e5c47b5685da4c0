"""The options that several commands have, with their help."""

from typing import Annotated

import typer

StudyArgument = Annotated[
    str, typer.Argument(metavar="ID", help="A study's id, or the path of a study.toml.")
]
OwnStudyArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[ID]",
        help="A study's id, or the path of a study.toml; none for a grid of your own.",
    ),
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
ClaimOption = Annotated[
    list[str] | None,
    typer.Option(
        "--claim", metavar="C", help="One or more, with commas or repeated. Default: all."
    ),
]
TableOption = Annotated[
    str | None,
    typer.Option("--table", metavar="T", help="One of the source's other tables (see show)."),
]
