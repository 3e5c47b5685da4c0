"""All studies in one table: verdicts, findings and evidence, as the verbs of each say."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from tunegrid import audit_study, check_claims, studies, study_overview


@pytest.fixture(scope="module")
def overview(small_store):
    return study_overview(store=small_store).set_index("study")


def test_every_study_that_ships_has_a_row(overview):
    assert list(overview.index) == [study.id for study in studies()]


def test_each_claim_is_counted_once_by_its_verdict(overview, small_store):
    counted = ["survive", "do_not_survive", "no_difference", "not_shown", "undecided"]
    assert overview[counted].sum(axis=1).eq(overview["claims"]).all()
    verdicts = check_claims("kh2021", store=small_store)["verdict"]
    assert overview.loc["kh2021", "undecided"] == verdicts.eq("undecided").sum()


def test_findings_are_those_of_the_audit(overview):
    gravity = audit_study("korssjoen2020")["gravity"]
    assert overview.loc["korssjoen2020", "overturns"] == gravity.eq("overturns").sum() > 0


def test_seeds_are_counted_and_not_numbered(kept, tmp_path):
    """A replicate that failed is none, whatever number those behind it have."""
    store = shutil.copytree(kept, tmp_path / "store")
    with closing(sqlite3.connect(store / "results.sqlite")) as database, database:
        database.execute("DELETE FROM plan WHERE replicate IN (2, 3)")
    assert study_overview(store=store).set_index("study").loc["kh2021", "seeds"] == 3


def test_a_store_that_is_not_there_is_said(tmp_path):
    table = study_overview(store=tmp_path / "none")
    assert table["runs"].eq(0).all()
    assert "There is no store" in table.attrs["left_out"][0]
