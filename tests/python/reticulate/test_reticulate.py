"""What R calls: plain values in and out, and nothing raised."""

import ctypes
import importlib.util
import json
import math
import os
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.main import get_command

from tunegrid import DataError, RunError, SpecError, StoreError, TunegridError, read_results
from tunegrid.cli import app
from tunegrid.errors import DataMissingError
from tunegrid.reticulate import calls
from tunegrid.reticulate.calls import call
from tunegrid.reticulate.values import array_from_r, plain
from tunegrid.reticulate.words import in_r

ROOT = Path(__file__).parents[3]


def commands(group=None, above=""):
    """Give each command by its name, those of groups too."""
    for name, command in (group or get_command(app)).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} ")
        else:
            yield f"{above}{name}", command


def test_what_r_cannot_have_comes_as_what_it_can():
    """No NUL in a text, no half of a character, no whole number beyond its own."""
    frame = pd.DataFrame({"a\0": ["b\0"]})
    sent = plain({"n\0": "a\0b", "half": ["\ud800"], "large": 2**40, "no": False, "frame": frame})
    assert sent["n\\x00"] == "a\\x00b"
    assert sent["half"] == ["\\ud800"]
    assert isinstance(sent["large"], float)
    assert sent["no"] is False
    assert sent["frame"]["frame"][0]["name"] == "a\\x00"
    assert sent["frame"]["frame"][0]["values"] == ["b\\x00"]


SMALL = {"experiments": "two-layer", "epochs": 2, "train_size": 512}


def column(values, name="x"):
    """Send one column over."""
    return plain(pd.DataFrame({name: values}))["frame"][0]


def raising(monkeypatch, error):
    """Make a verb raise, and call it."""

    def verb():
        raise error

    monkeypatch.setattr(calls, "VERBS", {"verb": verb})
    return call("verb", {})


@pytest.mark.parametrize(
    ("values", "kind", "sent"),
    [
        (pd.array([1, None], "Int64"), "integer", [1, 0]),
        (pd.array([0.5, None], "Float64"), "double", [0.5, 0.0]),
        (pd.array([True, None], "boolean"), "logical", [True, False]),
        (pd.array(["a", None], "string"), "character", ["a", ""]),
        (pd.Series([1, None], dtype=object), "integer", [1, 0]),
        (pd.Series([1, 0.5], dtype=object), "double", [1.0, 0.5]),
        (pd.Series(["a", 1], dtype=object), "character", ["a", "1"]),
        (pd.Series([None, None], dtype=object), "logical", [False, False]),
        (pd.array([2**31, None], "Int64"), "double", [2.0**31, 0.0]),
        (pd.array([-(2**31), 1], "Int64"), "double", [-(2.0**31), 1.0]),
    ],
)
def test_a_column_has_one_type_and_fillers(values, kind, sent):
    """R's integers end at 2^31; a filler stands where a value is missing."""
    found = column(values)
    assert (found["type"], found["values"]) == (kind, sent)
    assert list(map(type, found["values"])) == list(map(type, sent))
    assert found["missing"] == [1 + place for place in range(2) if pd.isna(values[place])]


def test_nan_is_not_na():
    """Among nullable numbers a NaN is a number that is none, and NA is nothing."""
    values, missing = np.array([1.0, math.nan, 0.0]), np.array([False, False, True])
    found = column(pd.arrays.FloatingArray(values, missing))
    assert math.isnan(found["values"][1])
    assert found["missing"] == [3]


def test_order_goes_over_as_levels():
    """Categories keep their order, and experiments stand in that of their study."""
    found = column(pd.Categorical(["b", None], categories=["b", "a"]))
    assert (found["type"], found["levels"], found["missing"]) == ("factor", ["b", "a"], [2])
    assert column(["two", "one", "two"], "experiment")["levels"] == ["two", "one"]
    gravity = call("audit_study", {"study": "kh2021"})["value"]["frame"][5]
    assert gravity["levels"] == ["overturns", "discrepancy", "note"]


def test_attributes_go_over():
    """What was left out is said in R too; findings stay with their table."""
    frame = pd.DataFrame({"x": [1]})
    frame.attrs = {"left_out": ["Two runs."], "columns": ["x"], "total": 3}
    assert plain(frame)["attributes"] == {"left_out": ["Two runs."], "total": 3}


def test_an_empty_frame_keeps_its_columns():
    """Zero rows, and every column still has its type."""
    found = plain(pd.DataFrame({"x": pd.array([], "Int64"), "y": pd.array([], "string")}))
    assert found["rows"] == 0
    assert [one["type"] for one in found["frame"]] == ["integer", "character"]


def test_everything_is_plain(small_store):
    """Whatever a verb returns can be written as JSON: no frame, no path, no NumPy number."""
    for verb, arguments in {
        "studies": {},
        "load_study": {"study": "kh2021"},
        "read_results": {"study": "kh2021", "any": True, "store": str(small_store)},
        "run_status": {"store": str(small_store)},
        "verify_store": {"store": str(small_store)},
        "sitrep": {"store": str(small_store)},
        "dataset_status": {},
    }.items():
        done = call(verb, arguments)
        assert done["status"] == "ok", done
        assert json.loads(json.dumps(done)) == done


@pytest.mark.parametrize("value", ["{[]: 1}", f"[{'-' * 5000}1]", f"[{'[' * 3000}]"])
def test_a_text_that_looks_like_a_value_and_is_none_stays(value):
    """Somebody else's, in a sentence."""
    assert in_r(f"It is one, not {value}.") == f"It is one, not {value}."


def test_what_is_said_is_said_in_r_s_words(small_store, tmp_path):
    """Messages are the command's; R has arguments and functions of other names."""
    given = {"study": "kh2021", "store": str(small_store)}
    (said,) = call("read_results", given)["value"]["attributes"]["left_out"]
    assert said.endswith("left out: see them with any = TRUE.")
    lost = call("verify_store", {"store": str(tmp_path)})["message"]
    assert lost == f"There is no store in {tmp_path}: give another store."
    about = call("load_study", {"study": "kh2021"})["value"]["captions"]["tables"]
    assert about.endswith("see them with table")


def test_r_s_words_are_those_of_its_functions_and_arguments():
    """Every command has a function, and every option of run an argument."""
    exported = (ROOT / "NAMESPACE").read_text(encoding="utf-8")
    for name, verb in commands():
        said = in_r(f"see `tune-grid {name}`")
        assert f"export({said.removeprefix('see `').removesuffix('()`')})" in exported, name
        for option in verb.params:
            assert "--" not in in_r(f"give another {option.opts[0]}")
    assert in_r("a `tune-grid walk` and --x") == "a `tune-grid walk` and x"
    long = f"see `tune-grid show`{80 * 100 * ' '}"
    assert in_r(long) == long  # no sentence of ours


@pytest.mark.parametrize(
    ("error", "kind"),
    [(SpecError, "spec"), (DataMissingError, "data"), (DataError, "data"), (RunError, "run"),
     (StoreError, "store"), (TunegridError, "")],
)  # fmt: skip
def test_an_error_has_its_type_and_its_own_words(monkeypatch, error, kind):
    """The leaf of the error's class, and the message as it is."""
    done = raising(monkeypatch, error("Such is {life}."))
    assert (done["status"], done["type"], done["message"]) == ("error", kind, "Such is {life}.")
    assert "Traceback" in done["traceback"]


def test_a_missing_package_is_said_so(monkeypatch):
    """With the Python that lacks it."""
    done = raising(monkeypatch, ModuleNotFoundError("No module named 'keras'", name="keras"))
    assert done["type"] == "python"
    assert done["message"].endswith("lacks the package keras.")


def test_an_unforeseen_error_is_one_sentence(monkeypatch):
    """And its traceback is kept beside."""
    done = raising(monkeypatch, ZeroDivisionError("by zero"))
    assert done["type"] == "internal"
    assert done["message"] == (
        "verb failed in a way that nobody foresaw: ZeroDivisionError: by zero"
    )
    assert "in verb" in done["traceback"]


def test_an_interruption_is_no_error(monkeypatch):
    """It says what it says."""
    done = raising(monkeypatch, KeyboardInterrupt("3 runs are kept."))
    assert done == {"status": "interrupted", "message": "3 runs are kept."}
    assert raising(monkeypatch, KeyboardInterrupt())["message"] == "Interrupted."


def test_whole_numbers_become_integers(monkeypatch):
    """R's 5 is a double, also inside of lists."""
    monkeypatch.setattr(calls, "VERBS", {"verb": lambda **given: given["x"]})
    assert call("verb", {"x": {"a": 5.0, "b": [1.0, 0.5]}})["value"] == {"a": 5, "b": [1, 0.5]}
    assert isinstance(call("verb", {"x": 5.0})["value"], int)


def sent(array):
    """What R sends of an array: its numbers with the first index running first."""
    content = bytearray(array.tobytes(order="F"))
    blocks = [content[:5], content[5:]]
    return {"type": array.dtype.str, "shape": list(array.shape), "blocks": blocks}


@pytest.mark.parametrize("kind", ["|u1", "<i4", "<f8"])
@pytest.mark.parametrize("shape", [(6,), (3, 1), (2, 3, 4), (2, 3, 4, 3), (0, 4)])
def test_an_array_of_r_s_has_the_same_indices(kind, shape):
    """In any number of blocks, which need not end between two numbers."""
    array = np.arange(math.prod(shape)).reshape(shape).astype(kind)
    found = array_from_r(sent(array))
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array, strict=True)
    assert array_from_r(found) is found


def test_bytes_are_not_walked(monkeypatch):
    """A verb gets the very object: only lists and numbers are looked into."""
    content, array = bytearray(8), np.zeros(3)
    monkeypatch.setattr(calls, "VERBS", {"verb": lambda x: x[0] is content and x[1] is array})
    assert call("verb", {"x": [content, array]})["value"] is True


def test_a_grid_can_have_columns_that_an_array_has_too(monkeypatch):
    """Only data has arrays."""
    monkeypatch.setattr(calls, "VERBS", {"verb": lambda **given: given["grid"]})
    grid = {"type": ["a"], "shape": [2], "blocks": [3]}
    assert call("verb", {"grid": grid})["value"] == grid


def test_data_of_r_s_is_run_with(tmp_path):
    """Arrays of R's, and NumPy's own, make the same run; a path is read."""
    x, y = np.arange(24).reshape(6, 2, 2), np.array([0, 1, 2] * 2)
    data = {"x_train": x, "y_train": y, "x_test": x, "y_test": y}
    how = {"hear": lambda *_: None, "grid": {"dense1": [4.0]}, "model": "dense_stack"}
    how |= {"epochs": 1.0, "store": str(tmp_path)}
    names = ["a", "b", "c"]
    ours = {name: sent(array.astype("<i4")) for name, array in data.items()}
    done = call("run_grid", {**how, "data": {**ours, "class_names": names}})
    assert done["value"]["done"] == 1, done
    assert call("run_grid", {**how, "data": data, "name": "again"})["value"]["found"] == 1
    np.savez(tmp_path / "own.npz", **data)
    path = str(tmp_path / "own.npz")
    assert call("run_grid", {**how, "data": path, "name": "file"})["value"]["found"] == 1


def test_what_is_wrong_with_data_is_said_in_r_s_words(tmp_path):
    """Places count from 1, a vector has no comma, and a model begins as R writes it."""
    x, y = np.zeros((4, 3)), np.array([0, 1, 0, 1])
    good = {"x_train": x, "y_train": y, "x_test": x, "y_test": y}

    def said(**data):
        how = {"hear": print, "grid": {"dense1": [4.0]}, "model": "dense_stack"}
        return call("run_grid", {**how, "data": {**good, **data}, "store": str(tmp_path)})

    wrong = said(x_test=np.array([[0, 0, 0], [0, np.inf, 0]]))
    assert wrong["type"] == "data"
    assert wrong["message"] == "x_test[2, 2] is inf: every value must be a finite number."
    assert said(y_train=np.array([0, 1, -1, 1]))["message"].startswith("y_train[3] is -1: labels")
    assert said(x_test=np.zeros((4, 2)))["message"].endswith("shapes: (3) and (2).")
    assert in_r("a list, a mapping or another --data") == "a list, a list or another data"
    assert in_r("give it again (data, or --data).") == "give it again (data)."
    assert in_r("begin with keras.Input((3,))") == "begin with keras$Input(list(3L))"
    assert in_r("There is no study 'None'.") == "There is no study 'None'."
    assert in_r("epochs must be a valid integer, not {'a': None}.") == (
        "epochs must be a whole number, not a list of a."
    )


def test_r_s_environment_counts(monkeypatch, tmp_path):
    """Sys.setenv() comes after Python has started."""
    for name in ("TUNEGRID_DATA", "TUNEGRID_STORE"):
        monkeypatch.setenv(name, "before")
    call("run_status", {}, {"TUNEGRID_STORE": str(tmp_path), "TUNEGRID_DATA": None})
    assert os.environ["TUNEGRID_STORE"] == str(tmp_path)
    assert "TUNEGRID_DATA" not in os.environ


def test_a_comparison_says_what_the_command_says(small_store, tune_grid):
    """Caption and note go along, and which column the caption stands for."""
    how = {"study": "kh2021", "experiments": "two-layer", "store": str(small_store)}
    about = call("comparison_table", how)["value"]["attributes"]
    told = tune_grid("table", "kh2021", "--experiment", "two-layer", "--store", small_store).stderr
    assert told.splitlines()[0] == about["caption"]
    assert told.splitlines()[1] == about["note"][0]
    assert about["hidden"] == ["departures"]
    assert about["left_out"]


def test_several_experiments_have_one_caption_and_a_note_each(small_store):
    """Each note says whose it is."""
    how = {"study": "kh2021", "any": True, "store": str(small_store)}
    about = call("comparison_table", how)["value"]["attributes"]
    assert about["caption"].startswith("kh2021 one-layer, two-layer, three-layer, compare")
    assert [note.partition(":")[0] for note in about["note"]][:2] == ["one-layer", "two-layer"]
    assert about["hidden"] == []


def test_what_is_missing_is_known_before_it_is_imported(monkeypatch):
    """One package is enough."""
    assert call("is_complete", {})["value"] is True
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorflow" else found(name)
    )
    assert call("is_complete", {})["value"] is False


def test_the_model_of_a_row_goes_as_json():
    """One that changes on that trip, or is none, is refused with its row."""
    done = call("row_model", {"model": "no model", "row": {"units": 8.0}, "number": 3.0})
    assert done["type"] == "spec"
    assert done["message"].startswith("The model of row 3 (units = 8): A model must be")


def test_a_run_is_heard(fashion_mnist, tmp_path):
    """Lines, how many epochs lie ahead, and each of them; the summary says the rest."""
    heard = []
    options = {**SMALL, "where": "layerdense == 16", "store": str(tmp_path)}
    done = call(
        "run_grid", {"study": "kh2021", "hear": lambda *said: heard.append(said), **options}
    )
    assert done["status"] == "ok", done
    assert (done["value"]["done"], done["value"]["store"]) == (1, str(tmp_path))
    assert "1 run trained (0 failed)" in done["value"]["said"][-2]
    assert ("expect", "0 of 1 done, 0 failed", 2) in heard
    assert sum(epochs for kind, _, epochs in heard if kind == "move") == 2
    assert [text for kind, text, _ in heard if kind == "line"][-1].startswith("[1/1] two-layer")


def test_r_s_handler_of_ctrl_c_comes_back(monkeypatch):
    """Python knows nothing of handlers in C, and would leave its own."""
    api = ctypes.pythonapi
    ignore = signal.SIG_IGN.value
    monkeypatch.setattr(
        "tunegrid.running.driver.run_grid",
        lambda *_, **__: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        api.PyOS_setsig(signal.SIGINT, ignore)
        call("run_grid", {"study": "kh2021", "hear": print})
        assert api.PyOS_getsig(signal.SIGINT) == ignore
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def test_a_grid_of_columns_becomes_rows(fashion_mnist, tmp_path):
    """R's data frames are lists of columns."""
    grid = {"layer1": [16.0, 16.0], "layer2": [16.0, 32.0], "layerdense": [32.0, 32.0]}
    given = {"study": "kh2021", "grid": grid, "store": str(tmp_path), **SMALL}
    done = call("run_grid", {"hear": print, **given})
    assert (done["value"]["planned"], done["value"]["done"]) == (2, 2)


def test_a_printed_table_has_its_caption():
    """As the command prints it."""
    done = call("published_table", {"study": "nn-modelling", "table": "layers"})
    assert done["value"]["attributes"]["caption"].startswith("nn-modelling ")


def test_an_exported_model_says_what_images_it_takes(small_store, tmp_path):
    """How they are scaled and turned."""
    runs = read_results("kh2021", any=True, store=small_store)
    best = runs.sort_values("accuracy")["key"].iloc[-1]
    file = tmp_path / "model.keras"
    done = call("export_model", {"key": best, "file": str(file), "store": str(small_store)})
    assert done["status"] == "ok", done
    assert Path(done["value"]["file"]).exists()
    assert (done["value"]["scaling"], done["value"]["orientation"]) == ("none", "transposed")
