"""A store's runs, counted by what has become of them."""

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ..knitr.notebook import in_notebook
from ..store.database import told
from ..store.store import Store, find_study
from ..study.study import Study
from .reader import say
from .tidy import no_store


def run_status(
    study: str | Path | Study | None = None,
    *,
    keys: Iterable[str] | None = None,
    store: str | Path | None = None,
) -> pd.DataFrame:
    """Count a store's runs by what has become of them.

    Args:
        study: only this one; all that the store knows by default.
        keys: only the runs with these keys, as a `RunSummary` has them.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        One row a study, protocol, experiment and departures: planned, done, failed, training
        (a living driver has it), missing, and the seconds that the done ones took in all.
        `attrs["left_out"]` says when there is no store.
    """
    query = """
        SELECT study, protocol, experiment, departures, run.key, outcome, seconds
        FROM plan JOIN run ON run.key = plan.run
        WHERE (:study IS NULL OR study = :study)
          AND (:keys IS NULL OR run.key IN (SELECT value FROM json_each(:keys)))"""
    wanted = None if study is None else find_study(study, store=store).id
    meant = None if keys is None else json.dumps(list(keys))
    with Store(store) as opened:
        stored = pd.DataFrame(
            map(dict, opened.rows(query, {"study": wanted, "keys": meant})),
            columns=["study", "protocol", "experiment", "departures", "key", "outcome", "seconds"],
        )
        training = opened.in_training()
    with told(opened.folder):
        departures = [say(json.loads(text)) for text in stored["departures"]]
    counts = pd.DataFrame(
        {
            **{name: stored[name] for name in ("study", "protocol", "experiment")},
            "departures": departures,
            "planned": 1,
            "done": stored["outcome"].eq("done"),
            "failed": stored["outcome"].eq("failed"),
            "training": stored["key"].isin(training) & stored["outcome"].isna(),
            "missing": stored["outcome"].isna() & ~stored["key"].isin(training),
            "seconds": stored["seconds"].astype("Float64"),
        }
    )
    by = ["study", "protocol", "experiment", "departures"]
    table = counts.groupby(by, sort=False).sum().reset_index()
    table.attrs["left_out"] = no_store(opened)
    return in_notebook(table)
