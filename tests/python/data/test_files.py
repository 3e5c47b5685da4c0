"""Files with data of one's own."""

import io
import resource
import zipfile

import numpy as np
import pytest
from test_own import as_mapping, made

from tunegrid.data.files import read_data
from tunegrid.data.own import own_data
from tunegrid.errors import DataError


def test_an_npz_is_what_it_holds(tmp_path):
    """Keras's convention, with class names if wanted; the file's name is the data's."""
    names = np.array(["a", "b", "c"])
    np.savez(tmp_path / "Letters 2.npz", **as_mapping(made()), class_names=names)
    found = read_data(tmp_path / "Letters 2.npz").dataset
    assert (found.name, found.class_names) == ("letters-2", ("a", "b", "c"))
    assert found.digest == own_data(made()).dataset.digest


def test_an_npz_of_objects_runs_no_code(tmp_path):
    """It is refused, and not unpickled."""
    np.savez(tmp_path / "bad.npz", **as_mapping(made()) | {"y_test": np.array([{}], object)})
    with pytest.raises(DataError, match="y_test holds object, not numbers"):
        read_data(tmp_path / "bad.npz")


def _csv(path, lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_csv_is_vectors_with_a_label(tmp_path):
    """A column says which rows are for testing."""
    lines = ["a,label,b,part", "1,0,2.5,train", "3,1,4,test", "5,1,6,train"]
    found = read_data(_csv(tmp_path / "rows.csv", lines))
    assert found.images.x_train.tolist() == [[1, 2.5], [5, 6]]
    assert found.images.y_test.tolist() == [1]


def test_a_csv_without_parts_keeps_a_sixth_of_each_class_for_testing(tmp_path):
    """The same ones each time."""
    lines = ["label,a", *(f"{n % 2},{n}" for n in range(24))]
    found = read_data(_csv(tmp_path / "rows.csv", lines))
    assert found.dataset.test_counts == (2, 2)
    assert found.dataset == read_data(tmp_path / "rows.csv").dataset


def test_pixels_of_a_square_are_images(tmp_path):
    """As in Kaggle's files, row by row."""
    lines = ["label,pixel1,pixel2,pixel3,pixel4,part", "0,1,2,3,4,train", "1,5,6,7,8,test"]
    found = read_data(_csv(tmp_path / "digits.csv", lines))
    assert found.images.x_train.tolist() == [[[1, 2], [3, 4]]]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["label,a", "0,1", "1,x"], "row 2 has 'x' in the column a, and no number"),
        (["label,a", "0,1", "1,"], "row 2 has empty in the column a"),
        (["label,a", "0,1", f",{10**400}"], "a number of more than 300 digits in the column a"),
        (["label,a", "0,1", "2.5,3"], "row 2 has 2.5 in the column label, where a whole"),
        (["a,b", "0,1"], "has no column label"),
        (["label", "0"], "has no columns beside label"),
        (["label,a,part", "0,1,both"], "row 1 has 'both' in the column part"),
        (["label,a"], "has no rows"),
        (["label,a,label", "0,1,0"], "has two columns called label"),
        ([",label,a", "1,0,1"], "column 1 has no name: write it without row names"),
        (["a;label", "1;0"], r"has no column label \(columns, by commas: a;label\)"),
        (["label,a", "cat,1"], "row 1 has 'cat' in the column label.*Number the classes from 0"),
        (["label,a,part", "0,1,train", "1,1,train"], "has no row for testing"),
        (["label,a", "0,1", "1,1"], "has no row for testing"),
        (["label,a", "0,1,2,3", "1"], "rows with more cells than its first line has names"),
        (["label," + "a" * 200_000, "0,1"], "is no csv file of numbers .field larger than"),
        (["label,a", "0,1", "65535,1"], "row 2 has 65535 in the column label, .* from 0 to 65534"),
        (["label,a", "5,0,1", "6,1,1"], "rows with more cells than its first line has names"),
        (["label,a", "1," * 300_000 + "1"], "rows with more cells than its first line has names"),
        (
            ["label," + ",".join(f"pixel{'9' * 5000}{n}" for n in "1234"), "0,1,2,3,4"],
            "for testing",
        ),
    ],
)
def test_a_csv_that_is_none_is_refused_with_its_row_and_column(lines, said, tmp_path):
    """In a sentence that names the file."""
    file = _csv(tmp_path / "bad.csv", lines)
    with pytest.raises(DataError, match=said) as refused:
        read_data(file)
    assert str(refused.value).startswith(str(file))


def test_pixels_are_in_the_order_of_their_numbers(tmp_path):
    """However their columns are sorted."""
    names = sorted(f"pixel{number}" for number in range(1, 17))
    rows = [",".join([str(n), *(name.removeprefix("pixel") for name in names)]) for n in "01"]
    lines = [",".join(["label", *names, "part"]), f"{rows[0]},train", f"{rows[1]},test"]
    found = read_data(_csv(tmp_path / "digits.csv", lines))
    assert found.images.x_train.ravel().tolist() == list(range(1, 17))


@pytest.mark.parametrize("stem", ["mnist", "2021", "x" * 90, "Ü"])
def test_a_file_of_any_name_can_be_read(stem, tmp_path):
    """What is no name of data is `own-data`."""
    np.savez(tmp_path / f"{stem}.npz", **as_mapping(made()))
    assert read_data(tmp_path / f"{stem}.npz").dataset.name in ("own-data", "x" * 64)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 cut off", b"\x93NUMPY"])
def test_a_file_that_is_no_npz_is_refused(content, tmp_path):
    """Whatever is in it."""
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"bad.npz is no whole \.npz archive"):
        read_data(tmp_path / "bad.npz")


def test_of_each_of_many_classes_a_sixth_is_drawn(tmp_path):
    """In whatever order the rows are; those that were drawn class by class."""
    labels = np.random.default_rng(1).permutation(np.repeat(np.arange(500), 6))
    found = read_data(_csv(tmp_path / "many.csv", ["label,a", *(f"{one},1" for one in labels)]))
    assert np.bincount(found.images.y_test).tolist() == [1] * 500
    rng = np.random.default_rng(1)
    drawn = [rng.permutation(np.flatnonzero(labels == one))[0] for one in range(500)]
    assert found.images.y_test.tolist() == labels[np.sort(drawn)].tolist()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (np.array(5), "class_names must be a list of texts"),
        (np.array(["a" * 10_000] * 1000), "holds arrays of 38.1 MiB, and 32 MiB is the most"),
    ],
)
def test_names_of_classes_that_are_none_or_without_end_are_refused(names, said, tmp_path):
    """Before they are read."""
    np.savez_compressed(tmp_path / "a.npz", **as_mapping(made()), class_names=names)
    with pytest.raises(DataError, match=said):
        read_data(tmp_path / "a.npz")


def test_other_files_are_refused(tmp_path):
    """And those that are not there."""
    for name, said in (("data.xlsx", "must be a .npz or a .csv"), ("none.npz", "There is no file")):
        with pytest.raises(DataError, match=said):
            read_data(tmp_path / name)


def _packed(file, *members):
    """Write an archive of arrays with so many MiB of zeros behind what they begin with."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, begin, mib in members:
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(begin)
                for _ in range(mib):
                    member.write(bytes(1 << 20))
    return file


def _array(shape):
    begin = io.BytesIO()
    described = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(begin, described)
    return begin.getvalue()


@pytest.mark.parametrize(
    ("begin", "said"),
    [
        (_array((9,)), "is not of its own size"),
        (_array((2**32 - 1,)), "is not of its own size"),
        (_array((10**12,)), "GiB is the most"),
        (b"\x93NUMPY\x02\x00" + bytes([0, 0, 0, 32]) + b" " * 99, "is no whole .npz archive"),
    ],
)
def test_no_more_is_unpacked_than_an_array_may_have(begin, said, tmp_path):
    """Whatever its header says, and however much stands behind it."""
    file = _packed(tmp_path / "bomb.npz", ("x_train.npy", begin, 300))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DataError, match=said):
        read_data(file)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


def test_a_csv_of_many_columns_is_counted_before_it_is_read(tmp_path):
    """A hundred thousand of them."""
    names = ",".join(f"c{n}" for n in range(100_000))
    with pytest.raises(DataError, match="has 100000 columns, and 65538 is the most"):
        read_data(_csv(tmp_path / "wide.csv", [names, names]))


def test_a_csv_with_a_name_of_many_lines_is_refused_in_one(tmp_path):
    """A name in quotes can have an end of the line in it."""
    with pytest.raises(DataError, match=r"\A.*has no column label.*\Z"):
        read_data(_csv(tmp_path / "a.csv", ['"a', 'b"', "1"]))
