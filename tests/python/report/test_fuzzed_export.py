"""Exported folders that somebody has changed anywhere: refused in words, or imported whole."""

import csv
import hashlib
import io
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunegrid import TunegridError, import_results, read_results, verify_store
from tunegrid.report.export_form import TABLES

EXPORT = Path(__file__).parents[3] / "inst" / "extdata" / "kh2021"
FILES = {file.name: file.read_bytes() for file in sorted(EXPORT.iterdir())}
TYPED = [f"{table}.csv" for table in TABLES]

FEW = settings(max_examples=200, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=5000, suppress_health_check=list(HealthCheck))

CELLS = st.one_of(
    st.sampled_from([
        "", "0", "1", "-1", "0.5", "1.5", "nan", "inf", "1e999", "9" * 400, "x", "{}", "[]", "null",
        "[" * 5000, '{"layer1":16}', "../../secret", "a\0b", "\x1b[2J", '"', "\r\n", "done",
        "failed", "error", "best", "last", "kh2021", "0" * 64, "x" * 200_000,
    ]),
    st.text(max_size=20), st.integers().map(str), st.floats().map(repr),
)  # fmt: skip
SHARES = st.floats(0, 1, exclude_max=True)
NAMES = st.sampled_from(sorted(FILES))


@st.composite
def bytes_changed(draw):
    """Change bytes of a file."""
    name = draw(NAMES)
    content = bytearray(FILES[name])
    at = int(draw(SHARES) * len(content))
    piece = draw(st.binary(min_size=1, max_size=16))
    if draw(st.booleans()):
        content[at : at + len(piece)] = piece
    elif draw(st.booleans()):
        del content[at:]
    else:
        content[at:at] = piece
    return {name: bytes(content)}


@st.composite
def cells_changed(draw):
    """Change a cell of a table, or take one away, or repeat a row."""
    name = draw(st.sampled_from(TYPED))
    rows = list(csv.reader(io.StringIO(FILES[name].decode())))
    row = rows[int(draw(SHARES) * len(rows))]
    how = draw(st.integers(0, 9))
    if how == 0:
        rows.append(list(row))
    elif how == 1:
        rows.remove(row)
    elif how == 2 and row:
        row.pop()
    elif row:
        row[int(draw(SHARES) * len(row))] = draw(CELLS)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return {name: text.getvalue().encode("utf-8", "surrogatepass")}


@st.composite
def files_swapped(draw):
    """Give a file the content of another one, or a link, or nothing."""
    name, other = draw(NAMES), draw(NAMES)
    return {name: draw(st.sampled_from([FILES[other], b"", None, EXPORT / other]))}


@st.composite
def manifest_changed(draw):
    """Change a value of the manifest, which then is not signed again."""
    manifest = json.loads(FILES["manifest.json"])
    values = st.sampled_from(
        [None, 1, 2, [], {}, "x", "../x", 10**400, "kh2021", "0" * 64, {"a": {}}]
    )
    if draw(st.booleans()):
        manifest[draw(st.sampled_from(sorted(manifest)))] = draw(values)
    else:
        name = draw(NAMES | st.sampled_from(["../secret", "/etc/passwd", "a/b", "", ".", "a\0b"]))
        manifest["files"][name] = draw(values)
    return {"manifest.json": json.dumps(manifest).encode()}


CHANGES = st.one_of(
    cells_changed(), cells_changed(), bytes_changed(), files_swapped(), manifest_changed()
)


@pytest.fixture(scope="module")
def folder():
    """In memory, where there is such a folder."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory) as found:
        (Path(found) / "secret").write_text("mine")
        yield Path(found)


def write(export, changes):
    """Write the export anew with what was changed, and digests that are right."""
    shutil.rmtree(export, ignore_errors=True)
    shutil.copytree(EXPORT, export)
    for name, content in changes.items():
        (export / name).unlink()
        if isinstance(content, Path):
            (export / name).symlink_to(content)
        elif content is not None:
            (export / name).write_bytes(content)
    if "manifest.json" not in changes:
        manifest = json.loads(FILES["manifest.json"])
        for name in manifest["files"]:
            if (export / name).is_file():
                content = (export / name).read_bytes()
                manifest["files"][name] = hashlib.sha256(content).hexdigest()
        (export / "manifest.json").write_text(json.dumps(manifest))


def hold_law(folder, changes):
    """One sentence and no store, or a store that is whole and can be read."""
    store = folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    write(folder / "export", changes)
    before = {one.name: one.lstat().st_mtime_ns for one in (folder / "export").iterdir()}
    try:
        import_results(folder / "export", store=store)
    except TunegridError:
        assert not store.exists()
    else:
        assert "wrong" not in set(verify_store(store=store)["state"])
        assert len(read_results("kh2021", experiments="two-layer", any=True, store=store)) <= 3
    assert {one.name for one in folder.iterdir()} <= {"secret", "export", "store"}
    assert (folder / "secret").read_text() == "mine"
    assert before == {one.name: one.lstat().st_mtime_ns for one in (folder / "export").iterdir()}


@FEW
@given(changes=CHANGES)
@pytest.mark.hostile("an exported folder: bytes, cells, files, links, manifest")
def test_an_export_that_is_changed_is_refused_or_whole(folder, changes):
    """Bytes, cells, the manifest, files in each other's place, links."""
    hold_law(folder, changes)


@pytest.mark.long
@MANY
@given(changes=CHANGES)
@pytest.mark.hostile("an exported folder: bytes, cells, files, links, manifest")
def test_thousands_of_exports_that_are_changed(folder, changes):
    """As above."""
    hold_law(folder, changes)
