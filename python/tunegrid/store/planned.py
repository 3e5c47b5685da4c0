"""What a store keeps of a plan: its rows, written and read."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from ..plan.configuration import Configuration, resolve
from ..plan.plans import PlannedRun
from ..plan.runs import canonical
from ..study.study import Study
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


def planned_configuration(study: Study, row: Mapping[str, object]) -> Configuration:
    """Read a configuration out of a row of `plan`, and settle it by a study file.

    Args:
        study: the file as it is now, or as it was.
        row: with protocol, experiment, configuration and departures.

    Raises:
        SpecError: when the study file has no such configuration.
    """
    departures = json.loads(row["departures"])
    own_grid = departures.pop("grid", None) is not None
    columns = json.loads(row["configuration"])
    known = study.experiments[row["experiment"]].column_names
    names = dict.fromkeys([*(name for name in known if name in columns), *columns])
    ordered = {name: columns[name] for name in names}
    place = (row["protocol"], row["experiment"], ordered, departures)
    return resolve(study, *place, own_grid=own_grid)
