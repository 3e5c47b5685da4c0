"""Prove a store whole: everything in it is held against everything else, and computed again."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ...errors import DamagedStoreError, StoreError
from ...study.study import Study
from ..store import Store, find_study, open_existing
from .findings import CHECKS, Finding, unread
from .inspection import Inspection


def verify_store(
    study: str | Path | Study | None = None,
    *,
    store: str | Path | None = None,
    data_dir: str | Path | None = None,
) -> pd.DataFrame:
    """Hold a store's content against itself: plans, keys, results, environments, files.

    Args:
        study: only this one's runs; all by default.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        data_dir: a folder with data sets, whose labels the predictions are held against.

    Returns:
        One row a check: check, state (`ok`, `incomplete` when runs are yet to be trained,
        `wrong`), checked (how many things), found (how many of them are not as they should
        be), meaning, detail (the first of these). `attrs["findings"]` has them all in sentences.

    Raises:
        StoreError: when there is no store, it has nothing of the study, or a newer tunegrid
            wrote it.
        DataError: when a data set is damaged.
    """
    wanted = None if study is None else find_study(study, store=store).id
    checked = dict.fromkeys(CHECKS, 0)
    unseen: list[str] = []
    try:
        with open_existing(store) as opened:
            _check_planned(opened, wanted)
            inspection = Inspection(opened, study=wanted, data_dir=data_dir)
            findings = list(inspection.findings())
            checked, unseen = inspection.checked, inspection.without_labels()
    except DamagedStoreError as error:  # already at its first page
        findings = [unread(name, error) for name in CHECKS]
    frame = pd.DataFrame([_summary(name, checked[name], findings) for name in CHECKS])
    frame.attrs["findings"] = [f"{one.check}: {one.text}" for one in findings]
    frame.attrs["findings"] += [
        f"predictions: accuracies were not computed again, for want of {name}" for name in unseen
    ]
    return frame


def _check_planned(store: Store, study: str | None) -> None:
    query = "SELECT 1 FROM plan WHERE study = :study LIMIT 1"
    if study is not None and not store.rows(query, {"study": study}):
        raise StoreError(f"The store {store.folder} has no runs of {study} to verify.")


def _summary(name: str, checked: int, findings: Sequence[Finding]) -> dict[str, object]:
    own = [one for one in findings if one.check == name]
    levels = {one.level for one in own}
    state = next((level for level in ("wrong", "incomplete") if level in levels), "ok")
    more = f", and {len(own) - 1} more" if len(own) > 1 else ""
    return {
        "check": name,
        "state": state,
        "checked": checked,
        "found": sum(one.count for one in own),
        "meaning": CHECKS[name],
        "detail": f"{own[0].text}{more}" if own else "",
    }
