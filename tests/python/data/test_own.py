"""Data of one's own: the forms in which it is given, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tunegrid.data.own import own_data
from tunegrid.errors import DataError


def made(shape=(4, 5), train=6, test=3, classes=3):
    """Make small data: bytes, and labels that go round."""
    x = np.arange((train + test) * int(np.prod(shape))).reshape(-1, *shape) % 251
    y = np.arange(train + test) % classes
    return x[:train], y[:train], x[train:], y[train:]


def as_mapping(four):
    return dict(zip(("x_train", "y_train", "x_test", "y_test"), four, strict=True))


def as_parts(four):
    x_train, y_train, x_test, y_test = four
    return {"train": {"x": x_train, "y": y_train}, "test": {"x": x_test, "y": y_test}}


def as_pairs(four):
    return (four[:2], four[2:])


def as_columns(four):
    return tuple(one[:, None] if one.ndim == 1 else np.asfortranarray(one) for one in four)


@pytest.mark.parametrize("form", [as_mapping, as_parts, as_pairs, as_columns, list])
def test_the_form_of_data_does_not_matter(form):
    """Keras's pairs, a mapping, R's list of lists, labels as a column: the same data."""
    assert own_data(form(made())).dataset == own_data(made()).dataset


def test_what_is_known_of_data():
    """Shape, classes, counts of each, and the type of its values."""
    found = own_data(made((4, 5, 3)), name="letters", class_names=["a", "b", "c", "d"]).dataset
    assert (found.name, found.shape, found.classes) == ("letters", (4, 5, 3), 4)
    assert found.dtype == "uint8"
    assert found.train_counts == (2, 2, 2, 0)
    assert found.input_shape == (4, 5, 3)
    assert own_data(made()).dataset.input_shape == (4, 5, 1)


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=4, max_side=4)), st.data())
def test_any_change_of_the_arrays_is_other_data(x, data):
    """A value, a label, the shape or the number of classes."""
    y = np.arange(len(x)) % 3
    y[0] = 2  # three classes, however few there are
    before = own_data((x, y, x, y)).dataset.digest
    place = data.draw(st.integers(0, x.size - 1))
    other = x.copy()
    other.flat[place] ^= 1
    names, changed = ["a", "b", "c", "d"], y.copy()
    changed[0] = 1
    others = [(other, y, x, y), (x, y, other, y), (x, changed, x, y)]
    digests = [own_data(one).dataset.digest for one in others]
    digests.append(own_data((x, y, x, y), class_names=names).dataset.digest)
    digests.append(own_data((x[None], [2], x[None], [2])).dataset.digest if x.ndim < 4 else "")
    assert before not in digests


def test_the_name_is_no_part_of_the_digest():
    """The same arrays under another name are the same data."""
    names = [own_data(made(), name=name).dataset for name in ("one", "other")]
    assert names[0].digest == names[1].digest


def test_whole_numbers_are_bytes_and_others_float32():
    """Also where only one part has a fraction."""
    x_train, y_train, x_test, y_test = made()
    assert own_data((x_train * 300, y_train, x_test, y_test)).images.x_test.dtype == np.float32
    assert own_data((x_train / 2, y_train, x_test / 2, y_test)).dataset.dtype == "float32"
    whole = own_data((x_train.astype(float), y_train, x_test.astype(np.int16), y_test))
    assert whole.dataset == own_data((x_train, y_train, x_test, y_test)).dataset
    assert own_data((x_train > 5, y_train, x_test > 5, y_test)).dataset.dtype == "uint8"


def test_from_257_classes_on_labels_have_two_bytes():
    """And any number up to 65 535 is possible."""
    x, y = np.zeros((300, 2), np.uint8), np.arange(300)
    assert own_data((x, y, x, y)).images.y_train.dtype == np.uint16
    assert own_data((x, np.full(300, 65_534), x, y)).dataset.classes == 65_535


def _with(**changed):
    return as_mapping(made()) | changed


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (_with(x_train=made()[0][:5]), "x_train has 5 examples and y_train 6 labels"),
        (_with(x_test=made((5, 4))[2]), r"different shapes: \(4, 5\) and \(5, 4\)"),
        (_with(y_train=[0, 1, 2, 0, 1.5, 2]), r"y_train\[4\] is 1.5: labels must be whole"),
        (_with(y_train=[0, 1, 2, 0, -1, 2]), r"y_train\[4\] is -1"),
        (_with(y_test=[0, 1, 65_535]), r"y_test\[2\] is 65535"),
        (_with(y_test=np.eye(3)), r"y_test must have the shape \(n,\)"),
        (_with(y_train=["a"] * 6), "y_train must hold numbers"),
        (_with(x_train=np.full((6, 4, 5), np.nan)), r"x_train\[0, 0, 0\] is nan"),
        (_with(x_train=np.array([[1], [None]], object)), "x_train must hold numbers, not object"),
        (_with(x_train=[[1, 2], [3]]), "x_train is no array: its rows have different lengths"),
        (_with(x_train=np.zeros(6)), r"x_train must have the shape \(n, height, width\)"),
        (_with(y_test=None), "lacks y_test"),
        (_with(x_train=np.full((6, 4, 5), 1e300)), "1e.300: every value must have a place in"),
        (_with(class_names=[None, "b", "c"]), "class_names must be a list of texts"),
        (_with(class_names=["a", "b"]), r"y_train\[2\] is 2, and class_names has 2 names"),
        (_with(y_train=[0] * 6, y_test=[0] * 3), "at least two classes"),
        ("iris", "must be .x_train, y_train, x_test, y_test"),
        ({"train": 1, "test": 2}, "train must have x and y"),
    ],
)
def test_what_is_no_data_is_refused_with_the_place(data, said):
    """In a sentence."""
    with pytest.raises(DataError, match=said):
        own_data(data)


@pytest.mark.parametrize("name", ["mnist", "Letters", "a b", "", 3])
def test_a_name_that_is_none_is_refused(name):
    """Nor can data have the name of a set that ships."""
    with pytest.raises(DataError, match="must have a name of lower-case letters"):
        own_data(made(), name=name)


def _named(columns):
    """Make a part of data whose columns have names, each with values of its own."""
    own = {"a": 1, "b": 20, "c": 300}
    return pd.DataFrame({name: [own[name], own[name] + 1] for name in columns})


def test_columns_with_names_meet_by_name():
    """In whatever order the test examples have them: else one would be taken for another."""
    same, other = (
        own_data((_named("abc"), [0, 1], _named(columns), [0, 1])) for columns in ("abc", "cab")
    )
    assert other.dataset == same.dataset
    assert other.images.x_test.tolist() == [[1, 20, 300], [2, 21, 301]]


def test_columns_with_other_names_are_refused():
    """A name that one part lacks; columns without names are taken by place."""
    said = "x_train has the columns c that x_test lacks, and x_test has the columns d that"
    renamed = _named("abc").rename(columns={"c": "d"})
    with pytest.raises(DataError, match=said):
        own_data((_named("abc"), [0, 1], renamed, [0, 1]))
    bare = _named("abc").to_numpy()
    assert own_data((_named("abc"), [0, 1], bare, [0, 1])).images.x_test.tolist() == bare.tolist()
