"""Commands about a study's conclusions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..machine.quiet import quiet_backend
from .options import (
    AnyOption,
    ClaimOption,
    DataOption,
    ExperimentOption,
    FormatOption,
    PresetOption,
    ProtocolOption,
    StoreOption,
    StudyArgument,
    WhereOption,
)
from .output import print_captioned, print_table, require_format, tell, tell_all

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer()


@app.command()
def audit(
    study: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="A study's id, or a study.toml. Default: all shipped."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 1 when something is found.")
    ] = False,
    format: FormatOption = "pipe",
) -> None:
    """Say what cannot be true together in the numbers that a study published. Trains nothing.

    overturns: a claim of the study rests on it; discrepancy: two numbers, or a number and what it
    describes, cannot both be right; note: no claim rests on it, or it is how one was chosen.

    Example: tune-grid audit korssjoen2020
    """
    from ..audit import audit_study
    from ..report.captions import audit_tables
    from .formats import DATA_FORMATS

    require_format(format)
    with quiet_backend():
        found = audit_study(study)
    if format in DATA_FORMATS:
        print_table(found, format)
    else:
        print_captioned(audit_tables(found), format)
    if found.empty:
        tell("Nothing was found: what the audit can compare agrees.")
    elif strict:
        raise typer.Exit(1)


@app.command()
def compare(
    study: StudyArgument,
    experiment: ExperimentOption = None,
    where: WhereOption = None,
    protocol: ProtocolOption = None,
    score: Annotated[
        str,
        typer.Option("--score", metavar="S", help="reported, last, best or held-out epoch."),
    ] = "reported",
    store: StoreOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Hold every published accuracy against our runs: replicated, different, or undecided.

    low and high say where one more run of ours would lie. Why each verdict: --format csv or json.

    Example: tune-grid compare kh2021 --experiment two-layer
    """
    from ..conclusions.comparison import compare_published

    require_format(format)
    how = {"experiments": experiment, "where": where, "protocol": protocol, "store": store}
    _print_judged(compare_published(study, score=score, **how), format)


@app.command()
def compare_with(
    study: StudyArgument,
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="Scores from elsewhere, a row a run.")
    ],
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="C",
            help="Columns that both have, with commas; OURS=THEIRS for other names.",
        ),
    ] = None,
    score: Annotated[
        str, typer.Option("--score", metavar="C", help="The file's column of accuracies.")
    ] = "accuracy",
    experiment: ExperimentOption = None,
    where: WhereOption = None,
    protocol: ProtocolOption = None,
    preset: PresetOption = "full",
    any: AnyOption = False,
    store: StoreOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Set scores from elsewhere, as of tfruns or tune, beside our runs of the same configurations.

    difference is theirs less ours, low and high its 95 % interval where either has more than one
    run.

    Example: tune-grid compare-with kh2021 runs.csv --by layer1=flag_filters --score val_accuracy
    """
    from ..conclusions.other_scores import compare_with
    from ..data.files import read_table

    require_format(format)
    names = None if by is None else _pairs(by)
    how = {"experiments": experiment, "where": where, "protocol": protocol, "store": store}
    found = compare_with(
        study, read_table(file), by=names, score=score, preset=preset, any=any, **how
    )
    _print_judged(found, format)


def _pairs(by: str) -> dict[str, str]:
    """Read columns as `a,b=c`: ours, and what the file calls it."""
    from ..study.parts import split_names

    parts = [one.partition("=") for one in split_names(by)]
    return {ours.strip(): (theirs or ours).strip() for ours, _, theirs in parts}


@app.command()
def overview(store: StoreOption = None, format: FormatOption = "pipe") -> None:
    """Say of every study which claims survive, what its audit finds, and by which evidence.

    Claims that survive, do not, make no difference that matters, are not shown by one run each, are
    undecided; then contradictions on which a claim rests, other discrepancies; runs, the most seeds
    of a configuration, hours of training.

    Example: tune-grid overview
    """
    from ..report.overview import study_overview

    require_format(format)
    found = study_overview(store=store)
    print_table(found, format)
    tell_all(found.attrs["left_out"])


@app.command()
def claims(
    study: StudyArgument,
    claim: ClaimOption = None,
    protocol: ProtocolOption = None,
    store: StoreOption = None,
    data_dir: DataOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Say which claims of a study survive, and how that is known.

    slack is by how much a claim holds (negative: misses), share how many studies with one run each
    would have said it. Below the table each claim in a sentence.

    Example: tune-grid claims kh2021
    """
    from ..conclusions.verdicts import check_claims

    require_format(format)
    how = {"claims": claim, "protocol": protocol, "store": store, "data_dir": data_dir}
    _print_judged(check_claims(study, **how), format)


@app.command()
def rank(
    study: StudyArgument,
    experiment: ExperimentOption = None,
    where: WhereOption = None,
    protocol: ProtocolOption = None,
    store: StoreOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Say which configurations can be the best, and how sure that is.

    in_set: it can be the best; p_best: how probable that is; p_wins: of a study with one run each.

    Example: tune-grid rank kh2021 --experiment two-layer
    """
    from ..conclusions.best import rank_configurations

    require_format(format)
    how = {"experiments": experiment, "where": where, "protocol": protocol, "store": store}
    _print_judged(rank_configurations(study, **how), format)


@app.command()
def plan(
    study: StudyArgument,
    claim: ClaimOption = None,
    protocol: ProtocolOption = None,
    store: StoreOption = None,
    format: FormatOption = "pipe",
) -> None:
    """Say how many further seeds would decide each claim, and how long they take here.

    Example: tune-grid plan kh2021 --claim best-two-layer
    """
    from ..conclusions.seed_planner import plan_seeds

    require_format(format)
    _print_judged(plan_seeds(study, claims=claim, protocol=protocol, store=store), format)


def _print_judged(table: "pd.DataFrame", format: str) -> None:
    """Print a table of verdicts: for programs all of it, for people what they need, and why."""
    from .formats import DATA_FORMATS

    shown = table if format in DATA_FORMATS else table.drop(columns=table.attrs["hidden"])
    print_table(shown, format, digits=table.attrs["digits"])
    tell_all(table.attrs["said"])
    tell_all(table.attrs["left_out"])


@app.command()
def report(
    study: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]", help="A study's id, or a study.toml; none: an overview of all."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help=".html, .md, .pdf or .tex. Default: ID.html."
        ),
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option("--directory", metavar="DIR", help="An exported folder, for a store."),
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", metavar="rmarkdown|quarto", help="What makes HTML and PDF.")
    ] = "rmarkdown",
    store: StoreOption = None,
) -> None:
    """Write a study's report: what survives, its tables beside ours, figures. Needs R, rmarkdown.

    Example: tune-grid report kh2021 --output kh2021.html
    """
    from ..report.render import render_report

    with quiet_backend():
        written = render_report(
            study, output=output, directory=directory, store=store, engine=engine
        )
    tell(f"The report is in {written}.")


@app.command()
def figure(
    study: StudyArgument,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="claims, wins, published, sweeps, factors, curves, confusion, images or time.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help=".svg, .png or .pdf. Default: ID-KIND.svg."),
    ] = None,
    protocol: ProtocolOption = None,
    store: StoreOption = None,
) -> None:
    """Draw one of the figures of a study's report. Needs matplotlib.

    Example: tune-grid figure kh2021 published --output published.pdf
    """
    from ..report.figures import plot_figure

    written = plot_figure(study, kind, output=output, protocol=protocol, store=store)
    tell(f"The figure is in {written}.")
