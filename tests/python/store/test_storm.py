"""Drivers and workers killed at random moments: nothing is lost, and nothing is done twice."""

import pytest
from storm import GRID, KINDS, Storm, assert_whole, content, undisturbed

from tunegrid.store.store import Store


@pytest.fixture(scope="module")
def calm(fashion_mnist, tmp_path_factory):
    """Make stores of the grid, run in peace, by number of rows and seeds."""
    made = {}

    def store(rows, seeds):
        if (rows, seeds) not in made:
            made[rows, seeds] = tmp_path_factory.mktemp("calm") / "store"
            undisturbed(made[rows, seeds], GRID[:rows], seeds)
        return made[rows, seeds]

    return store


@pytest.mark.parametrize(
    ("kills", "rows", "seeds"),
    [
        (5, 10, 1),
        pytest.param(12, 20, 3, marks=pytest.mark.long),
        pytest.param(55, 20, 15, marks=pytest.mark.long),
    ],
)
def test_after_a_storm_the_store_is_that_of_a_calm_day(
    calm, tmp_path, record_property, kills, rows, seeds
):
    """Lone drivers, workers, whole groups, inside transactions, two drivers at once."""
    storm = Storm(tmp_path, GRID[:rows], seeds, seed=kills)
    storm.rage(kills)
    storm.end()
    assert_whole(storm.store)
    assert content(storm.store) == content(calm(rows, seeds))
    assert len(storm.steps) == storm.kills["step"]
    by_kind = ", ".join(f"{storm.kills[kind]} {kind}" for kind in KINDS)
    record_property("fault", f"SIGKILL over {rows * seeds} runs ({by_kind})")
    record_property("times", storm.kills.total())
    record_property("lost", storm.losses())


@pytest.mark.parametrize(("kills", "rows"), [(1, 3), pytest.param(10, 15, marks=pytest.mark.long)])
def test_kills_of_the_lone_driver_fail_no_run(calm, tmp_path, record_property, kills, rows):
    """Two runs of 512 images a row end complete; none is marked failed, no attempt either."""
    storm = Storm(tmp_path, GRID[:rows], 2, seed=2 * rows)
    storm.rage(kills, ("driver",))
    storm.end()
    assert_whole(storm.store)
    assert content(storm.store) == content(calm(rows, 2))
    with Store(storm.store) as store:
        assert store.rows("SELECT count(*) FROM attempt WHERE outcome = 'failed'")[0][0] == 0
    record_property("fault", f"SIGKILL of the lone driver over {2 * rows} runs")
    record_property("times", storm.kills.total())
    record_property("lost", storm.losses())
