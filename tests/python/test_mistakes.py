"""An argument of the wrong kind is one sentence that names it, whatever the verb."""

import pandas as pd
import pytest

import tunegrid

FRAME = pd.DataFrame({"accuracy": [1.0]})
GRID = [{"dense1": 8}]

MISTAKES = [
    ("load_study", (None,), {}, "study must be the id of a study, .*, not None"),
    ("load_study", (5,), {}, r"study must be .*, not 5 \(int\)"),
    ("load_study", (b"x",), {}, r"not b'x' \(bytes\)"),
    ("audit_study", (FRAME,), {}, "not DataFrame"),
    ("read_results", (FRAME,), {}, "study must be"),
    ("read_results", ("kh2021",), {"experiments": 5}, r"a list of texts, not 5 \(int\)"),
    ("read_results", ("kh2021",), {"experiments": [5]}, "a list of texts, not list"),
    ("read_results", ("kh2021",), {"where": 5}, "where must be a text"),
    ("read_results", ("kh2021",), {"preset": ["full"]}, "There is no preset"),
    ("read_results", ("kh2021",), {"keys": 5}, "keys must be a list of texts"),
    ("comparison_table", ("kh2021",), {"store": FRAME}, "store must be the path of a folder"),
    ("check_claims", ("kh2021",), {"claims": 5}, "a list of texts"),
    ("rank_configurations", ("kh2021",), {"where": FRAME}, "where must be a text"),
    ("published_table", ("kh2021", []), {}, "There is no table of kh2021"),
    ("run_status", (5,), {}, "study must be"),
    ("export_results", ("kh2021", None), {}, "directory must be the path of a folder, not None"),
    ("import_results", (5,), {}, "directory must be the path of a folder"),
    ("render_report", ("kh2021",), {"output": 5}, "output must be the path of a file"),
    ("dataset_status", (), {"data_dir": 5}, "data_dir must be the path of a folder"),
    ("run_settings", ("kh2021",), {"set": 5}, "set must be a mapping of settings"),
    ("run_grid", ("kh2021",), {"set": [1]}, "set must be a mapping of settings"),
    ("run_grid", ("kh2021",), {"set": {1: 2}}, "A setting's name must be a text"),
    ("run_grid", ("kh2021",), {"engine": ["x"]}, "There is no engine"),
    ("run_grid", ("kh2021",), {"where": len}, "where must be a text|A condition must be a text"),
    ("run_grid", (), {"grid": GRID, "model": 5}, "model"),
    ("run_grid", (), {"grid": GRID, "model": "dense_stack", "dataset": FRAME}, "dataset must be"),
    ("run_grid", (), {"grid": GRID, "model": "dense_stack", "name": 5}, "name must be a text"),
    ("run_grid", (), {"grid": GRID, "model": "dense_stack", "labels": 5}, "a list of texts"),
    ("run_grid", (), {"grid": {"dense1": 8}, "model": "dense_stack"}, "grid"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "given", "how", "said"), MISTAKES)
def test_an_argument_of_the_wrong_kind_is_named(tmp_path, monkeypatch, verb, given, how, said):
    monkeypatch.setenv("TUNEGRID_STORE", str(tmp_path / "store"))
    with pytest.raises(tunegrid.TunegridError, match=said):
        getattr(tunegrid, verb)(*given, **how)
