"""Data that a store keeps: what is read of it has the form in which it was written."""

import numpy as np
import pytest

from tunegrid.data.kept import read_kept
from tunegrid.errors import DataError

WHOLE = {
    "x_train": np.zeros((4, 3), np.uint8),
    "y_train": np.array([0, 1, 0, 1], np.uint8),
    "x_test": np.zeros((2, 3), np.uint8),
    "y_test": np.array([0, 1], np.uint8),
    "classes": np.array(2),
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"x_train": np.zeros((4, 3), "M8[s]")}, r"x_train is of the type datetime64\[s\]"),
        ({"x_test": np.zeros((2, 3), "U3")}, "x_test is of the type <U3"),
        ({"y_train": np.zeros(4)}, "y_train is of the type float64"),
        ({"y_train": np.array(0, np.uint8)}, "its arrays do not fit together"),
        ({"y_test": np.zeros(3, np.uint8)}, "its arrays do not fit together"),
        ({"x_test": np.zeros((2, 4), np.uint8)}, "its arrays do not fit together"),
        ({"classes": np.array(1)}, "it has a label 1 and 1 classes"),
    ],
)
def test_data_of_another_form_is_damaged(changed, said, tmp_path):
    """Whatever digest somebody has given it."""
    np.savez(tmp_path / "kept.npz", **WHOLE)
    assert read_kept(tmp_path / "kept.npz")[1] == 2
    np.savez(tmp_path / "kept.npz", **WHOLE | changed)
    with pytest.raises(DataError, match=f"kept.npz is damaged .{said}"):
        read_kept(tmp_path / "kept.npz")
