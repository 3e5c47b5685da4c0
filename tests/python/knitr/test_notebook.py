"""What a notebook shows of a table: the report's, and pandas's own of everything else."""

import copy
import pickle
from pathlib import Path

import pandas as pd

from tunegrid import audit_study, check_claims, comparison_table, import_results, read_results
from tunegrid.knitr import kable
from tunegrid.knitr.notebook import in_notebook, table_html

KEPT = Path(__file__).parents[3] / "reports" / "results" / "kh2021"


def test_it_is_the_table_of_kable():
    """Four decimals of scores, and without the columns that are for programs."""
    frame = pd.DataFrame({"key": ["0b66"], "filters": [32], "accuracy": [0.91238]})
    frame.attrs["hidden"] = ["key"]
    seen = in_notebook(frame)
    looks = 'class="dataframe tex2jax_ignore mathjax_ignore"'
    table = kable(frame[["filters", "accuracy"]], format="html", digits=4, table_attr=looks)
    assert seen._repr_html_() == f'<div style="overflow-x: auto">{table}</div>'
    assert "0.9124" in table


def test_what_others_wrote_is_text():
    """No element comes of a cell or of a name."""
    seen = in_notebook(pd.DataFrame({"<b>a</b>": ["<script>alert(1)</script>"]}))._repr_html_()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in seen
    assert "<b>" not in seen


def test_what_is_made_of_it_is_pandas_s_own():
    """Copies, sums, parts and pickles, which are opened without this package."""
    frame = in_notebook(pd.DataFrame({"accuracy": [0.5, 0.75]}))
    frame.attrs["left_out"] = ["a run"]
    pickled = pickle.dumps(frame)
    opened = pickle.loads(pickled)  # noqa: S301 - our own
    assert b"tunegrid" not in pickled
    assert isinstance(frame, pd.DataFrame)
    for made in (frame.copy(), copy.deepcopy(frame), opened, frame + 1, frame.head(1)):
        assert type(made) is pd.DataFrame
        assert made.attrs == frame.attrs
    pd.testing.assert_frame_equal(frame, opened)


def test_what_is_changed_in_place_is_shown_as_it_is_now():
    """A cell that kable does not have is shown by pandas."""
    frame = in_notebook(pd.DataFrame({"a": [1]}))
    frame["b"] = ["new"]
    assert "new" in frame._repr_html_()
    frame["c"] = [[1, 2]]
    assert frame._repr_html_() == frame.copy()._repr_html_()


def test_it_is_as_long_as_pandas_would_have_it():
    """By pandas's options, which can also turn it off."""
    frame = pd.DataFrame({"a": range(70)})
    assert "<p>60 of 70 rows.</p>" in table_html(frame)
    with pd.option_context("display.max_rows", None):
        assert "rows.</p>" not in table_html(frame)
    with pd.option_context("display.notebook_repr_html", False):  # noqa: FBT003 - theirs
        assert table_html(frame) is None


def test_what_a_store_says_is_shown_so(tmp_path):
    """The tables that one looks at."""
    import_results(KEPT, store=tmp_path)
    for verb in (read_results, comparison_table, check_claims):
        frame = verb("kh2021", store=tmp_path)
        assert frame._repr_html_() == table_html(frame)
        assert 'class="dataframe tex2jax_ignore' in frame._repr_html_()


def test_findings_are_shown_so():
    """They need no store."""
    assert 'class="dataframe tex2jax_ignore' in audit_study("kh2021")._repr_html_()
