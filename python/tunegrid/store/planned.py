"""What a store keeps of a plan: its rows, written and read."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from ..errors import SpecError, TunegridError, quoted
from ..plan.configuration import Configuration, resolve
from ..plan.plans import PlannedRun
from ..plan.runs import canonical
from ..study.settings import check_settings
from ..study.study import Study
from .cells import read_row
from .database import now


def write_plan(cursor: sqlite3.Cursor, study: Study, planned: Sequence[PlannedRun]) -> None:
    """Write a plan with its study file; what is there already stays as it is."""
    definition = study.model_dump_json(by_alias=True)
    digest = hashlib.sha256(definition.encode()).hexdigest()
    cursor.execute(
        "INSERT INTO study VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (study.id, digest, definition, now()),
    )
    cursor.executemany(
        "INSERT INTO run (key, spec) VALUES (?, ?) ON CONFLICT DO NOTHING",
        ((one.key, one.spec.to_json()) for one in planned),
    )
    cursor.executemany(
        "INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        _plan_rows(planned),
    )


def _plan_rows(planned: Sequence[PlannedRun]) -> Iterator[tuple[object, ...]]:
    """Write planned runs as the store's table `plan` has them."""
    places = {}  # what the replicates of a configuration have in common, written once
    for run in planned:
        one = run.configuration
        if id(one) not in places:
            texts = (canonical(one.columns), canonical(one.departures))
            places[id(one)] = (one.study, one.protocol, one.experiment, *texts)
        yield (*places[id(one)], run.replicate, run.key)


def stored_study(definition: object) -> Study:
    """Read a study file as a store keeps it.

    Args:
        definition: JSON, or what it says.

    Raises:
        SpecError: when another version of tunegrid wrote it, or it is no study.
    """
    try:
        content = json.loads(definition) if isinstance(definition, str) else definition
        return Study.model_validate({**content, "folder": None})
    except (
        TunegridError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError,
        RecursionError,
    ) as error:  # fmt: skip
        raise SpecError(
            f"The store's study file is damaged, or of another version of tunegrid "
            f"({quoted(error)}): see `tune-grid verify`."
        ) from None


def current_at(definitions: Sequence[tuple[str, str]], when: str) -> str | None:
    """Give which of `Store.definitions` was the last one at a time; None before the first."""
    earlier = [definition for added, definition in definitions if added <= when]
    return earlier[-1] if earlier else None


def planned_configuration(study: Study, row: Mapping[str, object]) -> Configuration:
    """Read a configuration out of a row of `plan`, and settle it by a study file.

    Args:
        study: the file as it is now, or as it was.
        row: with protocol, experiment, configuration and departures.

    Raises:
        SpecError: when the study file has no such configuration, or the row is damaged.
    """
    described = study.experiments.get(row["experiment"])
    if described is None or row["protocol"] not in study.protocols:
        raise SpecError(f"{study.id} has no experiment {quoted(row['experiment'])} like this.")
    try:
        departures, columns = read_row(row["departures"]), read_row(row["configuration"])
        own_grid = departures.pop("grid", None) is not None
        names = dict.fromkeys(
            [*(one for one in described.column_names if one in columns), *columns]
        )
        ordered = described.check_row({name: columns[name] for name in names}, as_stored=True)
    except (ValueError, TypeError) as error:
        raise SpecError(f"A planned configuration is damaged: {quoted(error)}") from None
    place = (row["protocol"], row["experiment"], ordered, check_settings(departures))
    return resolve(study, *place, own_grid=own_grid)
