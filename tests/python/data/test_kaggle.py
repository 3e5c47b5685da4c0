"""Kaggle's csv files: held against what is known of them."""

import os
from pathlib import Path

import numpy as np
import pytest

from tunegrid import DataError, run_grid
from tunegrid.data import kaggle, sources
from tunegrid.data.kaggle import FILES, read_kaggle
from tunegrid.data.reading import image_digest
from tunegrid.data.sources import find_dataset
from tunegrid.errors import DataMissingError
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import UNKNOWN, plan
from tunegrid.study.study import load_study

ROWS = {"train": 60_000, "test": 10_000}
HEADER = ",".join(["label", *(f"pixel{number}" for number in range(1, 785))])


def _write(folder, part, lines):
    """Write a whole file that begins with some lines."""
    folder.mkdir(exist_ok=True)
    more = [f"{n % 10},{','.join([str(n % 256)] * 784)}" for n in range(ROWS[part] - len(lines))]
    text = "\n".join([HEADER, *lines, *more]) + "\n"
    (folder / FILES[part]).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def heads():
    """The first 16 rows of both files, as public copies have them."""
    folder = Path(os.environ.get("TUNEGRID_DATA", "")) / "fashion-mnist-kaggle"
    if not (folder / "head-train.csv").exists():
        pytest.skip("heads of Kaggle's files: set TUNEGRID_DATA")
    return {part: (folder / f"head-{part}.csv").read_text().splitlines()[1:17] for part in FILES}


@pytest.fixture
def invented(tmp_path, monkeypatch):
    """Both files with other first rows, which are taken for Kaggle's here."""
    monkeypatch.setattr(kaggle, "_HEAD", 0)
    empty = (kaggle.hashlib.sha256(b"").hexdigest(),) * 2
    monkeypatch.setattr(kaggle, "_HEADS", dict.fromkeys(FILES, empty))
    monkeypatch.setattr(sources, "DEBIAN_FOLDER", tmp_path / "debian")
    for part in FILES:
        _write(tmp_path / "fashion-mnist-kaggle", part, [])
    return tmp_path


def test_the_heads_of_the_real_files_are_known(heads, tmp_path):
    """Padded into whole files they are read, row by row."""
    for part, lines in heads.items():
        _write(tmp_path / "real", part, lines)
    found = read_kaggle(tmp_path / "real")
    assert found.y_train[:16].tolist() == [int(line.split(",")[0]) for line in heads["train"]]
    assert found.x_test[3].ravel().tolist() == [int(v) for v in heads["test"][3].split(",")[1:]]
    assert len(found.x_train) == ROWS["train"]


def test_a_file_that_begins_otherwise_is_refused(tmp_path):
    """Though it has the columns and as many rows."""
    for part in FILES:
        _write(tmp_path / "other", part, [])
    with pytest.raises(DataError, match="first 16 rows are not those of Kaggle's file"):
        read_kaggle(tmp_path / "other")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEADER}\n" + f"0,{','.join(['1'] * 784)}\n", "it has 1 rows, and not 60000"),
        ("label,a\n0,1\n", "its columns are not label and pixel1 to pixel784"),
        (None, "this file is missing"),
    ],
)
def test_a_file_of_another_form_is_refused(text, said, tmp_path):
    """With what to do."""
    if text is not None:
        (tmp_path / FILES["train"]).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=f"fashion-mnist_train.csv: {said}.*Download"):
        read_kaggle(tmp_path)


def test_its_digest_is_in_the_key_once_it_is_there(invented, tmp_path):
    """A run of it is trained, and its images are kept beside the runs."""
    digest = image_digest(find_dataset("fashion_mnist_kaggle", data_dir=invented))
    done = run_grid(
        "kh2021", experiments="one-layer", where="layer1 == 16 and layerdense == 16",
        protocol="as-run-kaggle", epochs=1, train_size=64, data_dir=invented, store=tmp_path / "s",
    )  # fmt: skip
    assert done.done == 1
    (kept,) = (tmp_path / "s" / "data").iterdir()
    assert kept.stem == digest
    assert np.load(kept)["x_train"].shape == (60_000, 28, 28)


def test_without_the_files_the_protocol_can_be_shown_and_not_run(tmp_path, monkeypatch):
    """Its runs have no key yet, and the sentence says where to get the files."""
    monkeypatch.delenv("TUNEGRID_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    found = configurations(load_study("kh2021"), protocol="as-run-kaggle", experiments="one-layer")
    assert {one.spec.data.digest for one in plan(found)} == {UNKNOWN}
    with pytest.raises(DataMissingError, match="Download fashion-mnist_train"):
        find_dataset("fashion_mnist_kaggle")
    with pytest.raises(DataError, match="Download fashion-mnist_train"):
        run_grid("kh2021", experiments="one-layer", protocol="as-run-kaggle", store=tmp_path / "s")
