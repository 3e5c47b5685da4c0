"""Export and import: results that leave a store, and come into another."""

import hashlib
import json
import shutil

import pandas as pd
import pytest

from tunegrid import (
    SpecError,
    StoreError,
    comparison_table,
    export_results,
    import_results,
    load_study,
    read_results,
)
from tunegrid.report import export
from tunegrid.report.export_form import TABLES
from tunegrid.report.sheets import sheets
from tunegrid.store.store import Store


@pytest.fixture(scope="module")
def exported(small_store, tmp_path_factory):
    """The small store's runs, exported."""
    folder = tmp_path_factory.mktemp("exported") / "kh2021"
    summary = export_results("kh2021", folder, store=small_store)
    assert (summary.planned, summary.done) == (8, 8)
    return folder


@pytest.fixture
def copy(exported, tmp_path):
    """A copy of the export, to be harmed."""
    return shutil.copytree(exported, tmp_path / "copy")


def content(store):
    """Read all that an export has of a store, and the classes."""
    with Store(store) as opened:
        tables = {
            table: [tuple(row) for row in opened.rows(f"SELECT {', '.join(columns)} FROM {table}")]  # noqa: S608
            for table, columns in TABLES.items()
        }
        tables["classes"] = [
            tuple(row) for row in opened.rows("SELECT run, after, classes FROM prediction")
        ]
    return {table: sorted(rows, key=repr) for table, rows in tables.items()}


def sign(folder):
    """Make the manifest right again after a change, as a forger would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in manifest["files"]:
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        manifest["files"][name] = digest
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_export_then_import_gives_an_equal_store(exported, small_store, tmp_path):
    """Every row and every predicted class, bit for bit."""
    summary = import_results(exported, store=tmp_path / "store")
    assert (summary.study, summary.runs, summary.added, summary.kept) == ("kh2021", 8, 8, 0)
    assert content(tmp_path / "store") == content(small_store)


def test_importing_twice_adds_nothing(exported, tmp_path):
    """What is there stays as it is."""
    import_results(exported, store=tmp_path)
    once = content(tmp_path)
    again = import_results(exported, store=tmp_path)
    assert (again.added, again.kept, again.differing) == (0, 8, [])
    assert content(tmp_path)["run"] == once["run"]
    assert content(tmp_path)["epoch"] == once["epoch"]


def test_exporting_again_replaces_the_export(exported, small_store, tmp_path):
    """The same store gives the same files, byte for byte, so a diff of two exports is empty."""
    export_results("kh2021", tmp_path / "again", store=small_store)
    export_results("kh2021", tmp_path / "again", store=small_store)
    for file in exported.glob("*.csv"):
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()


def test_an_export_is_read_with_pandas_alone(exported, small_store):
    """The tidy table is what read_results gives; the dictionary explains every column."""
    ours = read_results("kh2021", any=True, store=small_store)
    theirs = pd.read_csv(exported / "results-as-run.csv")
    assert theirs["accuracy"].tolist() == ours["accuracy"].tolist()
    dictionary = pd.read_csv(exported / "dictionary.csv")
    for table in TABLES:
        columns = pd.read_csv(exported / f"{table}.csv").columns.tolist()
        assert dictionary[dictionary["file"] == f"{table}.csv"]["column"].tolist() == columns


def test_comparisons_are_exported_as_they_are(exported, small_store):
    """A file for each experiment of a protocol that has runs, NA written as NA."""
    files = sorted(file.name for file in exported.glob("comparison-*.csv"))
    experiments = load_study("kh2021").experiments
    assert files == sorted(f"comparison-as-run-{name}.csv" for name in experiments)
    for name in experiments:
        text = (exported / f"comparison-as-run-{name}.csv").read_text()
        table = comparison_table("kh2021", experiments=name, store=small_store)
        assert text == table.to_csv(index=False, na_rep="NA")
    assert ",NA," in (exported / "comparison-as-run-two-layer.csv").read_text()
    dictionary = pd.read_csv(exported / "dictionary.csv").set_index("file")["meaning"]
    listed = [file for file in dictionary.index if file.startswith("comparison-as")]
    assert listed == [f"comparison-as-run-{name}.csv" for name in experiments]
    assert dictionary["results-as-run.csv"] == "kh2021, protocol as-run"
    assert dictionary["comparison-as-run-two-layer.csv"] == (
        "kh2021 two-layer: two convolution layers (Table 3), protocol as-run. The published "
        "numbers are of Kaggle's Fashion-MNIST, ours of Fashion-MNIST"
    )


def test_comparisons_of_a_part(small_store, tmp_path):
    """Only those of the experiments that are exported, and their replicates are full ones."""
    summary = export_results("kh2021", tmp_path, experiments="two-layer", store=small_store)
    assert summary.done == 8
    (file,) = tmp_path.glob("comparison-*.csv")
    table = pd.read_csv(file)
    assert file.name == "comparison-as-run-two-layer.csv"
    assert (len(table), table["replicates"].sum()) == (20, 0)


def test_an_export_without_comparisons_is_imported(copy, tmp_path):
    """As folders are that an earlier version wrote: what people read is no part of the results."""
    manifest = json.loads((copy / "manifest.json").read_text())
    for file in copy.glob("comparison-*.csv"):
        del manifest["files"][file.name]
        file.unlink()
    (copy / "manifest.json").write_text(json.dumps(manifest))
    assert import_results(copy, store=tmp_path / "store").added == 8


def test_stores_of_two_machines_come_together(exported, copy, tmp_path):
    """What either has is there afterwards; what both have is kept once."""
    key = pd.read_csv(copy / "plan.csv")["run"][0]
    import_results(exported, store=tmp_path / "one")
    with Store(tmp_path / "one", write=True) as store, store.transaction() as cursor:
        for table in ("epoch", "prediction"):
            cursor.execute(f"DELETE FROM {table} WHERE run = ?", (key,))  # noqa: S608
        cursor.execute(
            "UPDATE run SET outcome = NULL, seconds = NULL, ended = NULL WHERE key = ?", (key,)
        )
    summary = import_results(copy, store=tmp_path / "one")
    assert (summary.added, summary.kept) == (1, 7)
    assert len(read_results("kh2021", any=True, store=tmp_path / "one")) == 8


@pytest.mark.parametrize("name", ["run.csv", "epoch.csv", "predictions.h5", "dictionary.csv"])
def test_a_changed_file_is_refused(copy, tmp_path, name):
    """One byte is enough, and nothing is imported."""
    with (copy / name).open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(StoreError, match=f"{name} is not as it was exported"):
        import_results(copy, store=tmp_path / "store")
    assert not (tmp_path / "store").exists()


def _forge(folder, name, old, new):
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    sign(folder)


def test_a_forged_export_is_refused(copy, tmp_path):
    """Right digests do not help: keys are computed again, and epochs counted."""
    _forge(copy, "run.csv", '""epochs"":2', '""epochs"":3')
    with pytest.raises(StoreError, match="is not the key of its spec"):
        import_results(copy, store=tmp_path)


def test_a_run_without_its_epochs_is_refused(copy, tmp_path):
    """A done run has every epoch."""
    lines = (copy / "epoch.csv").read_text().splitlines()
    (copy / "epoch.csv").write_text("\n".join(lines[:-1]) + "\n")
    sign(copy)
    with pytest.raises(StoreError, match="has 1 of 2 epochs"):
        import_results(copy, store=tmp_path)


def test_what_is_no_export_is_refused(tmp_path, copy):
    """An empty folder, one whose writing broke off, one of a newer format."""
    with pytest.raises(StoreError, match=r"no whole export: it has no manifest\.json"):
        import_results(tmp_path)
    manifest = copy / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(StoreError, match="is of format 2, this tunegrid reads 1: upgrade"):
        import_results(copy, store=tmp_path / "store")


def test_an_export_never_replaces_somebody_s_files(small_store, tmp_path):
    """A folder with other things in it is refused, and stays as it is."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match="is not empty and holds no export"):
        export_results("kh2021", tmp_path, store=small_store)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_export_never_replaces_the_manifest_of_another_program(small_store, tmp_path):
    """It has the same name, and says other things."""
    (tmp_path / "manifest.json").write_text('{"manifest_version": 3}')
    with pytest.raises(StoreError, match="is not empty and holds no export"):
        export_results("kh2021", tmp_path, store=small_store)
    assert [file.read_text() for file in tmp_path.iterdir()] == ['{"manifest_version": 3}']


def test_an_empty_store_has_nothing_to_export(tmp_path):
    """And makes no folder."""
    with pytest.raises(StoreError, match="has no runs of kh2021 to export"):
        export_results("kh2021", tmp_path / "out", store=tmp_path / "none")
    assert not (tmp_path / "out").exists()


def test_two_tables_never_have_one_file(small_store, tmp_path, monkeypatch):
    """As those of a protocol a with b-c, and a protocol a-b with c, would have."""
    monkeypatch.setattr(export, "sheets", lambda *given: 2 * sheets(*given))
    with pytest.raises(SpecError, match=r"Two protocols have a table called \S+\.csv: call one"):
        export_results("kh2021", tmp_path / "x", store=small_store)
