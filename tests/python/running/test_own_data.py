"""Grids on data of one's own: from arrays, files and study files, on this machine and another."""

import hashlib
import shutil

import numpy as np
import pytest

from tunegrid import (
    DataError,
    DataWarning,
    SpecError,
    check_data,
    comparison_table,
    export_model,
    export_results,
    import_results,
    load_study,
    read_results,
    run_grid,
    verify_store,
)
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan

FILTERS = [{"layer1": 2, "layerdense": 4}, {"layer1": 4, "layerdense": 4}]
UNITS = [{"dense1": 4}, {"dense1": 8}]


def coloured(count, rng):
    """Make colour images that are no squares, of 12 classes."""
    y = rng.integers(0, 12, count)
    x = rng.integers(0, 60, (count, 9, 14, 3))
    x[np.arange(count), y % 9, y] += 150
    return x, y


@pytest.fixture(scope="module")
def letters():
    """240 and 60 colour images."""
    rng = np.random.default_rng(1)
    return (*coloured(240, rng), *coloured(60, rng))


@pytest.fixture(scope="module")
def store(letters, tmp_path_factory):
    """A store with a grid on colour images, and one on vectors."""
    store = tmp_path_factory.mktemp("own") / "store"
    run_grid(grid=FILTERS, model="conv_stack", data=letters, name="letters", epochs=2, store=store)
    x = np.random.default_rng(2).normal(size=(150, 5))
    y = x[:, :3].argmax(axis=1)
    data = {"train": {"x": x[:120], "y": y[:120]}, "test": {"x": x[120:], "y": y[120:]}}
    how = {"set": {"scaling": "standard"}, "epochs": 2, "store": store}
    run_grid(grid=UNITS, model="mlp", data=data, name="vectors", **how)
    return store


def test_a_grid_on_data_of_ones_own_is_a_table(store):
    """Whatever the shape, and however many classes."""
    for name in ("letters", "vectors"):
        table = comparison_table(name, store=store)
        assert table["replicates"].tolist() == [1, 1]
        assert table["accuracy"].between(0, 1).all()
    assert set(verify_store(store=store)["state"]) == {"ok"}


def test_it_goes_on_without_its_data(letters, store):
    """A second seed finds it in the store; the same arrays are the same runs."""
    assert run_grid("letters", seeds=2, store=store).done == 2
    again = run_grid(
        grid=FILTERS, model="conv_stack", data=letters, name="letters", epochs=2, store=store
    )
    assert (again.found, again.done) == (2, 0)


def load_study_of(name, store):
    """Give a grid of one's own as a store knows it."""
    from tunegrid.store.store import find_study

    return find_study(name, store=store)


def test_another_machine_gets_results_and_if_wanted_data(store, tmp_path):
    """With the data a run can be trained again there, and gives the same numbers."""
    export_results("letters", tmp_path / "x", with_data=True, store=store)
    import_results(tmp_path / "x", store=tmp_path / "there")
    assert set(verify_store(store=tmp_path / "there")["state"]) == {"ok"}
    key = read_results("letters", store=tmp_path / "there")["key"].iloc[0]
    done = export_model(key, tmp_path / "m.keras", train=True, store=tmp_path / "there")
    assert (done.trained, done.same) == (True, True)


def test_without_its_data_what_was_done_can_be_read(store, tmp_path):
    """The export names it; training again says what to do."""
    left = export_results("vectors", tmp_path / "x", store=store).left
    assert left == ["own-data"]
    assert "5,3,120,30" in (tmp_path / "x" / "data.csv").read_text()
    import_results(tmp_path / "x", store=tmp_path / "there")
    runs = read_results("vectors", store=tmp_path / "there")
    assert runs["outcome"].eq("done").all()
    with pytest.raises(DataError, match=r"is not in .*there: give it again as it was given"):
        export_model(runs["key"].iloc[0], tmp_path / "m.h5", train=True, store=tmp_path / "there")


def test_data_that_was_changed_is_not_trained_on(letters, store, tmp_path):
    """Its digest says so."""
    shutil.copytree(store, tmp_path / "store")
    study = load_study_of("letters", tmp_path / "store")
    (digest,) = {one.digest for one in study.datasets.values()}
    kept = tmp_path / "store" / "data" / f"{digest}.npz"
    names = ("x_train", "y_train", "x_test", "y_test")
    changed = dict(zip(names, letters, strict=True)) | {"classes": np.array(12)}
    np.savez(kept, **{name: one.astype(np.uint8) // 2 for name, one in changed.items()})
    with pytest.raises(DataError, match="is not the data that is meant"):
        run_grid(study, seeds=9, store=tmp_path / "store")


def test_a_study_file_can_name_a_file_of_data(letters, tmp_path):
    """With its SHA-256; the rest is as in any study."""
    names = ("x_train", "y_train", "x_test", "y_test")
    np.savez(tmp_path / "letters.npz", **dict(zip(names, letters, strict=True)))
    digest = hashlib.sha256((tmp_path / "letters.npz").read_bytes()).hexdigest()
    file = tmp_path / "study.toml"
    file.write_text(STUDY.replace("DIGEST", digest), encoding="utf-8")
    (one,) = configurations(load_study(file))
    assert (one.settings["dataset"], one.data.classes) == ("letters", 12)
    (own,) = plan(configurations(load_study(file)))
    (given,) = plan(configurations(own_study_of(letters)))
    assert own.key == given.key
    assert run_grid(file, store=tmp_path / "store").done == 1
    file.write_text(STUDY.replace("DIGEST", "0" * 64), encoding="utf-8")
    with pytest.raises(SpecError, match=r"letters.npz is not the file that is meant"):
        load_study(file)


STUDY = """
schema = 1
id = "mine"
title = "letters"
author = "me"
date = "2026"
source = "a notebook"
about = "one model"

[settings]
dataset = { file = "letters.npz", sha256 = "DIGEST" }
architecture = "conv_stack"
layer1 = 2
epochs = 1

[protocol.own]
title = "as it is"

[experiment.one]
title = "one"
grid = { layerdense = [4] }
"""


def own_study_of(letters):
    """Give the same model as a grid of one's own."""
    from tunegrid import own_study

    rows = [{"layer1": 2, "layerdense": 4}]
    return own_study(rows, model="conv_stack", data=letters, set={"epochs": 1})


def test_two_files_of_a_study_stay_two_data_sets(letters, tmp_path):
    """Though their names differ in what is no part of a name."""
    digests = {}
    for number in (1, 2):
        arrays = dict(zip(("x_train", "y_train", "x_test", "y_test"), letters, strict=True))
        arrays["y_train"] = np.roll(arrays["y_train"], number)
        np.savez(tmp_path / f"data!{number}!.npz", **arrays)
        file = tmp_path / f"data!{number}!.npz"
        digests[number] = hashlib.sha256(file.read_bytes()).hexdigest()
    text = STUDY.replace("letters.npz", "data!1!.npz").replace("DIGEST", digests[1])
    text += f"""
[experiment.two]
title = "two"
grid = {{ layerdense = [4] }}
settings = {{ dataset = {{ file = "data!2!.npz", sha256 = "{digests[2]}" }} }}
"""
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    one, two = configurations(load_study(tmp_path / "study.toml"))
    assert one.data.digest != two.data.digest


def test_a_study_made_beforehand_is_run_with_its_data(letters, tmp_path):
    """The digest decides; other data is refused."""
    study = own_study_of(letters)
    x_train, y_train, x_test, y_test = letters
    other = (x_train // 2, y_train, x_test, y_test)
    with pytest.raises(SpecError, match=f"The data given is not that of {study.id}"):
        run_grid(study, data=other, store=tmp_path)
    assert run_grid(study, data=letters, store=tmp_path).done == 1


def test_a_model_for_other_classes_is_refused_by_its_json(letters):
    """Before a worker has to."""
    import keras

    from tunegrid import model_json, own_study

    layers = [keras.Input((9, 14, 3)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    text = model_json(keras.Sequential(layers))
    with pytest.raises(SpecError, match=r"must take \(None, 9, 14, 3\) and give \(None, 12\)"):
        own_study([{"layer1": 1}], model=[text], data=letters, labels="layer1", set={"epochs": 1})
    study = own_study_of(letters).model_copy(
        update={"settings": {"dataset": "own-data", "epochs": 1, "architecture": "keras",
                             "keras_json": text}}
    )  # fmt: skip
    with pytest.raises(SpecError, match="tells 3 classes apart, and the data has 12"):
        configurations(study)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"model": "conv_stack", "grid": FILTERS}, "takes images, and these data are vectors of 5"),
        ({"model": "vgg16", "grid": [{"dropout": 0.1}]}, "takes images"),
        ({"set": {"scaling": "unit"}}, "divides bytes by 255, and own-data holds other numbers"),
        ({"set": {"orientation": "transposed"}}, "is for images; own-data holds vectors"),
        ({"set": {"rotation": 0.1}}, "rotation turns images"),
        ({"train_size": 200}, "train_size = 200 is more than the 120 training images"),
        ({"dataset": "mnist"}, "not both"),
        ({"set": {"dataset": "mnist"}}, "not both"),
        ({"set": {"validation": "fold", "folds": 200, "fold": 1}}, "folds = 200 is more than"),
        ({"set": {"validation": "last", "validation_size": 120}}, "leaves nothing of the 120"),
    ],
)
def test_what_does_not_go_with_the_data_is_refused(more, said, tmp_path):
    """Before anything is trained."""
    x = np.random.default_rng(2).normal(size=(150, 5))
    y = np.arange(150) % 3
    asked = {"grid": UNITS, "model": "mlp", "epochs": 1, "store": tmp_path} | more
    with pytest.raises(SpecError, match=said):
        run_grid(data=(x[:120], y[:120], x[120:], y[120:]), **asked)


def test_images_that_are_too_small_for_an_architecture_are_refused(letters, tmp_path):
    """With their size."""
    with pytest.raises(SpecError, match="5 poolings leave nothing of a 9×14 image"):
        run_grid(grid=[{"dropout": 0.1}], model="vgg16", data=letters, epochs=1, store=tmp_path)


def test_a_grid_of_the_same_name_on_other_data_is_refused(letters, store):
    """It would hide the first one's runs."""
    x_train, y_train, x_test, y_test = letters
    other = (x_train // 2, y_train, x_test, y_test)
    with pytest.raises(SpecError, match="a grid called letters with other data"):
        run_grid(
            grid=FILTERS, model="conv_stack", data=other, name="letters", epochs=2, store=store
        )


def test_many_classes_are_kept_in_two_bytes(tmp_path):
    """And come back from an export."""
    y = np.arange(300)
    x = np.stack([y % 17, y // 17], axis=1)
    how = {"model": "mlp", "data": (x, y, x, y), "name": "many", "epochs": 1}
    run_grid(grid=[{"dense1": 4}], store=tmp_path / "s", **how)
    export_results("many", tmp_path / "x", store=tmp_path / "s")
    import_results(tmp_path / "x", store=tmp_path / "there")
    assert set(verify_store(store=tmp_path / "there")["state"]) == {"ok"}


def test_folds_are_columns_of_a_grid(letters, tmp_path):
    """Each run is scored on what it did not see, and on the test images."""
    rows = [{"layer1": 2, "layerdense": 4, "fold": fold} for fold in (1, 2)]
    settings = {"validation": "fold", "folds": 4, "epochs": 1}
    done = run_grid(grid=rows, model="conv_stack", data=letters, set=settings, store=tmp_path)
    runs = read_results(done.study, store=tmp_path)
    assert (runs["val_accuracy"] * 60 % 1).round(6).isin([0, 1]).all()
    assert runs["key"].nunique() == 2


def test_labels_that_can_hardly_be_meant_are_warned_of(tmp_path):
    """They are trained all the same."""
    x = np.random.default_rng(3).normal(size=(12, 2))
    y = np.arange(12) % 2 + 1
    with pytest.warns(DataWarning, match="do your labels begin at 1"):
        done = run_grid(
            grid=UNITS[:1], model="mlp", data=(x, y, x, y), epochs=1, store=tmp_path / "store"
        )
    assert done.done == 1
    assert "begin at 1" in check_data((x, y, x, y), store=tmp_path).attrs["note"][0]
