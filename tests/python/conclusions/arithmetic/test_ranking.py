"""How far two orders of the same configurations agree."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from tunegrid.conclusions.arithmetic.ranking import kendall_tau, rank_agreement, rank_agreements


def test_agreement_is_told_for_each_kind_of_runs():
    """Runs of another length are another order."""
    table = _table([2, 1, 2, 1], [0.9, 0.8, 0.1, 0.2]).assign(
        departures=["", "", "epochs = 1", "epochs = 1"], replicates=1
    )
    assert rank_agreements(table) == {
        "no departures": (pytest.approx(1), 2),
        "epochs = 1": (pytest.approx(-1), 2),
    }


def _table(published, ours):
    return pd.DataFrame({"published_accuracy": published, "accuracy": ours}, dtype="Float64")


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=30, unique=True))
def test_the_same_order_agrees_fully(accuracies):
    """τ is 1 for the same order and -1 for the reverse, whatever the distances."""
    ours = [accuracy**2 for accuracy in accuracies]
    assert rank_agreement(_table(accuracies, ours)) == (pytest.approx(1), len(ours))
    opposite = [-accuracy for accuracy in accuracies]
    assert rank_agreement(_table(accuracies, opposite)) == (pytest.approx(-1), len(ours))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=40))
def test_tau_is_scipy_s(pairs):
    """With ties on either side."""
    one, other = np.array(pairs, float).T
    assume(len(set(one)) > 1 < len(set(other)))
    assert kendall_tau(one, other) == pytest.approx(kendalltau(one, other).statistic)


def test_tau_of_a_long_table_makes_no_matrix_of_all_pairs():
    """Which would have 10^10 numbers here."""
    order = np.arange(100_000.0)
    assert kendall_tau(order, -order) == pytest.approx(-1)


def test_agreement_counts_only_what_has_both_numbers():
    """By hand: of three pairs two agree and one does not, τ = 1/3."""
    agreement = rank_agreement(_table([4, 3, 2, 1], [0.9, 0.7, 0.8, None]))
    assert agreement == (pytest.approx(1 / 3), 3)


@pytest.mark.parametrize("ours", [[None, None], [0.5, None], [0.5, 0.5]])
def test_agreement_of_too_little_is_none(ours):
    """One configuration has no order, nor have equal ones."""
    assert rank_agreement(_table([2, 1], ours)) is None
    assert rank_agreement(pd.DataFrame({"accuracy": [1.0]})) is None
