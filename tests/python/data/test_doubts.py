"""Labels that can be trained, and can hardly be meant."""

import numpy as np

from tunegrid.data.doubts import doubts
from tunegrid.data.own import own_data


def doubts_of(train, test, **more):
    """Say what is doubtful of labels."""
    x = np.zeros((max(len(train), len(test)), 2))
    return doubts(own_data((x[: len(train)], train, x[: len(test)], test), **more).dataset)


def test_labels_that_begin_at_1_are_asked_about():
    """As R's codes of a factor do; names for the classes say that a class may be empty."""
    said = "No example is of class 0, the first of 4: do your labels begin at 1?"
    assert [one.startswith(said) for one in doubts_of([1, 2, 3], [1, 2])] == [True]
    assert doubts_of([1, 2], [1], class_names=["none", "b", "c"]) == []


def test_classes_that_only_the_test_examples_have_are_told():
    """By number, and by name where they have one."""
    said = "3 test examples are of the classes 2, 3, of which there is no training example"
    assert doubts_of([0, 1], [2, 2, 3])[0].startswith(said)
    named = doubts_of([0, 1], [2], class_names=["a", "b", "c"])
    assert named[0].startswith("1 test example is of class 2 (c), of which")


def test_of_usual_data_nothing_is_doubtful():
    """Also where not every class is tested."""
    assert doubts_of([0, 1, 2], [0, 1]) == []
