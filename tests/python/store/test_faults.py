"""What machines do to a grid: each fault is one clear sentence, and nothing done is lost.

Real processes, real signals, real limits. What each test tried is recorded for RELIABILITY.md.
"""

import os
import re
import resource
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest
from storm import GRID

from tunegrid import read_results, repair_store, run_grid, verify_store
from tunegrid.store.database import FILE, VERSION
from tunegrid.store.store import Store
from tunegrid.store.weights import weights_file

pytestmark = pytest.mark.usefixtures("fashion_mnist")

COMMAND = [sys.executable, "-m", "tunegrid"]
RUN = ["run", "kh2021", "--experiment", "two-layer"]
SMALL = [*RUN, "--where", "layerdense == 16 and layer2 == 16", "--epochs", "1"]
SMALL += ["--train-size", "512"]
ENDLESS = [*RUN, "--where", "layer2 == 64 and layerdense == 128", "--epochs", "20"]


@pytest.fixture
def tried(record_property):
    """Record what was tried, how often, what was lost and how it ended."""

    def record(fault, ended, *, lost="nothing", times=1):
        record_property("fault", fault)
        record_property("times", times)
        record_property("lost", lost)
        record_property("ended", ended)

    return record


@pytest.fixture(scope="module")
def six_done(tmp_path_factory, fashion_mnist):
    """A store with the first six of ten runs."""
    store = tmp_path_factory.mktemp("six") / "store"
    settings = {"epochs": 1, "train_size": 512, "store": store}
    run_grid("kh2021", experiments="two-layer", grid=GRID[:6], **settings)
    return store


@pytest.fixture
def six_runs(six_done, tmp_path):
    """A copy of that store, to be harmed."""
    return shutil.copytree(six_done, tmp_path / "store")


def grid_file(tmp_path, rows=10):
    """Write the first rows of the storm's grid."""
    lines = [",".join(map(str, row.values())) for row in GRID[:rows]]
    (tmp_path / "grid.csv").write_text("\n".join([",".join(GRID[0]), *lines]) + "\n")
    return tmp_path / "grid.csv"


def ten_runs(tmp_path, store):
    """The words that run the grid of ten rows, six of which `six_runs` has done."""
    grid = grid_file(tmp_path)
    settings = ["--epochs", "1", "--train-size", "512", "--store", str(store)]
    return [*RUN, "--grid", str(grid), *settings]


def start(words, **how):
    """Start the command as a shell in a terminal would: with Ctrl-C at its default."""

    def defaults():
        signal.signal(signal.SIGINT, signal.default_int_handler)

    how = {"stderr": subprocess.PIPE, "text": True, "preexec_fn": defaults, **how}
    return subprocess.Popen([*COMMAND, *map(str, words)], **how)


def one_sentence(done):
    """Give the last line of standard error; there is no traceback anywhere."""
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def done_runs(store):
    """Count a store's done runs."""
    with Store(store) as opened:
        return opened.rows("SELECT count(*) FROM run WHERE outcome = 'done'")[0][0]


def attempts(store):
    """List how a store's attempts ended."""
    with Store(store) as opened:
        return [row[0] for row in opened.rows("SELECT outcome FROM attempt ORDER BY id")]


def first_worker(driver):
    """Wait for a driver's first worker."""
    while not (workers := psutil.Process(driver.pid).children()):
        with suppress(subprocess.TimeoutExpired):
            driver.wait(0.1)
    return workers[0]


def busy_workers(driver, count=1):
    """Wait until workers are in the middle of an epoch: busy for longer than a start takes."""
    while driver.poll() is None:
        with suppress(psutil.NoSuchProcess):
            found = psutil.Process(driver.pid).children()
            if len(found) >= count and all(one.cpu_times().user > 6 for one in found):
                return found
        with suppress(subprocess.TimeoutExpired):
            driver.wait(0.1)
    raise AssertionError(driver.stderr.read())


# Signals


@pytest.mark.parametrize(
    "name", ["SIGINT", "SIGHUP", pytest.param("SIGTERM", marks=pytest.mark.long)]
)
def test_a_signal_in_the_middle_of_a_compiled_epoch(tmp_path, tried, name):
    """Within two seconds the driver is gone, its workers too, and the runs are given back."""
    store = tmp_path / "store"
    with start([*ENDLESS, "--store", store]) as driver:
        workers = busy_workers(driver)
        driver.send_signal(getattr(signal, name))
        assert driver.wait(timeout=2) == 130
        assert "0 of 3 runs ended and are kept; repeat the command" in driver.stderr.read()
    assert psutil.wait_procs(workers, timeout=0)[1] == []
    assert set(attempts(store)) == {"interrupted"}
    tried(
        f"{name} in the middle of a compiled epoch",
        "exit code 130 within 2 seconds; repeating the command goes on",
        lost="the runs in training, which count against no run",
    )


def test_ctrl_c_twice(tmp_path, tried):
    """The first waits for a store that is locked; the second ends at once."""
    store = tmp_path / "store"
    with start([*ENDLESS, "--store", store]) as driver:
        workers = busy_workers(driver)
        with closing(sqlite3.connect(store / FILE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            driver.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                driver.wait(timeout=3)
            driver.send_signal(signal.SIGINT)
            assert driver.wait(timeout=2) == 130
        assert "Traceback" not in driver.stderr.read()
    assert psutil.wait_procs(workers, timeout=5)[1] == []
    tried("Ctrl-C twice, while another program has the store locked", "the second ends at once")


def test_sigkill_of_a_driver_whose_workers_are_stopped(tmp_path, tried):
    """A stopped process hears no pipe; the kernel ends it with its parent."""
    with start([*ENDLESS, "--store", tmp_path / "store"]) as driver:
        workers = busy_workers(driver)
        for worker in workers:
            worker.suspend()
        driver.kill()
    assert psutil.wait_procs(workers, timeout=5)[1] == []
    tried("SIGKILL of a driver whose workers are stopped", "no worker outlives it")


def test_a_worker_that_is_killed(six_runs, tmp_path, tried):
    """It is one known run, and that is trained again."""
    with start([*ten_runs(tmp_path, six_runs), "--workers", "1"]) as driver:
        first_worker(driver).kill()
        said = driver.stderr.read()
    assert driver.returncode == 0
    assert "ended with signal SIGKILL; it will be tried again" in said
    assert done_runs(six_runs) == 10
    tried("SIGKILL of a worker", "the run is tried again, three times in all", lost="one attempt")


# Workers


def test_out_of_memory_in_a_worker(tmp_path, tried):
    """A run that needs more than the limit has failed as that; the others are trained."""
    store = tmp_path / "store"
    settings = ["--epochs", "1", "--train-size", "8000", "--set", "batch_size=8000"]
    where = ["--where", "layer1 in (16, 128) and layerdense == 128"]
    limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30,) * 2)}
    words = ["run", "kh2021", "--experiment", "one-layer", *where, *settings, "--workers", "1"]
    with start([*words, "--store", store], **limit) as driver:
        said = driver.stderr.read()
    assert driver.returncode == 1
    assert re.search(r"layer1=128.* FAILED: out of memory: while trying to allocate 2", said)
    rows = read_results("kh2021", any=True, store=store)
    assert rows[["layer1", "outcome"]].to_numpy().tolist() == [[16, "done"], [128, "failed"]]
    assert rows["failure"].tolist()[1] == "oom"
    tried("out of memory in a worker (RLIMIT_AS)", "the run has failed as oom, the others go on")


def test_out_of_memory_and_the_kernel_kills(tmp_path, tried, small_cgroup):
    """The kernel's signal is known from any other."""
    store = tmp_path / "store"
    settings = ["--epochs", "1", "--train-size", "8000", "--set", "batch_size=8000"]
    where = ["--where", "layer1 == 128 and layerdense == 128"]
    words = ["run", "kh2021", "--experiment", "one-layer", *where, *settings, "--workers", "1"]
    with start([*words, "--store", store], preexec_fn=small_cgroup) as driver:
        said = driver.stderr.read()
    assert driver.returncode == 1
    assert "FAILED: out of memory: the kernel ended the worker" in said
    assert attempts(store) == ["failed"] * 3
    tried("out of memory, and the kernel's killer", "the run has failed as oom after three tries")


@pytest.fixture
def small_cgroup():
    """Give what puts a process into a control group with 2 GiB of memory, where one can be made."""
    name = f"tunegrid-test-{os.getpid()}"
    for root, limit in (
        (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
        (Path("/sys/fs/cgroup"), "memory.max"),
    ):
        try:
            (root / name).mkdir()
            (root / name / limit).write_text(str(2 * 2**30))
        except OSError:
            with suppress(OSError):
                (root / name).rmdir()
            continue
        yield lambda root=root: (root / name / "cgroup.procs").write_text(str(os.getpid()))
        (root / name).rmdir()
        return
    pytest.skip("no control group can be made here: the kernel's killer stays untried")


def test_a_loss_that_is_no_number(tmp_path, tried):
    """A run that diverges is a recorded result, and the grid goes on."""
    store = tmp_path / "store"
    settings = ["--set", "optimizer=sgd", "--set", "learning_rate=1e30"]
    done = subprocess.run(
        [*COMMAND, *SMALL, *settings, "--store", store], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert re.search(r"FAILED: the loss became (nan|inf) in epoch 1 of 1", done.stderr)
    assert read_results("kh2021", any=True, store=store)["failure"].tolist() == ["diverged"]
    tried("a loss that is no number", "the run has failed as diverged, the others go on")


def test_a_worker_that_hangs(six_runs, tmp_path, tried):
    """With --time-limit it is killed, and the grid goes on."""
    words = [*ten_runs(tmp_path, six_runs), "--workers", "1", "--time-limit", "15"]
    with start(words) as driver:
        first_worker(driver).suspend()
        said = driver.stderr.read()
    assert driver.returncode == 1
    assert "FAILED: ran past its time limit of 15 seconds" in said
    assert done_runs(six_runs) == 9
    tried("a worker that hangs, with --time-limit", "the run has failed, the others go on")


# Disks and files


def in_a_small_disk(script, tmp_path, size, **variables):
    """Run a shell script in a namespace of its own, where `disk` is a tmpfs of that size."""
    (tmp_path / "disk").mkdir()
    mount = f"mount -t tmpfs -o size={size} none disk\n"
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "bash", "-c", mount + script],
        cwd=tmp_path,
        env={**os.environ, "TUNE_GRID": shlex.join(COMMAND), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare failed" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    return done


def test_a_full_disk(tmp_path, tried):
    """The driver ends in one sentence; with room made, the rest is trained, and only the rest."""
    words = shlex.join(ten_runs(tmp_path, "disk/store"))
    script = f"""
        $TUNE_GRID {words} 2>first; echo first $?
        mount -o remount,size=100m disk
        $TUNE_GRID status kh2021 --store disk/store --format csv
        $TUNE_GRID {words} 2>second; echo second $?
        $TUNE_GRID verify --store disk/store; echo verify $?"""
    done = in_a_small_disk(script, tmp_path, "400k")
    assert "first 2" in done.stdout
    assert "second 0" in done.stdout
    assert "verify 0" in done.stdout
    first, second = ((tmp_path / name).read_text() for name in ("first", "second"))
    assert "Traceback" not in first
    assert re.search("check that .*the disk has room", first.strip().splitlines()[-1])
    kept = len(re.findall(r"accuracy 0\.", first))
    assert 0 < kept < 10
    assert f"10 runs planned, {10 - kept} to train" in second
    tried("a full disk", "exit code 2 and a sentence", lost="the results that had no room")


def test_a_disk_too_full_for_the_plan(tmp_path, tried):
    """Nothing is begun."""
    words = shlex.join(ten_runs(tmp_path, "disk/store"))
    done = in_a_small_disk(f"$TUNE_GRID {words}; echo run $?", tmp_path, "40k")
    assert "run 2" in done.stdout
    assert "the disk has room" in one_sentence(done)
    tried("a disk too full for the plan", "exit code 2 and a sentence")


def test_a_read_only_store(six_runs, tmp_path, tried):
    """Readers read it; a run says that it cannot be written."""
    words = shlex.join(ten_runs(tmp_path, "disk/store"))
    script = f"""
        cp -r store disk/store && mount -o remount,ro disk
        $TUNE_GRID results kh2021 --any --store disk/store --format csv | wc -l
        $TUNE_GRID verify --store disk/store; echo verify $?
        $TUNE_GRID doctor --store disk/store --format csv; echo doctor $?
        $TUNE_GRID {words}; echo run $?"""
    done = in_a_small_disk(script, tmp_path, "10m")
    assert done.stdout.startswith("7\n")
    assert "verify 0" in done.stdout
    assert "it can be read and not written" in done.stdout
    assert "doctor 1" in done.stdout
    assert "run 2" in done.stdout
    assert "check that the folder can be written" in one_sentence(done)
    tried("a read-only store", "readers read it; run: exit code 2 and a sentence")


def test_a_truncated_store(six_runs, tmp_path, tune_grid, tried):
    """Noticed by whoever opens it; repaired, and the rest trained again to the same numbers."""
    before = read_results("kh2021", any=True, store=six_runs)
    file = six_runs / FILE
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(file, file.stat().st_size * 2 // 3)
    words = ten_runs(tmp_path, six_runs)
    for command in (words, ["results", "kh2021", "--store", six_runs]):
        done = tune_grid(*command)
        assert done.returncode == 2
        assert "is damaged" in one_sentence(done)
    assert tune_grid("repair", "--yes", "--store", six_runs).returncode == 0
    assert tune_grid(*words).returncode == 0
    assert verify_store(store=six_runs)["state"].eq("ok").all()
    after = read_results("kh2021", any=True, store=six_runs)
    columns = ["key", "loss", "accuracy"]
    assert after[columns].head(6).equals(before[columns])
    tried("a truncated SQLite file", "repair brings back what can be read", lost="what was cut off")


def test_a_truncated_model_file(six_runs, tmp_path, tune_grid, tried):
    """It is not loaded; verify names it, repair forgets it."""
    (file,) = weights_file(six_runs, "").parent.iterdir()
    os.truncate(file, file.stat().st_size - 1)
    key = file.name.partition(".")[0]
    done = tune_grid("model", "export", key, "m.keras", "--store", six_runs)
    assert done.returncode == 2
    assert "is damaged" in one_sentence(done)
    assert tune_grid("verify", "--store", six_runs).returncode == 1
    repair_store(six_runs)
    assert tune_grid("verify", "--store", six_runs).returncode == 0
    assert done_runs(six_runs) == 6
    tried("a truncated model file", "not loaded; the run stays done", lost="the weights")


def test_a_store_of_a_newer_version(six_runs, tmp_path, tune_grid, tried):
    """Every command refuses it with advice, and leaves it as it is."""
    with closing(sqlite3.connect(six_runs / FILE)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    for words in (
        ten_runs(tmp_path, six_runs),
        ["status", "--store", six_runs],
        ["verify", "--store", six_runs],
        ["repair", "--yes", "--store", six_runs],
    ):
        done = tune_grid(*words)
        assert done.returncode == 2
        assert "written by a newer tunegrid" in one_sentence(done)
    tried("a store of a newer version", "exit code 2 and advice; nothing is touched")


def test_a_store_that_is_deleted_under_a_running_driver(six_runs, tmp_path, tried):
    """The driver notices at its next result, and saves what it holds beside the old place."""
    with start([*ten_runs(tmp_path, six_runs), "--workers", "1"]) as driver:
        for line in driver.stderr:
            if line.startswith("[1/4]"):
                shutil.rmtree(six_runs)
                break
        said = driver.stderr.read()
    assert driver.returncode == 2
    assert "Traceback" not in said
    assert "was deleted or moved while it was in use" in said.strip().splitlines()[-1]
    rescued = tmp_path / "store.rescued"
    assert done_runs(rescued) >= 7
    shutil.move(rescued, six_runs)
    again = subprocess.run([*COMMAND, *ten_runs(tmp_path, six_runs)], check=False)
    assert again.returncode == 0
    assert verify_store(store=six_runs)["state"].eq("ok").all()
    tried("a store deleted under a running driver", "its content is saved beside", lost="weights")


def test_a_path_with_spaces_and_letters_of_all_kinds(tmp_path, tune_grid, tried):
    """Stores, exports, grids and studies lie where people put them."""
    folder = tmp_path / "mes résultats 100% [日本] #1?"
    folder.mkdir()
    grid = grid_file(folder, rows=1)
    words = [*RUN, "--grid", grid, "--epochs", "1", "--train-size", "512"]
    assert tune_grid(*words, "--store", folder / "le dépôt").returncode == 0
    for more in (
        ["export", "kh2021", folder / "für Søren", "--store", folder / "le dépôt"],
        ["import", folder / "für Søren", "--store", folder / "другой"],
        ["verify", "--store", folder / "другой"],
    ):
        done = tune_grid(*more)
        assert done.returncode == 0, done.stderr
    tried("paths with spaces and non-ASCII letters", "nothing happens")


# Surroundings


@pytest.mark.parametrize(
    "home",
    [None, *(pytest.param(one, marks=pytest.mark.long) for one in ("/nonexistent", "/proc"))],
)
def test_no_home(tmp_path, tried, home):
    """No folder of the user's is needed."""
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    done = subprocess.run(
        [*COMMAND, *SMALL, "--store", tmp_path / "store"],
        env=environment | ({} if home is None else {"HOME": home}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done_runs(tmp_path / "store") == 1
    tried(f"HOME {'not set' if home is None else '= ' + home}", "nothing happens")


def test_no_terminal_and_no_streams(tmp_path, tried):
    """Standard input, output and error are closed: the grid is run all the same."""
    store = tmp_path / "store"
    words = shlex.join(map(str, [*COMMAND, *SMALL, "--store", store]))
    done = subprocess.run(["bash", "-c", f"{words} <&- >&- 2>&-"], check=False)
    assert done.returncode == 0
    assert done_runs(store) == 1
    tried("standard input, output and error closed", "nothing happens")


def test_a_closed_pipe(six_runs, tmp_path, tried):
    """`run | head` trains on; a table's reader may leave when it has seen enough."""
    words = shlex.join([*COMMAND, *ten_runs(tmp_path, six_runs)])
    script = f"set -o pipefail; {words} 2>&1 | head -n 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
    assert done_runs(six_runs) == 10
    tried("a closed pipe, as of head -n 1", "the grid is trained to its end")


def test_a_terminal_that_is_closed(tmp_path, tried):
    """Closing the window sends SIGHUP and takes the terminal away; what was done is kept."""
    ours, theirs = os.openpty()
    store = tmp_path / "store"

    def attach():
        import fcntl
        import termios

        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    with start([*ENDLESS, "--store", store], **streams, preexec_fn=attach) as driver:
        os.close(theirs)
        workers = busy_workers(driver)
        os.close(ours)
        assert driver.wait(timeout=2) == 130
    assert psutil.wait_procs(workers, timeout=5)[1] == []
    assert set(attempts(store)) == {"interrupted"}
    tried("a terminal that is closed", "as SIGHUP", lost="the runs in training")


def test_two_drivers_on_one_store(tmp_path, tried):
    """Neither trains what the other has, and both end when everything is done."""
    store = tmp_path / "store"
    words = [*ten_runs(tmp_path, store), "--workers", "1"]
    with start(words) as one, start(words) as other:
        said = one.stderr.read(), other.stderr.read()
    assert (one.returncode, other.returncode) == (0, 0)
    assert attempts(store) == ["done"] * 10
    assert all("by another driver" in text for text in said)
    tried("two drivers on one store", "each run is trained once")
