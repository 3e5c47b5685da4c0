"""Stores that somebody has changed anywhere: verify names it, or every reader works."""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunegrid import (
    TunegridError,
    check_claims,
    check_data,
    compare_published,
    comparison_table,
    export_results,
    import_results,
    load_study,
    plan_seeds,
    published_table,
    rank_configurations,
    read_epochs,
    read_results,
    repair_store,
    run_settings,
    run_status,
    show_model,
    verify_store,
)
from tunegrid.store.cells import COLUMNS
from tunegrid.store.database import FILE

EXPORT = Path(__file__).parents[3] / "inst" / "extdata" / "kh2021"

STUDY = load_study("kh2021")
ONE = {"experiments": "two-layer"}

#: Every way to read a store; the first are fast, and are tried more often.
READERS = {
    "status": lambda store: run_status(store=store),
    "results": lambda store: read_results(STUDY, any=True, store=store, **ONE),
    "epochs": lambda store: read_epochs(STUDY, any=True, store=store, **ONE),
    "data": lambda store: check_data("fashion_mnist", store=store),
    "import": lambda store: import_results(EXPORT, store=store),
    "table": lambda store: comparison_table(STUDY, any=True, store=store, **ONE),
    "compare": lambda store: compare_published(STUDY, store=store, **ONE),
    "published": lambda store: published_table(STUDY, "depths", store=store),
    "claims": lambda store: check_claims(STUDY, store=store),
    "settings": lambda store: run_settings(STUDY, store=store),
    "seeds": lambda store: plan_seeds(STUDY, store=store),
    "best": lambda store: rank_configurations(STUDY, store=store, **ONE),
    "model": lambda store: show_model("0b6691", store=store),
    "export": lambda store: export_results(STUDY, store.parent / "exported", store=store),
}

#: What says in words that the store has too little for it.
REFUSING = {"best"}

#: What a cell can be made into: other types, huge, no number, no text, no JSON, a path.
CELLS = st.one_of(
    st.sampled_from([
        None, 0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63), 0.0, 0.5, -0.5, 1e308, float("inf"), "",
        "x", "nan", "9" * 400, "{}", "[]", "null", '{"layer1":16}', f'{{"layer1":{"9" * 400}}}',
        '{"layer1":[16]}', '{"a":NaN}', "[" * 5000, '{"epochs":3}', "../../../secret", "a\0b",
        "\x1b[2J", "é\u202e", "x" * 100_000, b"", b"\x00", b"\xff" * 100, "2026-01-01", "done",
        "failed", "last", "best", "error", "kh2021", "other",
    ]),
    st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=20),
    st.binary(max_size=20),
)  # fmt: skip

TABLE_COLUMNS = st.sampled_from(
    [(table, name) for table, names in COLUMNS.items() for name in names]
)
FEW = settings(max_examples=200, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=5000, suppress_health_check=list(HealthCheck))


class Place:
    """A folder with a store that is put back before each example, beside files of the user's."""

    def __init__(self, folder):
        self.store = folder / "store"
        import_results(EXPORT, store=self.store)
        with closing(sqlite3.connect(self.store / FILE)) as connection:
            connection.execute(
                "INSERT INTO look VALUES ('kh2021', 'as-run', 'depth', 1, 0.01, '2026', 3, 's', "
                "'holds', 0.1, 0.0, 0.2, 5.0, 60.0)"
            )
            connection.execute(
                "INSERT INTO claim SELECT run, id, 'far away', '1 1 x', 1.0 FROM attempt LIMIT 1"
            )
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")
        self.whole = (self.store / FILE).read_bytes()
        (folder / "secret").write_text("mine")
        self.folder = folder

    def put_back(self, content=None):
        shutil.rmtree(self.store)
        shutil.rmtree(self.folder / "exported", ignore_errors=True)
        self.store.mkdir()
        (self.store / FILE).write_bytes(self.whole if content is None else content)

    def see_nothing_outside(self):
        assert {one.name for one in self.folder.iterdir()} <= {"store", "exported", "secret"}
        assert (self.folder / "secret").read_text() == "mine"


@pytest.fixture(scope="module")
def place():
    """In memory, where there is such a folder: a disk would be waited for thousands of times."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Place(Path(folder))


def is_named(store):
    """Say whether a proof of a store finds something wrong or of another version, or refuses it."""
    try:
        found = verify_store(store=store)
    except TunegridError:
        return True
    return "wrong" in set(found["state"]) or any(
        "another version" in text for text in found.attrs["findings"]
    )


def works(reader, store):
    """Say whether a reader works, or refuses in words; anything else it raises is a failure."""
    try:
        READERS[reader](store)
    except TunegridError as error:
        assert "Traceback" not in str(error)
        return False
    return True


def hold_law(place, readers):
    """Verify names what is wrong, or every reader works; after a repair nothing is wrong."""
    named = is_named(place.store)
    for reader in readers:
        assert works(reader, place.store) or named or reader in REFUSING, reader
    try:
        repair_store(place.store)
    except TunegridError:
        assert named
    else:
        assert "wrong" not in set(verify_store(store=place.store)["state"])
    place.see_nothing_outside()


def change(store, table, name, row, value):
    """Put a value into a cell, whatever the schema says of it."""
    with closing(sqlite3.connect(store / FILE)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        keys = [one[1] for one in connection.execute(f"PRAGMA table_info({table})") if one[5]]
        listed = ", ".join(keys)
        with suppress(sqlite3.IntegrityError):  # a rowid is a number
            connection.execute(
                f"UPDATE OR IGNORE {table} SET {name} = ? WHERE ({listed}) IN "  # noqa: S608
                f"(SELECT {listed} FROM {table} LIMIT 1 OFFSET ?)",
                (value, row),
            )
        connection.commit()


@pytest.mark.long
def test_the_readers_have_something_to_read(place):
    """Else nothing would be tried."""
    place.put_back()
    assert {one for one in READERS if not works(one, place.store)} == REFUSING


def hold_law_of_cells(place, cell, row, value, readers):
    place.put_back()
    change(place.store, *cell, row, value)
    hold_law(place, readers)


SOME = st.sampled_from([[one] for one in list(READERS)[:5] * 5 + list(READERS)[5:-4]])
SLOW = st.sampled_from([["seeds"], ["best"], ["model"], ["export"]])
ROWS = st.integers(0, 5)


@FEW
@given(cell=TABLE_COLUMNS, row=ROWS, value=CELLS, readers=SOME)
@pytest.mark.hostile("a store with a cell changed")
def test_a_cell_that_is_changed_is_named_or_read(place, cell, row, value, readers):
    """Another type, NULL, huge, text, bytes, in any column of any table."""
    hold_law_of_cells(place, cell, row, value, readers)


@pytest.mark.long
@MANY
@given(cell=TABLE_COLUMNS, row=ROWS, value=CELLS, readers=SOME)
@pytest.mark.hostile("a store with a cell changed")
def test_thousands_of_cells_that_are_changed(place, cell, row, value, readers):
    """As above."""
    hold_law_of_cells(place, cell, row, value, readers)


@pytest.mark.long
@FEW
@given(cell=TABLE_COLUMNS, row=ROWS, value=CELLS, readers=SLOW)
@pytest.mark.hostile("a store with a cell changed, read by what builds models")
def test_a_cell_that_is_changed_is_named_or_read_by_those_that_take_long(
    place, cell, row, value, readers
):
    """Models and exports among them."""
    hold_law_of_cells(place, cell, row, value, readers)


@st.composite
def json_with_one_thing_changed(draw, text):
    """Change one value of a JSON object, at any depth, or take it away."""
    value = json.loads(text)
    place = value
    while True:
        name = draw(st.sampled_from(sorted(place)))
        if isinstance(place[name], dict) and place[name] and draw(st.booleans()):
            place = place[name]
        else:
            break
    if draw(st.integers(0, 9)) == 0:
        del place[name]
    else:
        place[name] = draw(st.sampled_from([
            None, 0, -1, 2, 10**400, 1e308, float("inf"), "x", "../../x", [], {}, [[]], {"a": 1},
            True, "keras", "conv_stack", "adam", "own", "0" * 64, "pooled", "fold",
        ]))  # fmt: skip
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def forge(store, what, data):
    """Change a spec, a study file or an environment, and give it the digest that it has now."""
    table, name, text = {
        "spec": ("run", "key", "spec"),
        "study": ("study", "digest", "definition"),
        "environment": ("environment", "id", "description"),
    }[what]
    with closing(sqlite3.connect(store / FILE)) as connection:
        old, known = connection.execute(f"SELECT {name}, {text} FROM {table}").fetchone()  # noqa: S608
        forged = data.draw(json_with_one_thing_changed(known))
        new = hashlib.sha256(forged.encode()).hexdigest()
        if connection.execute(f"SELECT 1 FROM {table} WHERE {name} = ?", (new,)).fetchone():  # noqa: S608
            return  # the other replicate is there already
        connection.execute(f"UPDATE {table} SET {name} = ?, {text} = ? WHERE {name} = ?",  # noqa: S608
                           (new, forged, old))  # fmt: skip
        of_runs = ("plan", "epoch", "prediction", "attempt", "claim")
        links = {
            "spec": [(one, "run") for one in of_runs],
            "environment": [("run", "environment")],
        }
        for other, column in links.get(what, []):
            connection.execute(f"UPDATE {other} SET {column} = ? WHERE {column} = ?", (new, old))  # noqa: S608
        connection.commit()


FORGED = st.sampled_from(["spec", "spec", "study", "environment"])


@FEW
@given(what=FORGED, data=st.data(), readers=SOME)
@pytest.mark.hostile("a store with a text forged, and its digest too")
def test_what_is_forged_with_its_digest_is_named_or_read(place, what, data, readers):
    """A spec, a study file, an environment, with the key that they have."""
    place.put_back()
    forge(place.store, what, data)
    hold_law(place, readers)


@pytest.mark.long
@MANY
@given(what=FORGED, data=st.data(), readers=SOME)
@pytest.mark.hostile("a store with a text forged, and its digest too")
def test_thousands_that_are_forged_with_their_digest(place, what, data, readers):
    """As above."""
    place.put_back()
    forge(place.store, what, data)
    hold_law(place, readers)


EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(["flip", "zero", "cut", "copy"]),
              st.binary(min_size=1, max_size=64)),
    min_size=1, max_size=4,
)  # fmt: skip


def edited(content, edits):
    """Change bytes of a file: at random places, or the file's end."""
    content = bytearray(content)
    for where, how, piece in edits:
        at = int(where * len(content))
        if how == "cut":
            del content[at:]
        elif how == "copy":
            content[at : at + len(piece)] = content[: len(piece)]
        else:
            content[at : at + len(piece)] = piece if how == "flip" else bytes(len(piece))
        if not content:
            break
    return bytes(content)


@FEW
@given(edits=EDITS, readers=SOME)
@pytest.mark.hostile("a store with bytes of its file changed")
def test_a_file_whose_bytes_are_changed_is_named_or_read(place, edits, readers):
    """As a disk, or somebody with an editor, may do."""
    place.put_back(edited(place.whole, edits))
    hold_law(place, readers)


@pytest.mark.long
@MANY
@given(edits=EDITS, readers=SOME)
@pytest.mark.hostile("a store with bytes of its file changed")
def test_thousands_of_files_whose_bytes_are_changed(place, edits, readers):
    """As above."""
    place.put_back(edited(place.whole, edits))
    hold_law(place, readers)
