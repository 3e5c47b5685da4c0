"""An exported folder that somebody sent: what is in it is held against itself, and stays in it."""

import csv
import hashlib
import json
import os
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from tunegrid import StoreError, export_results, import_results, read_results, verify_store
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.report.export_form import MANIFEST_MOST
from tunegrid.store.store import Store, find_study
from tunegrid.study.own_grid import own_study

ROOT = Path(__file__).parents[3]
EXPORT = ROOT / "inst" / "extdata" / "kh2021"


@pytest.fixture
def export(tmp_path):
    """A copy of the small export that ships, to be forged."""
    return Path(shutil.copytree(EXPORT, tmp_path / "export"))


def sign(folder, **changes):
    """Make the manifest right again after a change, as a forger would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in manifest["files"]:
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        manifest["files"][name] = digest
    (folder / "manifest.json").write_text(json.dumps(manifest | changes))


def rewrite(folder, table, change):
    """Change a table's rows, the header first, and sign."""
    file = folder / f"{table}.csv"
    with file.open(newline="") as stream:
        rows = list(csv.reader(stream))
    change(rows)
    with file.open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    sign(folder)


def put(column, text):
    """Put a text into a column's first cell."""

    def change(rows):
        rows[1][rows[0].index(column)] = text

    return change


def refused(folder, store, match):
    """See an import refused, and nothing written."""
    with pytest.raises(StoreError, match=match) as found:
        import_results(folder, store=store)
    assert not store.exists()
    return str(found.value)


#: What can be forged in a cell, and what is said of it.
FORGED = {
    "an accuracy above one": ("epoch", put("accuracy", "1.5"), "score that is none"),
    "a loss that is no number": ("epoch", put("loss", "nan"), "score that is none"),
    "a loss without end": ("epoch", put("val_loss", "inf"), "score that is none"),
    "a text for a number": ("run", put("seconds", "long"), "seconds"),
    "a number of 400 digits": ("run", put("parameters", "9" * 400), "parameters"),
    "an epoch of 400 digits": ("epoch", put("epoch", "9" * 400), "epoch"),
    "a test accuracy that the classes do not give": (
        "prediction", put("accuracy", "0.99"), "accurac|scores"
    ),
    "another key": ("run", put("key", "0" * 64), "predictions|spec"),
    "a key that is a path": ("run", put("key", "../../secret"), "spec|key"),
    "another environment": ("environment", put("description", "{}"), "made with|digest"),
    "a definition that was changed": ("study", put("definition", '{"id": "kh2021"}'), "study file"),
    "a configuration that is no object": ("plan", put("configuration", "[1]"), "asks for"),
    "a configuration of 400 digits": (
        "plan", put("configuration", f'{{"layer1":{"9" * 400}}}'), "configuration|asks for"
    ),
    "a plan of another study": ("plan", put("study", "other"), "study"),
    "a replicate that is none": ("plan", put("replicate", "soon"), "replicate|asks for"),
    "an attempt without its times": ("attempt", put("started", ""), "attempt"),
    "an attempt that is forgiven twice": ("attempt", put("forgiven", "2"), "forgiven|done 0 times"),
    "a run twice": ("run", lambda rows: rows.append(rows[1]), "twice|UNIQUE"),
    "a row with a cell more": ("run", lambda rows: rows[1].append("x"), "line 2 has 11 cells"),
    "a row with a cell less": ("epoch", lambda rows: rows[3].pop(), "line 4 has 5 cells"),
    "a run that is not planned": ("plan", lambda rows: rows.pop(), "plan"),
    "a run that is done twice": ("attempt", lambda rows: rows.append(rows[1]), "done 2 times"),
    "a look without numbers": (
        "look",
        lambda rows: rows.append(["kh2021", "as-run", "c", "1", "x", "t", "1", "s", "holds",
                                  "0", "0", "0", "1", "1"]),
        "alpha",
    ),
    "other columns": ("run", lambda rows: rows[0].reverse(), "does not have the columns"),
    "an empty file": ("run", lambda rows: rows.clear(), "does not have the columns"),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_cell_is_found_before_anything_is_written(export, tmp_path, what):
    """With digests that are right; what is said names the folder, and no store is damaged."""
    table, change, match = FORGED[what]
    rewrite(export, table, change)
    said = refused(export, tmp_path / "store", match)
    assert str(export) in said
    assert "tune-grid repair" not in said


def test_a_spec_of_wrong_types_is_refused(export, tmp_path):
    """Its key is right, and the plan names it."""
    run = csv.DictReader((export / "run.csv").read_text().splitlines())
    spec = json.loads(next(run)["spec"]) | {"engine": ["x"]}
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    rewrite(export, "run", lambda rows: rows[1].__setitem__(slice(0, 2), [
        hashlib.sha256(text.encode()).hexdigest(), text]))  # fmt: skip
    refused(export, tmp_path / "store", ".")


def test_a_definition_that_is_no_study_is_refused(export, tmp_path):
    """Also with the digest that it has."""
    text = '{"id": "kh2021"}'
    digest = hashlib.sha256(text.encode()).hexdigest()
    rewrite(export, "study", lambda rows: rows[1].__setitem__(slice(1, 3), [digest, text]))
    refused(export, tmp_path / "store", "study file")


def test_a_manifest_of_another_study_is_refused(export, tmp_path):
    """What is said of it would be of something else."""
    sign(export, study="nn-modelling")
    refused(export, tmp_path / "store", "nn-modelling")


@pytest.mark.parametrize("files", [[], {"run.csv": 3}, {"../x": "y"}, {"/etc/passwd": "y"}, None])
def test_a_manifest_of_another_form_is_refused(export, tmp_path, files):
    """Its files are plain names with digests."""
    sign(export, files=files)
    refused(export, tmp_path / "store", "manifest|passwd|no file inside")


@pytest.mark.parametrize("text", ["[" * 100_000, "{", "", '{"format": "1", "study": 3}', "\xff"])
def test_a_manifest_that_is_none_is_refused(export, tmp_path, text):
    """However deep."""
    (export / "manifest.json").write_bytes(text.encode("latin1"))
    refused(export, tmp_path / "store", "damaged")


def test_a_manifest_without_end_is_refused_unread(export, tmp_path):
    """A sparse file of a tebibyte takes no room."""
    os.truncate(export / "manifest.json", 1 << 40)
    refused(export, tmp_path / "store", "1 TiB|1024 GiB")
    assert MANIFEST_MOST < 1 << 24


def test_a_table_without_end_is_refused_unread(export, tmp_path):
    """Before its digest is computed."""
    os.truncate(export / "epoch.csv", 1 << 40)
    refused(export, tmp_path / "store", "is the most")


@pytest.mark.parametrize("name", ["run.csv", "predictions.h5", "manifest.json", "about.csv"])
def test_a_link_in_an_export_is_refused_by_its_name(export, tmp_path, name):
    """Also where it leads to the same bytes."""
    (export / name).rename(tmp_path / "elsewhere")
    (export / name).symlink_to(tmp_path / "elsewhere")
    refused(export, tmp_path / "store", f"{name} is a symbolic link")


def test_a_pipe_in_an_export_is_refused_at_once(export, tmp_path):
    """Nothing waits for it."""
    (export / "run.csv").unlink()
    os.mkfifo(export / "run.csv")
    refused(export, tmp_path / "store", "no regular file")


def test_exporting_into_a_folder_with_links_writes_nothing_elsewhere(export, tmp_path):
    """A link in the place of a file that is being written is replaced."""
    import_results(EXPORT, store=tmp_path / "store")
    thesis = tmp_path / "thesis"
    thesis.write_text("mine")
    for name in (".run.csv.part", ".predictions.h5.part", ".manifest.json.part", "epoch.csv"):
        (export / name).unlink(missing_ok=True)
        (export / name).symlink_to(thesis)
    export_results("kh2021", export, store=tmp_path / "store")
    assert thesis.read_text() == "mine"
    assert import_results(export, store=tmp_path / "again").added == 2


# predictions.h5


def external_link(group, name, secret):
    del group[name]
    group[name] = h5py.ExternalLink(str(secret), "/x")


def soft_link(group, name, secret):
    del group[name]
    group[name] = h5py.SoftLink("/10000/best")


def external_storage(group, name, secret):
    shape = group[name].shape
    del group[name]
    group.create_dataset(name, shape, "u1", external=[(str(secret), 0, shape[0] * shape[1])])


def virtual(group, name, secret):
    layout = h5py.VirtualLayout(group[name].shape, "u1")
    layout[...] = h5py.VirtualSource(str(secret), "x", group[name].shape)
    del group[name]
    group.create_virtual_dataset(name, layout)


def references(group, name, secret):
    shape = group[name].shape
    del group[name]
    group.create_dataset(name, shape, h5py.ref_dtype)


def other_type(group, name, secret):
    values = group[name][:].astype("f8")
    del group[name]
    group[name] = values


def other_shape(group, name, secret):
    values = group[name][:, :-1]
    del group[name]
    group[name] = values


def other_filter(group, name, secret):
    values = group[name][:]
    del group[name]
    group.create_dataset(name, data=values, compression="lzf")


def a_group(group, name, secret):
    del group[name]
    group.create_group(name)


def nothing_stored(group, name, secret):
    shape = group[name].shape
    del group[name]
    group.create_dataset(name, shape, "u1", chunks=(1, 10000), fillvalue=3)


def a_bomb(group, name, secret):
    """One piece that inflates to a gibibyte."""
    import zlib

    shape = group[name].shape
    del group[name]
    made = group.create_dataset(name, shape, "u1", chunks=shape, compression="gzip")
    squeeze = zlib.compressobj(9)
    piece = bytes(1 << 24)
    made.id.write_direct_chunk(
        (0, 0), b"".join(squeeze.compress(piece) for _ in range(64)) + squeeze.flush()
    )


def more_groups(group, name, secret):
    group.file["more"] = np.zeros(3)


HDF5 = [external_link, soft_link, external_storage, virtual, references, other_type, other_shape,
        other_filter, a_group, nothing_stored, a_bomb, more_groups]  # fmt: skip


@pytest.mark.parametrize("harm", HDF5)
def test_predictions_that_are_no_plain_dataset_are_refused(export, tmp_path, harm):
    """Nothing of another file comes in, and nothing is made that the plan does not ask for."""
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["x"] = np.full((2, 10000), 7, "u1")
    with h5py.File(export / "predictions.h5", "r+") as file:
        (group,) = file.values()
        harm(group, "last", secret)
    sign(export)
    refused(export, tmp_path / "store", "predictions")


def test_predictions_for_more_images_than_the_plan_says_are_refused(export, tmp_path):
    """A dataset of a tebibyte takes no room as long as nobody reads it."""
    with h5py.File(export / "predictions.h5", "r+") as file:
        (group,) = file.values()
        del group["last"]
        group.create_dataset("last", (2, 1 << 40), "u1", chunks=(1, 1 << 20))
    sign(export)
    refused(export, tmp_path / "store", "shape")


@pytest.mark.parametrize("content", [b"", b"no", b"\x89HDF\r\n\x1a\n" + bytes(64)])
def test_predictions_that_are_no_hdf5_are_refused(export, tmp_path, content):
    """As a bad export, not a damaged store."""
    (export / "predictions.h5").write_bytes(content)
    sign(export)
    refused(export, tmp_path / "store", "predictions")


def test_the_kept_results_are_imported_and_whole(tmp_path):
    """What ships is what is asked of others."""
    kept = ROOT / "reports" / "results" / "kh2021"
    runs = (kept / "run.csv").read_text("utf-8").count(",done,")
    assert import_results(kept, store=tmp_path).added == runs
    assert set(verify_store(store=tmp_path)["state"]) == {"ok"}
    assert len(read_results("kh2021", any=True, store=tmp_path)) >= 50


def planned(folder, units):
    """Plan a grid of one's own, called grid-of-mine, and train nothing."""
    rows = [{"dense1": one} for one in units]
    study = own_study(rows, model="dense_stack", name="grid-of-mine", set={"epochs": 1})
    with Store(folder, write=True) as opened:
        opened.add_plan(study, plan(configurations(study)))


def test_an_export_by_the_name_of_one_s_own_grid_does_not_hide_it(tmp_path):
    """It may have more rows, or fewer, and no others."""
    for name, units in {"mine": [4, 8], "more": [4, 8, 16], "theirs": [8, 16]}.items():
        planned(tmp_path / name, units)
    for name in ("theirs", "more"):
        export_results("grid-of-mine", tmp_path / f"{name}-export", store=tmp_path / name)
    with pytest.raises(StoreError, match="is another one"):
        import_results(tmp_path / "theirs-export", store=tmp_path / "mine")
    import_results(tmp_path / "more-export", store=tmp_path / "mine")


def test_a_study_file_of_a_time_to_come_is_not_the_last_one(tmp_path):
    """Else nothing that is planned later would be found by the grid's name."""
    planned(tmp_path, [4, 8])
    with Store(tmp_path, write=True) as opened, opened.transaction() as cursor:
        cursor.execute("UPDATE study SET added = '9999-01-01'")
    planned(tmp_path, [4, 8, 16])
    assert "3 configurations" in find_study("grid-of-mine", store=tmp_path).about
