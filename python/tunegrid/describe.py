"""What the command says of studies and tables, for people."""

from collections.abc import Sequence

import pandas as pd

from .compare import rank_agreements
from .experiment import Assumption, Protocol
from .frames import as_frame
from .grid import configurations
from .settings import OPTIMIZERS, PRESETS
from .study import Study, studies


def studies_table() -> pd.DataFrame:
    """Give one row a shipped study, with its date, its size, its protocols and what it is about."""
    return pd.DataFrame(
        {
            "study": found.id,
            "date": found.date.isoformat(),
            "experiments": len(found.experiments),
            "configurations": len(configurations(found)),
            "protocols": ", ".join(found.protocols),
            "about": found.about,
        }
        for found in studies()
    )


def study_tables(
    study: Study, experiments: Sequence[str] | None = None
) -> list[tuple[str, pd.DataFrame]]:
    """Describe a study in captioned tables.

    Args:
        study: from `load_study`.
        experiments: give these experiments' printed tables instead.

    Returns:
        The experiments first, then where each protocol differs, then the assumptions.
    """
    if experiments:
        names = study.pick_experiments(experiments)
        return [(_title(study, name), _printed(study, name)) for name in names]
    about = f"{study.title} ({study.author}, {study.date}). {study.about}."
    tables = [(f"{about} Source: {study.source}.", _experiments(study))]
    tables.append(("Protocols: ways in which the study's runs are made", _protocols(study)))
    for name, protocol in study.protocols.items():
        tables.append((f"Where {name} differs from what the report says", _rules(protocol)))
    tables.append(("Assumed: values that the source does not state", _assumed(study)))
    return [(caption, table) for caption, table in tables if len(table)]


def study_frame(study: Study, experiments: Sequence[str] | None = None) -> pd.DataFrame:
    """Give the first table of `study_tables` for programs, or all printed tables in one."""
    if not experiments:
        return _experiments(study)
    names = study.pick_experiments(experiments)
    rows = [row for name in names for row in _printed(study, name).to_dict("records")]
    return as_frame(rows)


def shown_table(table: pd.DataFrame, *, any: bool = False) -> pd.DataFrame:  # noqa: A002
    """Leave out what the caption says already."""
    return table if any else table.drop(columns="departures", errors="ignore")


def table_caption(
    study: Study,
    experiment: str,
    protocol: str,
    preset: str,
    *,
    any: bool = False,  # noqa: A002
) -> str:
    """Say whose table it is, and when it is no replication."""
    caption = f"{_title(study, experiment)}, protocol {protocol}"
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
    """Say how far our order of the configurations is the published one."""
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


def _title(study: Study, experiment: str) -> str:
    return f"{study.id} {experiment}: {study.experiments[experiment].title}"


def _experiments(study: Study) -> pd.DataFrame:
    everything, rows = configurations(study), []
    for name, experiment in study.experiments.items():
        found = [one for one in everything if one.experiment == name]
        rows.append(
            {
                "study": study.id,
                "experiment": name,
                "configurations": len(found),
                "published": len(study.published(name)),
                "columns": ", ".join(experiment.column_names),
                "data": ", ".join(dict.fromkeys(str(one.settings["dataset"]) for one in found)),
                "title": experiment.title,
            }
        )
    return pd.DataFrame(rows)


def _printed(study: Study, experiment: str) -> pd.DataFrame:
    """Give the printed table, or the configurations where the source prints none."""
    printed = study.published(experiment) or [
        dict(one.columns) for one in configurations(study, experiments=experiment)
    ]
    frame = as_frame(printed)
    frame.insert(0, "study", study.id)
    frame.insert(1, "experiment", experiment)
    return frame


def _protocols(study: Study) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "protocol": name,
            "default": "yes" if name == study.default_protocol else "",
            "differences": len(protocol.difference),
            "title": protocol.title,
        }
        for name, protocol in study.protocols.items()
    )


def _rules(protocol: Protocol) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "no": number,
            "set": ", ".join(f"{name} = {value}" for name, value in rule.set.items()),
            "where": rule.where or "everywhere",
            "reason": rule.reason,
        }
        for number, rule in enumerate(protocol.difference, start=1)
    )


def _assumed(study: Study) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "key": entry.key,
            "value": str(_value(study, entry)),
            "protocols": ", ".join(entry.protocols) or "all",
            "experiments": ", ".join(entry.experiments) or "all",
            "reason": entry.reason,
        }
        for entry in study.assumed
    )


def _value(study: Study, entry: Assumption) -> object:
    """Look the assumed value up where it takes effect."""
    protocol = entry.protocols[0] if entry.protocols else None
    found = configurations(study, protocol=protocol, experiments=entry.experiments or None)
    settings = found[0].settings
    return settings.get(entry.key, OPTIMIZERS[settings["optimizer"]].get(entry.key))
