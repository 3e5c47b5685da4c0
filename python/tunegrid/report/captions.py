"""What stands above and below a table, for people."""

import pandas as pd

from ..conclusions.arithmetic.ranking import rank_agreements
from ..errors import counted
from ..plan.grid import configurations
from ..study.settings import PRESETS
from ..study.study import Study
from ..study.tables import PrintedTable


def audit_tables(found: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Give what `audit_study` found as a captioned table a study, for people."""
    shown = found.rename(columns={"message": "finding"})
    return [
        (f"{study}: {counted(len(table), 'finding')}", table[["gravity", "rule", "finding"]])
        for study, table in shown.groupby("study", sort=False)
    ]


def shown_table(table: pd.DataFrame, *, any: bool = False) -> pd.DataFrame:  # noqa: A002
    """Leave out what the caption says already."""
    return table if any else table.drop(columns="departures", errors="ignore")


def beside_caption(study: Study, table: PrintedTable) -> str:
    """Say whose table stands there, when it is another table of the source."""
    return f"{study.id} {table.title}, and ours"


def table_caption(
    study: Study,
    experiment: str,
    protocol: str,
    preset: str,
    *,
    any: bool = False,  # noqa: A002
) -> str:
    """Say whose table it is, and when it is no replication."""
    caption = f"{title(study, experiment)}, protocol {protocol}"
    found = configurations(study, protocol=protocol, experiments=experiment)
    others = dict.fromkeys(study.other_images(one.data.name) for one in found)
    said = [caption, *(other.removesuffix(".") for other in others if other)]
    return runs_caption(". ".join(said), preset, any=any)


def runs_caption(caption: str, preset: str, *, any: bool = False) -> str:  # noqa: A002
    """Add to a caption what must be said of the runs below it."""
    if any:
        return f"{caption}. All runs, whatever their departures: not all are replications."
    if preset == "quick":
        quick = PRESETS["quick"]
        size = f"{quick['train_size']:,}".replace(",", " ")
        return (
            f"{caption}. Quick preset: {quick['epochs']} epochs of {size} images. This is a "
            f"look at the grid, NO REPLICATION of the study."
        )
    return caption


def agreement_note(table: pd.DataFrame) -> str:
    """Say how far our order of the configurations is the published one; nothing without one."""
    if "published_accuracy" not in table:
        return ""
    said = []
    for kind, agreement in rank_agreements(table).items():
        of = f" of the runs with {kind}" if kind else ""
        said.append(
            f"Rank agreement{of} with the published order: Kendall's τ = {agreement.tau:.2f} "
            f"(n = {agreement.n} configurations)."
        )
    if not said:
        return "Rank agreement with the published order: too few configurations to say."
    return "\n".join(said)


def title(study: Study, experiment: str) -> str:
    """Name an experiment of a study as its source does."""
    return f"{study.id} {experiment}: {study.experiments[experiment].title}"
