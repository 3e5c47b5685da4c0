"""What the tests of conclusions share: the runs that the project keeps."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tunegrid import import_results

KEPT = Path(__file__).parents[3] / "reports" / "results" / "kh2021"


@pytest.fixture(scope="package")
def kept(tmp_path_factory):
    """A store with the runs of reports/results, to be read only."""
    store = tmp_path_factory.mktemp("kept") / "store"
    import_results(KEPT, store=store)
    return store


@pytest.fixture(scope="package")
def once(kept, tmp_path_factory):
    """The same with the first seed alone: one run each, as studies are published."""
    store = shutil.copytree(kept, tmp_path_factory.mktemp("once") / "store")
    with closing(sqlite3.connect(store / "results.sqlite")) as database, database:
        database.execute("DELETE FROM plan WHERE replicate > 1")
        database.execute("DELETE FROM look")
    return store
