"""Labels that were written otherwise when runs were trained: the tables can still be read."""

import pytest

from tunegrid import SpecError, comparison_table, load_study, run_grid

STUDY = """
schema = 1
id = "labels"
title = "labels"
author = "a"
date = "undated"
source = "s"
about = "b"
settings = {{ dataset = "fashion_mnist", architecture = "mlp", epochs = 1, train_size = 64 }}
protocol.own.title = "p"
[experiment.grid]
title = "e"
labels = ["model"]
grid = {{ model = {labels}, dense1 = [1] }}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory, fashion_mnist):
    """Train with the labels 1, 2 and, of a grid given, 7.5; give what writes others."""
    folder = tmp_path_factory.mktemp("labels")

    def write(labels):
        (folder / "study.toml").write_text(STUDY.format(labels=labels))
        return load_study(folder / "study.toml")

    how = {"store": folder / "store", "workers": 1}
    run_grid(write("[1, 2]"), **how)
    run_grid(write("[1, 2]"), grid=[{"model": 7.5, "dense1": 1}], **how)
    run_grid(write('["a"]'), **how)
    return write


@pytest.mark.parametrize("labels", ["[1, 2]", '["1", "b"]', "[true, false]", "[0.5, 1]"])
def test_a_table_shows_each_label_as_it_was(study, labels):
    """Texts, numbers and truth values below each other; no number is cut."""
    found = study(labels)
    table = comparison_table(found, any=True, store=found.folder / "store")
    assert {"7.5", "a"} <= set(table["model"].astype(str))


def test_a_grid_given_writes_labels_as_the_study_does(study):
    """A text where the study has numbers is refused before it is trained."""
    with pytest.raises(SpecError, match="the label model is a number elsewhere, and here 'a'"):
        run_grid(study("[1, 2]"), grid=[{"model": "a", "dense1": 1}])
