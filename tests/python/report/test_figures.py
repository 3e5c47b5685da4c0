"""Figures: one file for one frame, with a text that says what is to be seen."""

import pandas as pd
import pytest

from tunegrid import SpecError, StoreError, load_study, plot_figure
from tunegrid.report.figures import FIGURES, draw, figures
from tunegrid.report.frames import Frames


@pytest.fixture(scope="module")
def frames(kept):
    return Frames(load_study("kh2021"), store=kept)


#: Figures for which the images' labels are needed, and those that kh2021 has nothing for.
BY_LABELS, OF_OTHERS = {"confusion", "images"}, {"sweeps"}


@pytest.mark.parametrize("kind", sorted(set(FIGURES) - BY_LABELS - OF_OTHERS))
def test_a_figure_says_what_is_to_be_seen(frames, kind):
    drawn = draw(frames, kind)
    assert drawn.title
    assert len(drawn.alt) > 40


def test_a_sweep_shows_published_and_ours_over_its_number(tmp_path):
    """A panel for each experiment that changes one number; none without runs."""
    frames = Frames(load_study("nn-modelling"), store=tmp_path / "none")
    assert draw(frames, "sweeps") is None
    mean = frames.compared["published"]
    frames.compared = frames.compared.assign(n=2, mean=mean, low=mean - 0.01, high=mean + 0.01)
    drawn = draw(frames, "sweeps")
    assert [panel.get_title() for panel in drawn.figure.axes] == ["learning-rate", "batch-size"]
    assert all(panel.get_xscale() == "log" for panel in drawn.figure.axes)
    assert "batch-size: published is highest at 32" in drawn.alt


def test_the_printed_log_lies_on_top_of_our_curves(tmp_path):
    """That of dress-in-layers; what it says stands in the text."""
    frames = Frames(load_study("dress-in-layers"), store=tmp_path / "none")
    assert draw(frames, "curves") is None
    ours = {"key": "a", "experiment": "cnn", "epoch": [1, 2], "val_accuracy": [0.85, 0.88]}
    frames.epochs = pd.DataFrame(ours)
    drawn = draw(frames, "curves")
    labels = [line.get_label() for line in drawn.figure.axes[0].lines]
    assert labels == ["cnn", "published log"]
    assert "The source's log is the broken black line on top" in drawn.alt


def test_a_printed_matrix_stands_above_ours(tmp_path):
    """Which classes are taken for which is said of both; nothing without runs."""
    frames = Frames(load_study("korssjoen2020"), store=tmp_path / "none")
    assert draw(frames, "confusion") is None
    found = frames.printed_matrices
    for _, table in found.values():
        ours = [name for name in table if name.startswith("ours_")]
        table[ours] = table[[name.removeprefix("ours_") for name in ours]].to_numpy(float)
    titles = [panel.get_title() for panel in draw(frames, "confusion").figure.axes]
    assert [one.partition(":")[0] for one in titles] == ["published", "ours"] * len(found)


def test_without_a_printed_matrix_our_best_configuration_has_one(frames, fashion_mnist):
    """Of those that the source prints an accuracy of."""
    drawn = draw(frames, "confusion")
    assert len(drawn.figure.axes) == 1
    assert "most often taken are" in drawn.alt
    assert "-layer (layer1 = " in drawn.alt
    assert frames.best_matrix[2].sum() == len(fashion_mnist.y_test)


def test_every_image_is_in_one_bar(frames, fashion_mnist):
    (panel,) = draw(frames, "images").figure.axes
    assert sum(bar.get_height() for bar in panel.patches) == len(fashion_mnist.y_test)
    assert panel.get_xticklabels()[0].get_text() == "none"


def test_without_labels_neither_matrices_nor_misses_are_drawn(kept, monkeypatch):
    """As on a machine without the data."""
    for place in ("published", "misses"):
        monkeypatch.setattr(f"tunegrid.results.{place}.readable_labels", lambda *_, **__: None)
    frames = Frames(load_study("kh2021"), store=kept)
    assert [draw(frames, kind) for kind in ("confusion", "images")] == [None, None]


def test_figures_of_a_report_are_those_with_something_to_be_seen(frames):
    drawn = {name: said for name, _, said in figures([frames])}
    assert "figure-as-run-wins.svg" in drawn
    assert "figure-as-run-sweeps.svg" not in drawn
    assert all(": " in said for said in drawn.values())


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
    said = "nothing of kh2021, protocol as-run, to draw as 'curves': no run is done"
    with pytest.raises(StoreError, match=said):
        plot_figure("kh2021", "curves", output=tmp_path / "a.svg", store=tmp_path / "none")


def test_why_there_is_nothing_to_draw_of_runs_is_said(kept, tmp_path):
    with pytest.raises(StoreError, match="no experiment with runs changes one number"):
        plot_figure("kh2021", "sweeps", output=tmp_path / "a.svg", store=kept)


def test_a_link_in_its_place_is_not_written_through(kept, tmp_path, monkeypatch):
    """Somebody else's folder can have one of the name that a figure has by default."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kh2021-published.svg").symlink_to(tmp_path / "mine")
    with pytest.raises(SpecError, match="is a symbolic link, which is not followed"):
        plot_figure("kh2021", "published", store=kept)
    assert not (tmp_path / "mine").exists()
