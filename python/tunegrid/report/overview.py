"""All studies in one table: what survives of each, what its audit finds, and the evidence."""

from pathlib import Path

import pandas as pd

from ..audit import audit_study
from ..conclusions.verdicts import check_claims
from ..machine.quiet import quiet_backend
from ..results.tidy import no_store, read_results
from ..store.store import Store, find_study
from ..study.study import Study, studies

#: The columns that count claims, and the verdict that each counts.
_COUNTED = {
    "survive": "survives",
    "do_not_survive": "does not survive",
    "no_difference": "no difference that matters",
    "not_shown": "not shown by one run each",
    "undecided": "undecided",
}

CAPTION = (
    "Claims by verdict, contradictions on which a claim rests, other discrepancies, and the "
    "evidence: runs, seeds (the most of a configuration), hours of training"
)


def study_overview(*, store: str | Path | None = None) -> pd.DataFrame:
    """Say of every study which of its claims survive, what its audit finds, and by which evidence.

    Args:
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        A row a study, those that ship first, then those of one's own that the store has runs of:
        study; claims, and how many of them by the runs of the study's default protocol survive,
        do_not_survive, make no_difference that matters, are not_shown by one run each, or are
        undecided; overturns and discrepancies, the audit's findings of that gravity; runs of that
        protocol as it stands, seeds (the most that a configuration has), hours of training.
        `attrs["left_out"]` says when there is no store.

    Raises:
        StoreError: when the store cannot be read.
    """
    shipped = [study.id for study in studies()]
    with Store(store) as opened:
        rows = opened.rows("SELECT DISTINCT study FROM plan ORDER BY study")
        folder, left_out = opened.folder, no_store(opened)
    own = [row["study"] for row in rows if row["study"] not in shipped]
    found = [_row(find_study(name, store=folder), folder) for name in (*shipped, *own)]
    table = pd.DataFrame(found).astype({"hours": "Float64"})
    table.attrs = {"caption": CAPTION, "left_out": left_out}
    return table


def _row(study: Study, store: Path) -> dict[str, object]:
    claims = check_claims(study, store=store)
    verdicts = claims["verdict"][claims["setting"].ne("first")].value_counts()
    with quiet_backend():
        gravity = audit_study(study)["gravity"].value_counts()
    runs = read_results(study, store=store)
    by = ["experiment", *runs.attrs["columns"]]
    runs = runs[runs["outcome"].eq("done")]
    seeds = runs.groupby(by, sort=False, dropna=False)["replicate"].nunique()
    return {
        "study": study.id,
        "claims": int(verdicts.sum()),
        **{column: int(verdicts.get(verdict, 0)) for column, verdict in _COUNTED.items()},
        "overturns": int(gravity.get("overturns", 0)),
        "discrepancies": int(gravity.get("discrepancy", 0)),
        "runs": runs["key"].nunique(),
        "seeds": int(seeds.max()) if len(seeds) else 0,
        "hours": round(float(runs.drop_duplicates("key")["seconds"].sum()) / 3600, 1),
    }
