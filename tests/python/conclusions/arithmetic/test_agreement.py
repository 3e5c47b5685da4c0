"""Models and configurations image by image, with the truth known."""

import numpy as np
import pytest

from tunegrid.conclusions.arithmetic.agreement import compare_images, compare_models


def test_two_models_differ_by_the_images_that_only_one_gets_right():
    """McNemar's exact test is a binomial one: 1 of 12, two-sided."""
    one = np.r_[np.ones(88), np.ones(11), np.zeros(1)].astype(bool)
    other = np.r_[np.ones(88), np.zeros(11), np.ones(1)].astype(bool)
    found = compare_models(one, other)
    assert (found.only_first, found.only_second) == (11, 1)
    assert found.p_value == pytest.approx(2 * (1 + 12) / 2**12)
    assert "nothing of their configurations" in found.said


def test_configurations_are_known_less_well_than_their_images_alone_say():
    """Seeds and images both leave something open; the error covers a true difference of none."""
    rng, beyond = np.random.default_rng(1), []
    for _ in range(200):
        hardness = rng.beta(8, 1, 1000)
        runs = [rng.random((3, 1000)) < hardness + 0.01 * rng.standard_normal((3, 1)) for _ in "ab"]
        found = compare_images(*runs)
        assert found.error >= found.seed_error
        beyond.append(abs(found.difference) > 1.96 * found.error)
    assert np.mean(beyond) <= 0.05
