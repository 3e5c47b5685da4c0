"""What the tests of conclusions share: the runs that the project keeps."""

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
