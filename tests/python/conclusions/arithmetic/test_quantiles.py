"""Distributions and corrections, against SciPy and statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f, norm, t
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from tunegrid.conclusions.arithmetic.quantiles import (
    f_ppf,
    f_sf,
    holm,
    normal_isf,
    t_isf,
    t_sf,
    wilson,
)

TAILS, DF = st.floats(1e-4, 0.9999), st.floats(1, 200)


@given(TAILS, DF, DF)
def test_quantiles_are_scipy_s(tail, df, other):
    """Student, normal and Fisher."""
    assert t_isf(tail, df) == pytest.approx(t.isf(tail, df), rel=1e-6, abs=1e-9)
    assert t_sf(4 * tail, df) == pytest.approx(t.sf(4 * tail, df), rel=1e-9)
    assert normal_isf(tail) == pytest.approx(norm.isf(tail), abs=1e-12)
    assert f_sf(4 * tail, df, other) == pytest.approx(f.sf(4 * tail, df, other), rel=1e-9)
    assert f_ppf(tail, df, other) == pytest.approx(f.ppf(tail, df, other), rel=1e-6)


@settings(max_examples=25)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_is_that_of_statsmodels(p):
    """Whatever the p values are, ties too."""
    assert holm(np.array(p)) == pytest.approx(multipletests(p, method="holm")[1])


@given(st.integers(0, 10_000))
def test_wilson_is_that_of_statsmodels(right):
    """The interval of a share of 10 000 images."""
    ends = proportion_confint(right, 10_000, method="wilson")
    assert wilson(np.array(right / 10_000), 10_000) == (
        pytest.approx(ends[0], abs=1e-12), pytest.approx(ends[1]),
    )  # fmt: skip
