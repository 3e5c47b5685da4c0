"""Models of stored runs: their layers, and files for Keras."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from hostile_specs import SPECS, sequential

from tunegrid import SpecError, StoreError, export_model, import_results, show_model
from tunegrid.plan.runs import canonical
from tunegrid.store.store import Store
from tunegrid.store.weights import weights_file

ROOT = Path(__file__).parents[3]


def classes_of(store, key):
    """Give the predicted class of each test image after the last epoch."""
    query = "SELECT classes FROM prediction WHERE run = :key AND after = 'last'"
    with Store(store) as opened:
        return np.frombuffer(opened.rows(query, {"key": key})[0][0], np.uint8)


def test_the_layers_are_shown_as_the_study_printed_them(tmp_path):
    """The two-layer models of kh2021 have 33 642 parameters with 16, 16 and 16."""
    import_results(ROOT / "reports" / "results" / "kh2021", store=tmp_path)
    layers = show_model("0b669140", store=tmp_path)
    assert layers.columns.tolist() == ["Layer (type)", "Output Shape", "Param #"]
    assert layers.iloc[2].tolist() == ["conv2d_1 (Conv2D)", "(None, 11, 11, 16)", 2320]
    totals = [layers.attrs[name] for name in ("total", "trainable", "non_trainable")]
    assert totals == [33642, 33642, 0]
    assert layers["Param #"].sum() == 33642


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.filterwarnings("ignore::UserWarning")  # Keras on its own older format
def test_an_exported_model_predicts_what_the_store_says(
    small_store, with_weights, fashion_mnist, tmp_path, ending
):
    """Keras loads the file, evaluates it, and it is the model that was trained."""
    done = export_model(with_weights[:10], tmp_path / f"model{ending}", store=small_store)
    assert (done.key, done.trained, done.same) == (with_weights, False, True)
    model = keras.models.load_model(done.file)
    assert (done.spec.data.orientation, done.spec.data.scaling) == ("transposed", "none")
    x = fashion_mnist.x_test.transpose(0, 2, 1)[..., None].astype("float32")
    predicted = model.predict(x, verbose=0).argmax(-1)
    assert (predicted == classes_of(small_store, with_weights)).mean() > 0.999
    accuracy = model.evaluate(x, keras.utils.to_categorical(fashion_mnist.y_test), verbose=0)[1]
    assert abs(accuracy - (predicted == fashion_mnist.y_test).mean()) < 1e-6


def test_weights_alone_are_exported_as_they_are(small_store, with_weights, tmp_path):
    """Byte for byte."""
    done = export_model(with_weights, tmp_path / "model.weights.h5", store=small_store)
    assert done.file.read_bytes() == weights_file(small_store, with_weights).read_bytes()


def test_a_run_whose_weights_were_not_kept_can_be_trained_again(
    small_store, without_weights, tmp_path
):
    """To the same numbers, which is said."""
    with pytest.raises(StoreError, match=r"were not kept .*add --train"):
        export_model(without_weights, tmp_path / "model.keras", store=small_store)
    done = export_model(without_weights, tmp_path / "model.keras", train=True, store=small_store)
    assert (done.trained, done.same) == (True, True)
    assert keras.models.load_model(done.file).count_params() > 0


def test_damaged_weights_are_not_loaded(small_store, with_weights, tmp_path):
    """A truncated model file is one clear sentence, and nothing is written."""
    store = shutil.copytree(small_store, tmp_path / "store")
    file = weights_file(store, with_weights)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(StoreError, match=r"is damaged .*tune-grid repair"):
        export_model(with_weights, tmp_path / "model.keras", store=store)
    file.unlink()
    with pytest.raises(StoreError, match=r"weights\.h5 is missing"):
        export_model(with_weights, tmp_path / "model.keras", store=store)
    assert not (tmp_path / "model.keras").exists()


@pytest.mark.parametrize(
    ("key", "file", "said"),
    [
        ("0000000000", "m.keras", "no run whose key begins with 0000000000"),
        ("abc", "m.keras", "at least 4 must be given, not 'abc'"),
        ("hello world", "m.keras", "64 hexadecimal digits"),
        ("KEPT", "m.onnx", r"must end in one of \.weights\.h5, \.keras, \.h5"),
        ("KEPT", "there.keras", "is there already"),
        ("KEPT", "none/m.keras", "There is no folder"),
    ],
)
def test_what_cannot_be_exported_is_one_sentence(
    small_store, with_weights, tmp_path, key, file, said
):
    """Wrong keys and wrong files."""
    (tmp_path / "there.keras").touch()
    with pytest.raises((SpecError, StoreError), match=said):
        export_model(key.replace("KEPT", with_weights), tmp_path / file, store=small_store)


def test_a_key_that_is_not_unique_is_refused(small_store, tmp_path):
    """More of it must be given."""
    store = shutil.copytree(small_store, tmp_path / "store")
    with Store(store, write=True) as opened, opened.transaction() as cursor:
        keys = [(f"abcde{digit * 59}",) for digit in "12"]
        cursor.executemany("INSERT INTO run (key, spec) VALUES (?, '{}')", keys)
    with pytest.raises(StoreError, match="More than one run's key begins with abcde"):
        show_model("abcde", store=store)


KEY = "abcde1" + "0" * 58


def stored(folder, spec, **columns):
    """Give a store with one run of a spec, as somebody could have written it into the file."""
    values = {"key": KEY, "spec": spec, **columns}
    names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
    with Store(folder, write=True) as opened, opened.transaction() as cursor:
        cursor.execute(f"INSERT INTO run ({names}) VALUES ({places})", values)  # noqa: S608
    return folder


def with_model(**model):
    """Give the text of a real spec with another model."""
    return canonical({**SPECS[0], "model": {"revision": 1, **model}})


KERAS_JSON = [
    "{}", "[" * 5000, "9" * 5000, '{"class_name": "function", "config": "system", "module": "os"}',
    json.dumps(sequential({"class_name": "Lambda", "module": "keras.layers", "config": {}})),
]  # fmt: skip


@pytest.mark.parametrize(
    "spec",
    ["{}", "", "null", b"\xff", "[" * 5000, '{"schema":2}',
     canonical({**SPECS[0], "engine": ["x"]}), canonical({**SPECS[0], "epochs": 10**400}),
     with_model(architecture="conv_stack", parameters={"layer1": 10**8, "layerdense": 1}),
     *(with_model(architecture="keras", parameters={"keras_json": one}) for one in KERAS_JSON)],
)  # fmt: skip
def test_a_run_of_an_odd_spec_is_refused_in_words(tmp_path, tune_grid, spec):
    """By every part of the command, whoever wrote it."""
    store = stored(tmp_path / "store", spec)
    for words in (["show", "abcde"], ["export", "abcde", "m.keras"]):
        done = tune_grid("model", *words, "--store", store)
        assert done.returncode == 2
        assert "spec is damaged (" in done.stderr or "is damaged (spec is" in done.stderr
        assert done.stdout == ""


def test_a_large_model_is_shown_without_its_weights(tmp_path):
    """One of six gigabytes, in none."""
    parameters = {"dense1": 2_000_000, "activation": "relu", "normalise": "none"}
    parameters |= {"dropout": 0.0, "l2": 0.0}
    store = stored(tmp_path / "store", with_model(architecture="mlp", parameters=parameters))
    assert show_model("abcde", store=store).attrs["total"] == 785 * 2_000_000 + 20_000_010


def test_weights_of_another_model_are_named(small_store, with_weights, tmp_path):
    """They are not said to be an output that cannot be written."""
    store = shutil.copytree(small_store, tmp_path / "store")
    for content in (b"no HDF5", weights_file(small_store, with_weights).read_bytes()[:3000]):
        weights_file(store, with_weights).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        with Store(store, write=True) as opened, opened.transaction() as cursor:
            cursor.execute(
                "UPDATE run SET weights_sha256 = ? WHERE key = ?", (digest, with_weights)
            )
        with pytest.raises(StoreError, match="are not those of its model"):
            export_model(with_weights, tmp_path / "m.keras", store=store)


def test_the_command_shows_and_exports(small_store, with_weights, tune_grid, tmp_path):
    """As the sources print it, with the totals; and what images the model takes."""
    shown = tune_grid("model", "show", with_weights[:12], "--store", small_store)
    assert shown.stderr.startswith(f"Run {with_weights}\n")
    assert "|conv2d (Conv2D) " in shown.stdout
    assert "Total params: " in shown.stdout
    done = tune_grid("model", "export", with_weights, "m.keras", "--store", small_store)
    assert done.returncode == 0
    assert "images of shape (n, 28, 28, 1), transposed, pixels from 0 to 255" in done.stderr
    assert (tmp_path / "m.keras").exists()


def forged(small_store, with_weights, tmp_path, change):
    """A store whose weights somebody else has made, with the digest that they have."""
    store = shutil.copytree(small_store, tmp_path / "store")
    file = weights_file(store, with_weights)
    change(file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with Store(store, write=True) as opened, opened.transaction() as cursor:
        cursor.execute("UPDATE run SET weights_sha256 = ? WHERE key = ?", (digest, with_weights))
    return store


def _first(file):
    """Find the name of the first array."""
    names = []
    file.visititems(lambda name, one: names.append(name) if hasattr(one, "shape") else None)
    return names[0]


def _changed(do):
    def change(path):
        with h5py.File(path, "r+") as file:
            name = _first(file)
            shape = file[name].shape
            del file[name]
            do(file, name, shape)

    return change


FORGED = {
    "no HDF5": lambda path: path.write_bytes(b"short"),
    "cut off": lambda path: os.truncate(path, path.stat().st_size // 2),
    "a link to another file": _changed(
        lambda file, name, _: file.__setitem__(name, h5py.ExternalLink("/tmp/x.h5", "/x"))  # noqa: S108
    ),
    "a link": _changed(lambda file, name, _: file.__setitem__(name, h5py.SoftLink("/"))),
    "bytes of another file": _changed(
        lambda file, name, shape: file.create_dataset(
            name, shape, "f4", external=[("/etc/passwd", 0, 4 * int(np.prod(shape)))]
        )
    ),
    "another shape": _changed(lambda file, name, _: file.__setitem__(name, np.zeros(3, "f4"))),
    "compressed": _changed(
        lambda file, name, shape: file.create_dataset(name, shape, "f4", compression="gzip")
    ),
    "texts": _changed(lambda file, name, _: file.__setitem__(name, ["a", "b"])),
    "more than the model has": _changed(
        lambda file, name, _: file.__setitem__(name, np.zeros(10**6, "f4"))
    ),
    "nothing": _changed(lambda *_: None),
    "a group in itself": _changed(lambda file, *_: file.__setitem__("again", file["/"])),
}


@pytest.mark.parametrize("what", FORGED)
@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_weights_that_are_not_the_model_s_are_refused(
    small_store, with_weights, tmp_path, what, ending
):
    """In words about weights, and nothing of another file comes out."""
    store = forged(small_store, with_weights, tmp_path, FORGED[what])
    with pytest.raises(StoreError, match=r"weights|HDF5"):
        export_model(with_weights, tmp_path / f"model{ending}", store=store)
    assert not (tmp_path / f"model{ending}").exists()


def test_no_more_of_a_file_is_read_than_the_model_s_weights_have(
    small_store, with_weights, tmp_path
):
    """A file of zeros without end takes no room where it comes from."""
    store = shutil.copytree(small_store, tmp_path / "store")
    os.truncate(weights_file(store, with_weights), 200 << 20)
    with pytest.raises(StoreError, match=r"weights\.h5 has 200 MiB, and 6\d\.\d MiB is the most"):
        export_model(with_weights, tmp_path / "a.weights.h5", store=store)
