"""Figures: one file for one frame, with a text that says what is to be seen."""

from pathlib import Path

import pytest

from tunegrid import SpecError, StoreError, import_results, load_study, plot_figure
from tunegrid.report.drawings import FIGURES
from tunegrid.report.figures import draw

KEPT = Path(__file__).parents[3] / "reports" / "results" / "kh2021"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A store with the runs that the project keeps."""
    store = tmp_path_factory.mktemp("figures") / "store"
    import_results(KEPT, store=store)
    return store


@pytest.mark.parametrize("kind", FIGURES)
def test_a_figure_says_what_is_to_be_seen(kept, kind):
    drawn = draw(load_study("kh2021"), kind, protocol=None, store=kept)
    assert drawn.title
    assert len(drawn.alt) > 40


@pytest.mark.parametrize(
    ("ending", "start"), [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")]
)
def test_a_figure_of_the_same_runs_is_the_same_file(kept, tmp_path, ending, start):
    first = plot_figure("kh2021", "curves", output=tmp_path / f"a{ending}", store=kept)
    again = plot_figure("kh2021", "curves", output=tmp_path / f"b{ending}", store=kept)
    assert first.read_bytes().startswith(start)
    assert first.read_bytes() == again.read_bytes()


def test_letters_of_a_picture_stay_letters(kept, tmp_path):
    file = plot_figure("kh2021", "published", output=tmp_path / "a.svg", store=kept)
    assert "published accuracy (one run)" in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("kind", "output", "error", "said"),
    [
        ("pie", "a.svg", SpecError, "There is no figure 'pie': choose from claims"),
        ("curves", "a.gif", SpecError, r"ends in \.svg, \.png, \.pdf"),
        ("curves", 5, SpecError, "output must be the path of a file"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(kept, kind, output, error, said):
    with pytest.raises(error, match=said):
        plot_figure("kh2021", kind, output=output, store=kept)


def test_where_no_run_is_there_is_nothing_to_draw(tmp_path):
    with pytest.raises(StoreError, match="There is no run of kh2021, protocol as-run, to draw"):
        plot_figure("kh2021", "curves", output=tmp_path / "a.svg", store=tmp_path / "none")
