"""What is found in the arrays of a data set: counts, ranges, and what occurs more than once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunegrid.data.datasets import Images
from tunegrid.data.inspecting import inspect_images

PARTS = ("train", "test", "train and test")


def counts(images, classes=3):
    """Give what was counted, by check and part."""
    return {(one.check, one.part): one.count for one in inspect_images(images, classes)}


def duplicates(images):
    """Give the counts of duplicates, and of those with another label, by part."""
    found = counts(images)
    names = ("duplicates", "duplicates with another label")
    return {part: tuple(found[name, part] for name in names) for part in PARTS}


def pictures(numbers, dtype=np.uint8):
    """Make an image of 2 × 3 pixels for each number, the same for the same number."""
    numbers = np.asarray(numbers)
    x = np.zeros((len(numbers), 2, 3), dtype)
    x[:, 0, 1], x[:, 1, 2] = numbers // 7, numbers % 7
    return x


def made(train, test, dtype=np.uint8):
    """Make data of pairs of a number, which says what the image is, and a label."""
    (a, b), (c, d) = (np.array(part).reshape(-1, 2).T for part in (train, test))
    return Images(pictures(a, dtype), b.astype("u1"), pictures(c, dtype), d.astype("u1"))


ROWS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=25)


def _twins(own, other, *, are_same):
    """Count the pairs that have a twin, and one with another label, by looking at each."""
    found = [0, 0]
    for place, (image, label) in enumerate(own):
        labels = [
            theirs
            for position, (picture, theirs) in enumerate(other)
            if picture == image and not (are_same and position == place)
        ]
        found[0] += bool(labels)
        found[1] += any(theirs != label for theirs in labels)
    return tuple(found)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@given(train=ROWS, test=ROWS)
def test_duplicates_are_those_that_looking_at_each_pair_finds(dtype, train, test):
    """Within a part all that have a twin, across the parts the test images among the training."""
    assert duplicates(made(train, test, dtype)) == {
        "train": _twins(train, train, are_same=True),
        "test": _twins(test, test, are_same=True),
        "train and test": _twins(test, train, are_same=False),
    }


@given(
    count=st.integers(20, 60), within=st.integers(0, 9), across=st.integers(0, 9),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_planted_duplicates_are_found_exactly(count, within, across, seed):
    """Among noise, in which nothing is there twice, as many as were put there."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 256, (count, 8, 8), np.uint8)
    y = rng.integers(0, 3, count).astype("u1")
    test = rng.integers(0, 256, (30, 8, 8), np.uint8)
    test[:across] = x[:across]
    labels = np.concatenate([(y[:across] + 1) % 3, np.zeros(30 - across, "u1")]).astype("u1")
    copies = slice(count - within, count)
    images = Images(np.concatenate([x, x[copies]]), np.concatenate([y, y[copies]]), test, labels)
    assert duplicates(images) == {
        "train": (2 * within, 0),
        "test": (0, 0),
        "train and test": (across, across),
    }


@given(train=ROWS, test=ROWS, seed=st.integers(0, 99))
def test_the_order_of_the_examples_does_not_matter(train, test, seed):
    """Nothing that is said depends on it."""
    rng = np.random.default_rng(seed)
    shuffled = [[part[place] for place in rng.permutation(len(part))] for part in (train, test)]
    assert inspect_images(made(train, test), 3) == inspect_images(made(*shuffled), 3)


@given(train=ROWS, test=ROWS)
def test_counts_add_up_and_ranges_hold(train, test):
    """Classes make up the examples; the least and the greatest are those of the arrays."""
    images = made(train, test)
    found = {(one.check, one.part): one for one in inspect_images(images, 3)}
    for part, x, y in (
        ("train", images.x_train, images.y_train),
        ("test", images.x_test, images.y_test),
    ):
        equal = len(x) // 3  # no row of its own for a class where all are as many
        rows = [found.get((f"class {label}", part)) for label in range(3)]
        each = [equal if row is None else row.count for row in rows]
        assert sum(each) == found["examples", part].count == len(x)
        assert (found["examples", part].low, found["examples", part].high) == (x.min(), x.max())
        present = [one for one in each if one]
        classes = found["classes", part]
        assert classes.count == len(set(y.tolist())) == len(present)
        assert (classes.low, classes.high) == (min(present), max(present))


def test_constant_values_are_those_of_all_training_examples():
    """The test images have no say; a constant need not be zero."""
    images = made([(1, 0), (2, 1), (3, 0)], [(50, 1)])
    found = counts(images)
    assert found["constant values", "train"] == 5  # all but the last pixel, which differs
    images.x_train[:, 0, 0] = 9
    assert counts(images)["constant values", "train"] == 5
    images.x_train[0, 0, 0] = 8
    assert counts(images)["constant values", "train"] == 4


def _within(x, labels):
    """Give the duplicates of a training part, and those with another label."""
    found = counts(Images(x, labels, x[:1] + 1, labels[:1]), 300)
    return found["duplicates", "train"], found["duplicates with another label", "train"]


def test_the_two_zeros_are_one_number():
    """Examples are compared by value: -0.0 equals 0.0."""
    x = np.zeros((2, 3), np.float32)
    x[1] = -0.0
    labels = np.array([0, 1], "u1")
    assert _within(x, labels) == (2, 2)


def test_labels_of_two_bytes_are_compared_as_they_are():
    """As data of more than 256 classes has."""
    x = np.ones((2, 3), np.float32)
    labels = np.array([1, 257], "<u2")
    assert _within(x, labels) == (2, 2)
    assert _within(x, np.array([257, 257], "<u2")) == (2, 0)


def test_it_is_said_in_the_words_of_the_data():
    """Classes by name, what does not occur, rows of features as examples."""
    x = np.arange(12, dtype=np.float32).reshape(4, 3) / 8
    y = np.array([0, 0, 1, 1], "u1")
    found = {
        (one.check, one.part): one.detail
        for one in inspect_images(Images(x, y, x[:1], y[:1]), 3, ("cat", "dog", "none"))
    }
    assert found["examples", "train"] == "3 features, float32, from 0 to 1.375"
    assert found["classes", "train"] == "2 examples of each; of 3 classes 1 does not occur"
    assert found["class 1 (dog)", "train"] == "50.00 % of all"
    assert found["class 2 (none)", "train"] == "0.00 % of all"
    assert found["duplicates", "train and test"] == "test examples that are training examples too"


def test_of_fashion_mnist_nothing_occurs_twice(fashion_mnist):
    """Sixty thousand and ten thousand images, all different, and no constant pixel."""
    found = counts(fashion_mnist, 10)
    assert (found["examples", "train"], found["examples", "test"]) == (60_000, 10_000)
    assert found["constant values", "train"] == 0
    assert duplicates(fashion_mnist) == dict.fromkeys(PARTS, (0, 0))


def test_what_is_planted_in_fashion_mnist_is_found(fashion_mnist):
    """A test image among the training images, with its label and with another."""
    x, y = fashion_mnist.x_train.copy(), fashion_mnist.y_train.copy()
    x[5:8] = fashion_mnist.x_test[[0, 0, 1]]
    y[5:8] = [fashion_mnist.y_test[0], (fashion_mnist.y_test[0] + 1) % 10, fashion_mnist.y_test[1]]
    images = Images(x, y, fashion_mnist.x_test, fashion_mnist.y_test)
    assert duplicates(images) == {"train": (2, 2), "test": (0, 0), "train and test": (2, 1)}
