"""A store that somebody sent: nothing in it reaches out of its folder, runs, or never ends."""

import contextlib
import hashlib
import os
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from tunegrid import (
    StoreError,
    TunegridError,
    import_results,
    load_study,
    read_results,
    repair_store,
    run_grid,
    run_status,
    study_overview,
    verify_store,
)
from tunegrid.machine.outside import MIB
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.store import owner
from tunegrid.store.cells import COLUMNS
from tunegrid.store.database import FILE
from tunegrid.store.store import Store
from tunegrid.study.study import STUDIES

EXPORT = Path(__file__).parents[3] / "inst" / "extdata" / "kh2021"

#: What may not be a link in a store's folder.
LINKED = (
    FILE, f"{FILE}-wal", f"{FILE}-shm", f"{FILE}-journal", f"{FILE}.before-repair",
    f"{FILE}.damaged", "models", "models.before-repair", "data", "salvage.part",
)  # fmt: skip

#: Things that SQLite knows and no store of tunegrid's has.
STRANGE = {
    "a trigger": "CREATE TRIGGER evil AFTER UPDATE ON run BEGIN DELETE FROM epoch; END",
    "a view": "CREATE VIEW evil AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT i FROM n",
    "a table in a view's place": "DROP TABLE look; CREATE VIEW look AS WITH RECURSIVE n(i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    "a virtual table": "CREATE VIRTUAL TABLE evil USING fts5(a)",
    "a table of somebody else's": "CREATE TABLE evil (a)",
    "an index that computes": "CREATE INDEX evil ON run (upper(spec))",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store with the two runs of the export that ships."""
    folder = tmp_path_factory.mktemp("whole") / "store"
    import_results(EXPORT, store=folder)
    with sqlite3.connect(folder / FILE) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return (folder / FILE).read_bytes()


@pytest.fixture
def store(whole, tmp_path):
    """A copy of it, to be harmed."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / FILE).write_bytes(whole)
    return tmp_path / "store"


@pytest.fixture
def outside(tmp_path):
    """A folder of the user's own, which nothing may change: it is looked at afterwards."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    (folder / f"{'a' * 64}.weights.h5").write_text("mine, too")
    yield folder
    found = {file.name: file.read_text() for file in folder.iterdir()}
    assert found == {"thesis.txt": "mine", f"{'a' * 64}.weights.h5": "mine, too"}


def harm(store, script):
    """Change a store as somebody else would."""
    connection = sqlite3.connect(store / FILE)
    connection.executescript(script)
    connection.close()


def branch_without_end(file, table):
    """Put twelve inner pages above a table, each with the one below as all of its children."""
    with sqlite3.connect(file) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        root = connection.execute(query, (table,)).fetchone()[0]
    connection.close()
    content, size, cells = bytearray(file.read_bytes()), 4096, 300
    below = content[(root - 1) * size : root * size]
    for _ in range(12):
        content += below
        child = (len(content) // size).to_bytes(4)
        start = size - 5 * cells
        head = b"\5\0\0" + cells.to_bytes(2) + start.to_bytes(2) + b"\0" + child
        places = b"".join((start + 5 * one).to_bytes(2) for one in range(cells))
        below = (head + places).ljust(start, b"\0") + (child + b"\1") * cells
    content[(root - 1) * size : root * size] = below
    content[28:32] = (len(content) // size).to_bytes(4)
    file.write_bytes(content)


def train_one(store):
    """Claim and fail a run, as a driver does with what it trains."""
    planned = plan(configurations(load_study("kh2021"), experiments="one-layer"))[:1]
    with Store(store, write=True) as opened:
        opened.add_plan(load_study("kh2021"), planned)
        opened.remove_leftovers()
        opened.fail(opened.claim(planned[0].key), "error", "no")


@pytest.mark.parametrize("name", LINKED)
@pytest.mark.parametrize("use", [train_one, repair_store, lambda store: verify_store(store=store)])
def test_a_link_in_a_store_is_refused_by_its_name(store, outside, name, use):
    """Whether it leads to a folder, to a file or nowhere yet."""
    for target in (outside, outside / "thesis.txt", outside / "new"):
        whole = (store / FILE).read_bytes()
        (store / name).unlink(missing_ok=True)
        (store / name).symlink_to(target)
        with pytest.raises(StoreError, match=f"{name} is a symbolic link"):
            use(store)
        (store / name).unlink()
        (store / FILE).write_bytes(whole)


def test_a_weights_file_that_is_a_link_is_refused(store, outside):
    """Also one level deeper."""
    (store / "models").mkdir()
    (store / "models" / f"{'b' * 64}.weights.h5").symlink_to(outside / "thesis.txt")
    with pytest.raises(StoreError, match="is a symbolic link"):
        verify_store(store=store)


def test_a_store_may_be_reached_by_a_link(store, tmp_path):
    """The folder that the user names is the user's."""
    (tmp_path / "link").symlink_to(store)
    assert len(read_results("kh2021", any=True, store=tmp_path / "link")) == 2


@pytest.mark.parametrize("name", [FILE, f"{FILE}-wal"])
def test_a_pipe_in_a_store_is_refused_at_once(store, name):
    """Nothing waits for somebody to write into it."""
    (store / name).unlink(missing_ok=True)
    os.mkfifo(store / name)
    with pytest.raises(StoreError, match="is no regular file"):
        run_status(store=store)


@pytest.mark.parametrize("what", STRANGE)
@pytest.mark.parametrize(
    "use",
    [
        lambda store: verify_store(store=store),
        lambda store: run_status(store=store),
        train_one,
        repair_store,
    ],
    ids=["verify", "status", "run", "repair"],
)
def test_what_no_store_of_ours_has_is_refused_before_it_acts(store, what, use):
    """Triggers, views, virtual tables, foreign ones, columns that compute."""
    harm(store, STRANGE[what])
    with pytest.raises(StoreError, match=r"holds .*(evil|look)"):
        use(store)


def test_a_view_that_says_it_is_a_table_is_refused(store):
    """The schema's own table can be written by hand: SQLite or we refuse it, repair as well."""
    harm(store, "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name LIKE "
         "'sqlite_autoindex_look%'; UPDATE sqlite_master SET rootpage = 0, "
         "sql = 'CREATE VIEW look AS SELECT 1' WHERE name = 'look'")  # fmt: skip
    with pytest.raises(StoreError, match="look"):
        run_status(store=store)
    with pytest.raises(StoreError, match="holds look"):
        repair_store(store)


def test_a_table_of_ours_that_computes_is_wrong_and_taken_out(store):
    """What it holds itself comes into a new file; what it would compute does not."""
    harm(store, "DROP TABLE look; CREATE TABLE look (study, alpha AS (zeroblob(900000000)))")
    with pytest.raises(StoreError, match="holds look in another form"):
        run_status(store=store)
    assert set(verify_store(store=store)["state"]) == {"wrong"}
    assert repair_store(store)["repair"].tolist()[0] == "salvage"
    assert set(verify_store(store=store)["state"]) == {"ok"}


COMPUTED = [f"{name} AS (zeroblob(250000000))" for name in COLUMNS["epoch"] if name != "run"]


def test_what_a_table_of_ours_computes_fills_no_disk(store):
    """Here a row of some bytes would come into the new file as one of a gibibyte."""
    harm(store, f"DROP TABLE epoch; CREATE TABLE epoch (run PRIMARY KEY, {', '.join(COMPUTED)}); "  # noqa: S608
         "INSERT INTO epoch SELECT key FROM run")  # fmt: skip
    assert repair_store(store)["repair"].tolist()[:2] == ["salvage", "train again"]
    assert (store / FILE).stat().st_size < MIB


def test_a_letter_of_a_declaration_costs_no_results(store):
    """As a flipped bit does it: the table holds what it held."""
    harm(store, "PRAGMA writable_schema = ON; UPDATE sqlite_master SET "
         "sql = replace(sql, 'TEXT', 'TEXU') WHERE name = 'run'")  # fmt: skip
    assert repair_store(store)["repair"].tolist() == ["salvage"]
    assert set(verify_store(store=store)["state"]) == {"ok"}
    assert len(read_results("kh2021", store=store)) == 2


@pytest.mark.parametrize("table", ["prediction", "attempt"])
def test_pages_that_lead_to_each_other_are_no_table_without_end(store, table):
    """SQLite would go through more rows than can be counted, and hear nobody meanwhile."""
    branch_without_end(store / FILE, table)
    with pytest.raises(StoreError, match="is damaged"):
        read_results("kh2021", store=store)
    assert set(verify_store(store=store)["state"]) == {"wrong"}
    assert repair_store(store)["repair"].tolist()[0] == "salvage"
    assert "wrong" not in set(verify_store(store=store)["state"])


@pytest.mark.parametrize("table", ["sqlite_sequence SET seq", "attempt SET id"])
def test_a_store_that_has_counted_to_the_end_counts_anew(store, table):
    """SQLite has no number for the next attempt, and says that the disk is full."""
    harm(store, f"UPDATE {table} = 9223372036854775807 - rowid")
    with pytest.raises(StoreError, match="no numbers left"):
        train_one(store)
    repair_store(store)
    train_one(store)
    assert set(verify_store(store=store)["state"]) == {"ok", "incomplete"}


def test_a_configuration_in_two_spellings_has_each_run_once(store):
    """Or a run would count for as many seeds as there are ways to write its row."""
    harm(store, "INSERT INTO plan SELECT study, protocol, experiment, "
         "replace(configuration, ':', ': '), departures, replicate, run FROM plan")  # fmt: skip
    assert len(read_results("kh2021", any=True, store=store)) == 2
    assert "plans" in list(verify_store(store=store).query("state == 'wrong'")["check"])
    repair_store(store)
    assert set(verify_store(store=store)["state"]) == {"ok"}


def test_a_result_without_epochs_or_attempts_is_trained_again(store):
    """No attempt is to stand for what is taken out."""
    harm(store, "DELETE FROM epoch; DELETE FROM attempt")
    assert repair_store(store)["repair"].tolist() == ["train again", "count attempts"]
    assert set(verify_store(store=store)["state"]) == {"ok", "incomplete"}


def test_an_environment_that_says_a_thing_twice_is_wrong(store):
    """Python takes the last, SQLite the first."""
    with contextlib.closing(sqlite3.connect(store / FILE)) as connection, connection:
        (text,) = connection.execute("SELECT description FROM environment").fetchone()
        text = f'{{"processor":5,{text[1:]}'
        name = hashlib.sha256(text.encode()).hexdigest()
        connection.execute("UPDATE environment SET id = ?, description = ?", (name, text))
        connection.execute("UPDATE run SET environment = ?", (name,))
    assert "environments" in list(verify_store(store=store).query("state == 'wrong'")["check"])


@pytest.mark.parametrize("column", ["study", "protocol", "claim"])
def test_a_name_that_goes_on_behind_its_end_is_none(store, column):
    """To SQLite's own functions a text ends at a NUL, to a reader it does not."""
    cells = dict.fromkeys(COLUMNS["look"], "1") | dict.fromkeys(
        ("study", "protocol", "claim"), "'a'"
    )
    cells[column] = "'a' || char(0) || '/../b'"
    harm(store, f"INSERT INTO look VALUES ({', '.join(cells.values())})")  # noqa: S608
    assert "looks" in list(verify_store(store=store).query("state == 'wrong'")["check"])


def test_a_space_that_is_a_letter_to_sqlite_makes_another_form(store):
    """`NOT\u2003NULL` is the name of a type, and the column may be empty."""
    harm(store, "PRAGMA writable_schema = ON; UPDATE sqlite_master SET "
         "sql = replace(sql, 'NOT NULL', 'NOT\u2003NULL') WHERE name = 'plan'")  # fmt: skip
    with pytest.raises(StoreError, match="holds plan in another form"):
        run_status(store=store)


def test_a_journal_that_names_a_file_to_be_deleted_is_refused(store, outside):
    """SQLite deletes the file that a journal names as that of several databases at once."""
    name = str(outside / "thesis.txt").encode()
    page = (1 << 30) // 4096 + 1
    magic = bytes.fromhex("d9d505f920a163d7")
    head = (
        magic + b"\xff" * 4 + b"\0" * 4 + (3).to_bytes(4) + (512).to_bytes(4) + (4096).to_bytes(4)
    )
    tail = page.to_bytes(4) + name + len(name).to_bytes(4) + sum(name).to_bytes(4) + magic
    (store / f"{FILE}-journal").write_bytes(head.ljust(512, b"\0") + tail)
    with pytest.raises(StoreError, match="-journal"):
        run_status(store=store)


def test_a_key_that_is_a_path_moves_no_file(store, outside):
    """Repair takes such a run out, and looks for no weights of it."""
    (store / "models").mkdir()
    key = f"{os.path.relpath(outside, store / 'models')}/{'a' * 64}"
    harm(store, f"UPDATE run SET key = '{key}', weights_sha256 = 'x', weights_kept = 'asked' "  # noqa: S608
         "WHERE key = (SELECT min(key) FROM run)")  # fmt: skip
    repair_store(store)


def test_a_study_that_is_called_as_a_file_is_not_read(store, tmp_path):
    """A study can be given by its path; by whom, is another thing."""
    shipped = (STUDIES / "kh2021" / "study.toml").read_text("utf-8")
    (tmp_path / "study.toml").write_text(shipped.replace('"kh2021"', '"private"'), "utf-8")
    script = "UPDATE plan SET study = 'FOLDER'; UPDATE study SET id = 'FOLDER'"
    harm(store, script.replace("FOLDER", str(tmp_path)))
    with pytest.raises(StoreError, match="which is not small letters"):
        study_overview(store=store)
    assert "plans" in list(verify_store(store=store).query("state == 'wrong'")["check"])


def test_a_claim_until_the_end_of_time_is_believed_for_an_hour_at_most(store):
    """A lease is two minutes: one that ends in a thousand years is no driver's."""
    harm(store, "INSERT INTO claim SELECT run, id, 'far away', '1 1 x', 1e300 FROM attempt LIMIT 1")
    with Store(store) as opened:
        assert opened.in_training() == set()
    assert owner.is_live("far away", "1 1 x", time.time() + 60)


@pytest.mark.parametrize("driver", ["9" * 30 + " 1 x", "² 1 x", "", "-1 0 x", 7, None, b"1 1 x"])
@pytest.mark.parametrize("expires", [None, "soon", b"", float("inf")])
def test_a_claim_of_nobody_is_free(driver, expires):
    """Whatever stands in its cells."""
    assert not owner.is_live(owner.HOST, driver, expires)
    assert not owner.is_live("far away", driver, expires)


def test_a_folder_named_by_no_process_stops_no_run(tmp_path, monkeypatch):
    """Anybody can make one in the folder for temporary files."""
    from tunegrid.running.local import LocalExecutor

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "tunegrid-workers-99999999999999999999-x").mkdir()
    (tmp_path / "tunegrid-workers-²-x").mkdir()
    with LocalExecutor(1):
        pass


@pytest.fixture
def deep(tmp_path):
    """What a driver that is gone has left: more folders inside each other than Python counts."""
    folder = tmp_path / f"tunegrid-workers-{2**31 - 8}-x"
    folder.mkdir()
    inner = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("a", dir_fd=inner)
        inner, outer = os.open("a", os.O_RDONLY, dir_fd=inner), inner
        os.close(outer)
    os.close(inner)
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)


@pytest.mark.parametrize("user", [None, -1])
def test_no_old_folder_stops_a_run(deep, user, monkeypatch):
    """Whatever is in it; one of another user is left alone."""
    from tunegrid.running.local import LocalExecutor

    monkeypatch.setattr("tempfile.tempdir", str(deep.parent))
    if user is not None:
        monkeypatch.setattr("os.geteuid", lambda: user)
    with LocalExecutor(1):
        assert deep.exists()


def test_a_text_of_a_gibibyte_is_not_read(store):
    """What is larger than any store's cell ends in words."""
    harm(store, "UPDATE study SET definition = zeroblob(300000000)")
    with pytest.raises(StoreError, match="damaged"), Store(store) as opened:
        opened.definition("kh2021")
    assert "wrong" in set(verify_store(store=store)["state"])


def test_data_that_is_missing_makes_no_store(tmp_path, monkeypatch):
    """It is looked for first."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "none"))
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    (tmp_path / "data" / "mnist" / "mnist.npz").write_bytes(b"no data")
    how = {"experiments": "one-layer", "set": {"dataset": "mnist"}, "data_dir": tmp_path / "data"}
    with pytest.raises(TunegridError):
        run_grid("kh2021", store=tmp_path / "new", **how)
    assert not (tmp_path / "new").exists()
