"""Columns of a grid of one's own: each changes something, or is called a label."""

import pytest
from test_own_grid import network

from tunegrid import SpecError, model_json, own_study
from tunegrid.plan.grid import configurations
from tunegrid.study.own_columns import HeardRow

EPOCHS = {"epochs": 1}


def by_get(row):
    return network({"width": row.get("width")})


def by_all(row):
    return network({**row})


def by_items(row):
    return network(dict(row.items()))


@pytest.mark.parametrize("reading", [network, by_get, by_all, by_items])
def test_what_a_function_reads_is_no_label(reading):
    """However it reads it."""
    study = own_study([{"width": 2}, {"width": 4}], model=reading, set=EPOCHS)
    assert len(configurations(study)) == 2


@pytest.mark.parametrize(
    ("column", "hint"),
    [("lr", ": did you mean learning_rate?"), ("epoch", ": did you mean epochs?"), ("zzz", r"\.")],
)
@pytest.mark.parametrize("model", [network, "dense_stack"])
def test_a_column_that_nothing_reads_is_refused(model, column, hint):
    """Its rows would train one run under two names."""
    size = "width" if model is network else "dense1"
    rows = [{size: 2, column: 1}, {size: 2, column: 2}]
    with pytest.raises(SpecError, match=f"Nothing reads the column {column} of the grid{hint}"):
        own_study(rows, model=model, set=EPOCHS)


def test_a_parameter_of_another_architecture_is_read_by_nothing():
    """A dense network has no kernel."""
    with pytest.raises(SpecError, match="Nothing reads the column kernel of the grid"):
        own_study([{"dense1": 2, "kernel": 3}], model="dense_stack", set=EPOCHS)


def test_labels_name_configurations():
    """They stand in tables and change nothing."""
    rows = [{"width": 2, "team": "a"}, {"width": 2, "team": "b"}]
    found = configurations(own_study(rows, model=network, labels="team", set=EPOCHS))
    assert [one.columns["team"] for one in found] == ["a", "b"]
    with pytest.raises(SpecError, match="labels names side, and the grid has the columns width"):
        own_study(rows, model=network, labels=["team", "side"], set=EPOCHS)


def test_settings_are_read_by_the_training():
    """A column of learning rates needs no function to read it."""
    rows = [{"width": 2, "learning_rate": rate} for rate in (0.1, 0.01)]
    assert len(configurations(own_study(rows, model=network, set=EPOCHS))) == 2


def test_models_made_elsewhere_must_differ():
    """R calls its functions itself: two rows with one model are told of by their columns."""
    texts = [model_json(network({"width": 2}))] * 2
    rows = [{"width": 2, "lr": 1}, {"width": 2, "lr": 2}]
    with pytest.raises(
        SpecError, match=r"Rows 1 and 2 .* same model, whatever lr is: did you mean"
    ):
        own_study(rows, model=texts, set=EPOCHS)
    assert len(configurations(own_study(rows, model=texts, labels="lr", set=EPOCHS))) == 2


def test_a_grid_without_a_name_is_called_by_what_it_is():
    """So two grids are two studies of a store, and the same one is the same."""
    one, same, other = (
        own_study([{"dense1": width}], model="dense_stack", set=EPOCHS).id for width in (2, 2, 4)
    )
    assert one == same != other
    assert one.startswith("own-grid-")


def test_a_row_that_is_only_looked_at_notes_it():
    """Also by `pop` and by asking for a column that is not there."""
    read = set()
    row = HeardRow({"a": 1, "b": 2}, read)
    assert (row.pop("a"), row.get("c", 3), len(row)) == (1, 3, 1)
    assert read == {"a", "c"}
