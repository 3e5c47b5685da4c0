"""A page of a run's model: what it shows, and what it says where something is not known."""

import json
import re
import shutil

import keras
import numpy as np
import pytest

from tunegrid import SpecError, StoreError, export_model, show_model
from tunegrid.data import sources
from tunegrid.report import model_page
from tunegrid.report.mistakes import Predicted
from tunegrid.report.model_pictures import image_picture
from tunegrid.store.store import Store


def page_of(key, store, tmp_path):
    """Give the text of a run's page."""
    show_model(key, output=tmp_path / "run.html", store=store)
    return (tmp_path / "run.html").read_text("utf-8")


def test_the_most_certain_mistakes_are_shown(small_store, with_weights, fashion_mnist, tmp_path):
    """As Keras has them of the exported model."""
    page = page_of(with_weights, small_store, tmp_path)
    shown = re.findall(r"no\. (\d+), at (0\.\d{4})</figcaption>", page)
    assert len(shown) == 24
    file = export_model(with_weights, tmp_path / "model.keras", store=small_store).file
    x = fashion_mnist.x_test.transpose(0, 2, 1)[..., None].astype("float32")
    outputs = keras.models.load_model(file).predict(x, verbose=0)
    wrong = outputs.argmax(-1) != fashion_mnist.y_test
    most = np.sort(outputs.max(-1)[wrong])[::-1][:24]
    assert [float(value) for _, value in shown] == pytest.approx(most.tolist(), abs=2e-4)


def test_it_needs_no_other_file_and_runs_nothing(small_store, with_weights, tmp_path):
    """No script, no address but data, and the browser is told to take no other."""
    page = page_of(with_weights, small_store, tmp_path)
    assert "<script" not in page
    assert "default-src 'none'; img-src data:" in page
    assert all(one.startswith("data:image/") for one in re.findall(r'src="([^"]+)"', page))
    assert not re.search(r'(?:href|url\()["\']?http', page)
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert headings == ["Layers", "Learning curve", "Confusions", "Mistakes"]


def test_without_weights_no_certainty_is_claimed(small_store, without_weights, tmp_path):
    """It says so, and shows a mistake of each kind."""
    page = page_of(without_weights, small_store, tmp_path)
    assert "those of this run were not kept" in page
    shown = re.findall(r"<figcaption>(\d), taken for (\d)<br>no\. \d+</figcaption>", page)
    assert 1 < len(shown) <= 24
    assert len(set(shown)) == len(shown)
    assert all(true != said for true, said in shown)


def test_without_images_the_rest_is_shown(small_store, with_weights, tmp_path, monkeypatch):
    """With what is needed to have them."""
    monkeypatch.delenv("TUNEGRID_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(sources, "DEBIAN_FOLDER", tmp_path / "debian")
    page = page_of(with_weights, small_store, tmp_path)
    assert "What was confused is not shown, for want of the images." in page
    assert "dataset-fashion-mnist" in page
    assert "Learning curve" in page
    assert "image/png" not in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("outcome = NULL, seconds = NULL", "This run has not been trained yet"),
        ("outcome = 'failed', seconds = NULL, failure = 'error', message = '<b>x</b>'",
         "This run failed (error): &lt;b&gt;x&lt;/b&gt;"),
    ],
)  # fmt: skip
def test_a_run_without_a_result_has_its_layers(
    small_store, without_weights, tmp_path, change, said
):
    """And what became of it, as a text."""
    store = shutil.copytree(small_store, tmp_path / "store")
    with Store(store, write=True) as opened, opened.transaction() as cursor:
        cursor.execute(f"UPDATE run SET {change} WHERE key = ?", (without_weights,))  # noqa: S608
    page = page_of(without_weights, store, tmp_path)
    assert said in page
    assert "conv2d (Conv2D)" in page
    assert "Learning curve" not in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DELETE FROM epoch WHERE epoch = 2 AND run = ?", "has 1 of 2 epochs: see `tune-grid ver"),
        ("DELETE FROM prediction WHERE run = ?", "has no predictions: see `tune-grid verify`"),
        ("UPDATE prediction SET classes = x'00' WHERE run = ?", "has the classes of 1 test images"),
    ],
)
def test_a_damaged_result_has_no_page(small_store, without_weights, tmp_path, change, said):
    """One sentence, and no file."""
    store = shutil.copytree(small_store, tmp_path / "store")
    with Store(store, write=True) as opened, opened.transaction() as cursor:
        cursor.execute(change, (without_weights,))
    with pytest.raises(StoreError, match=said):
        page_of(without_weights, store, tmp_path)
    assert not (tmp_path / "run.html").exists()


@pytest.mark.parametrize("description", ["[" * 5000, "[1]", '{"processor": null}', "{"])
def test_an_odd_environment_is_left_out(small_store, without_weights, tmp_path, description):
    """Whoever wrote it."""
    store = shutil.copytree(small_store, tmp_path / "store")
    with Store(store, write=True) as opened, opened.transaction() as cursor:
        cursor.execute("UPDATE environment SET description = ?", (description,))
    assert re.search(r"seconds on \d{4}-\d\d-\d\d\.</p>", page_of(without_weights, store, tmp_path))


def test_texts_of_others_are_texts(small_store, without_weights, tmp_path):
    """A column and its value: the names of studies and experiments have no such letters."""
    store = shutil.copytree(small_store, tmp_path / "store")
    hostile = "<script>alert(1)</script> $title `r 1+1`"
    with Store(store, write=True) as opened, opened.transaction() as cursor:
        told = json.dumps({"<img src=x>": hostile})
        cursor.execute("UPDATE plan SET configuration = ? WHERE run = ?", (told, without_weights))
    page = page_of(without_weights, store, tmp_path)
    assert "&lt;img src=x&gt;=&lt;script&gt;alert(1)&lt;/script&gt; $title `r 1+1`" in page
    assert "<script" not in page
    assert "<img src=x" not in page


def test_the_command_writes_it(small_store, without_weights, tune_grid, tmp_path):
    """Under --format html or without a format; no other."""
    told = ("model", "show", without_weights, "--store", small_store, "--output")
    done = tune_grid(*told, "run.html", "--format", "html")
    assert (done.returncode, done.stdout) == (0, "")
    assert f"The page of run {without_weights[:12]} is in run.html." in done.stderr
    assert (tmp_path / "run.html").read_text("utf-8").startswith("<!doctype html>")
    assert "page is HTML, not csv" in tune_grid(*told, "run.html", "--format", "csv").stderr
    assert "ends in .html, not as run.pdf does" in tune_grid(*told, "run.pdf").stderr


def test_without_matplotlib_it_is_named(small_store, without_weights, tmp_path, monkeypatch):
    """Before any work is done."""
    monkeypatch.setattr("tunegrid.report.model_page.can_draw", lambda: False)
    with pytest.raises(SpecError, match=r"by matplotlib: pip install 'tunegrid\[plots\]'"):
        page_of(without_weights, small_store, tmp_path)


LABELS, CLASSES = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 0, 1, 2])


def test_mistakes_are_in_the_order_of_certainty():
    """Those that are right are not among them."""
    found = Predicted(LABELS, LABELS, CLASSES, np.array([0.9, 0.5, 0.4, 0.8, 0.7, 0.9]))
    assert found.mistakes(3) == [3, 4, 1]


def test_without_certainty_the_most_frequent_confusions_come_first():
    """The first image of each."""
    assert Predicted(LABELS, LABELS, CLASSES, None).mistakes(9) == [2, 1, 4]
    assert Predicted(LABELS, LABELS, LABELS, None).mistakes(9) == []


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((4, 5), "uint8"), ((4, 5, 1), "float32"), ((4, 5, 3), "float32"), ((4, 5, 3), "uint8")],
)
def test_images_are_pictures(shape, dtype):
    """Grey ones and coloured ones, of bytes and of numbers, flat ones too."""
    for example in (np.zeros(shape, dtype), np.arange(np.prod(shape)).reshape(shape).astype(dtype)):
        assert image_picture(example).startswith("data:image/png;base64,iVBOR")


@pytest.mark.parametrize("shape", [(7,), (4, 5, 2)])
def test_other_examples_are_none(shape):
    """Vectors, and images of two channels."""
    assert image_picture(np.zeros(shape, "float32")) is None


def test_of_many_classes_the_most_frequent_mistakes_are_listed():
    """No matrix is read at one look then."""
    found = Predicted(LABELS, LABELS, CLASSES, None)
    said, table = model_page._confusions(found, 300)
    assert "After the last epoch 2 of 6 test images are right. The matrix has 300 rows" in said
    assert re.findall(r">\s*(\d)\s*</td>", table) == [*"102", *"011", *"211"]


def test_a_link_in_its_place_is_not_written_through(small_store, without_weights, tmp_path):
    """Somebody else's folder can have one of any name."""
    (tmp_path / "x.html").symlink_to(tmp_path / "mine")
    with pytest.raises(SpecError, match="is a symbolic link, which is not followed"):
        show_model(without_weights, output=tmp_path / "x.html", store=small_store)
    assert not (tmp_path / "mine").exists()
