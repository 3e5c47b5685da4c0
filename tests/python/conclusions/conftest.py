"""What the tests of conclusions share: the kept runs, one of each configuration."""

import shutil
import sqlite3
from contextlib import closing

import pytest


@pytest.fixture(scope="package")
def once(kept, tmp_path_factory):
    """The same with the first seed alone: one run each, as studies are published."""
    store = shutil.copytree(kept, tmp_path_factory.mktemp("once") / "store")
    with closing(sqlite3.connect(store / "results.sqlite")) as database, database:
        database.execute("DELETE FROM plan WHERE replicate > 1")
        database.execute("DELETE FROM look")
    return store
