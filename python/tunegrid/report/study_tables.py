"""A study described in tables, for people and for programs."""

from collections.abc import Iterator, Sequence

import pandas as pd

from ..errors import SpecError, quoted
from ..plan.grid import configurations
from ..results.frames import as_frame
from ..results.published import published_table, tables_of
from ..study.claims import Claim
from ..study.parts import Assumption
from ..study.study import Study, studies
from .captions import beside_caption, title


def studies_table() -> pd.DataFrame:
    """Give one row a shipped study, with its date, its size, its protocols and what it is about."""
    return pd.DataFrame(
        {
            "study": found.id,
            "date": str(found.date),
            "experiments": len(found.experiments),
            "configurations": len(configurations(found)),
            "protocols": ", ".join(found.protocols),
            "about": found.about,
        }
        for found in studies()
    )


#: The parts of a study's description, in this order, with their captions.
PARTS = {
    "experiments": "",
    "protocols": "Protocols: ways in which the study's runs are made",
    "differences": "Where each protocol differs from what is stated",
    "stated": "Stated: values that the source gives",
    "assumed": "Assumed: values that the source does not state",
    "tables": "Other tables that the source prints: see them with --table",
    "claims": "Claims, as statements that runs can test",
}


def study_tables(
    study: Study, experiments: Sequence[str] | None = None, *, part: str | None = None
) -> list[tuple[str, pd.DataFrame]]:
    """Describe a study in captioned tables.

    Args:
        study: from `load_study`.
        experiments: give what the source prints of these experiments instead.
        part: one of `PARTS` only.

    Returns:
        The tables of `PARTS` that are not empty; or the experiments' own tables, and after each
        the source's other ones about it.

    Raises:
        SpecError: for an unknown experiment or part.
    """
    if experiments:
        return list(_of_experiments(study, study.pick_experiments(experiments)))
    about = f"{study.title} ({study.author}, {study.date}). {study.about}."
    source = f"Source: {study.source}."
    others = dict.fromkeys(study.other_images(one.data.name) for one in configurations(study))
    said = " ".join(filter(None, (about, source, *others)))
    captions = PARTS | {"experiments": said}
    chosen = PARTS if part is None else [part]
    tables = [(captions.get(name, ""), study_part(study, name)) for name in chosen]
    return [(caption, table) for caption, table in tables if len(table)]


def study_part(study: Study, part: str) -> pd.DataFrame:
    """Give one part of a study's description; `PARTS` names them.

    Raises:
        SpecError: for an unknown part.
    """
    if part not in PARTS:
        raise SpecError(f"There is no part '{quoted(part)}': choose from {', '.join(PARTS)}.")
    makers = {
        "experiments": _experiments,
        "protocols": _protocols,
        "differences": _differences,
        "stated": _stated,
        "assumed": _assumed,
        "tables": _tables,
        "claims": _claims,
    }
    return makers[part](study)


def study_frame(
    study: Study, experiments: Sequence[str] | None = None, *, part: str | None = None
) -> pd.DataFrame:
    """Give one part of `study_tables` for programs, or all experiments' own tables in one."""
    if not experiments:
        frame = study_part(study, part or "experiments")
        return frame if "study" in frame else frame.assign(study=study.id)[["study", *frame]]
    names = study.pick_experiments(experiments)
    rows = [row for name in names for row in _printed(study, name).to_dict("records")]
    return as_frame(rows)


def _of_experiments(study: Study, names: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in names:
        yield title(study, name), _printed(study, name)
        for table in tables_of(study, [name], ("layers", "printed", "epochs", "confusion")):
            if table.kind == "layers":
                yield beside_caption(study, table), published_table(study, table.name)
            else:
                yield f"{study.id} {table.title}", as_frame(study.printed(table))


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


def _differences(study: Study) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "protocol": name,
            "no": number,
            "set": ", ".join(f"{name} = {value}" for name, value in rule.set.items()),
            "where": rule.where or "everywhere",
            "reason": rule.reason,
        }
        for name, protocol in study.protocols.items()
        for number, rule in enumerate(protocol.difference, start=1)
    )


def _stated(study: Study) -> pd.DataFrame:
    """Give the settings of the study and its experiments that are not listed as assumed."""
    layers = {"all": study.settings} | {
        name: experiment.settings for name, experiment in study.experiments.items()
    }
    assumed = {
        (entry.key, name) for entry in study.assumed for name in entry.experiments or ("all",)
    }
    return pd.DataFrame(
        [
            {"key": key, "value": str(value), "experiments": name}
            for name, settings in layers.items()
            for key, value in settings.items()
            if not {(key, name), (key, "all")} & assumed
        ]
    )


def _tables(study: Study) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "table": table.name,
            "kind": table.kind,
            "experiment": table.experiment or "",
            "rows": len(study.printed(table)),
            "title": table.title,
        }
        for table in study.tables
    )


def _claims(study: Study) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "claim": claim.id,
            "kind": claim.kind,
            "text": claim.text,
            "source": claim.source,
            "test": _test(claim),
        }
        for claim in study.claims
    )


def _test(claim: Claim) -> str:
    """Write a claim's test out; its conditions are read as they stand in the study file."""
    shown = claim.model_dump(exclude={"id", "text", "source", "kind"}, exclude_defaults=True)
    return "; ".join(f"{name}: {_listed(value)}" for name, value in shown.items())


def _listed(value: object) -> str:
    return " | ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _assumed(study: Study) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "key": entry.key,
            "value": _values(study, entry),
            "protocols": ", ".join(entry.protocols) or "all",
            "experiments": ", ".join(entry.experiments) or "all",
            "where": entry.where or "everywhere",
            "reason": entry.reason,
        }
        for entry in study.assumed
    )


def _values(study: Study, entry: Assumption) -> str:
    """Look the assumed values up where they take effect."""
    protocol = entry.protocols[0] if entry.protocols else None
    found = configurations(
        study, protocol=protocol, experiments=entry.experiments or None, where=entry.where
    )
    values = [one.setting(entry.key) for one in found]
    return ", ".join(str(value) for value in dict.fromkeys(values) if value is not None)
