"""A page of one run's model: layers, learning curve, confusions, mistakes as pictures.

It is one file that fetches nothing and has no script. Whoever makes it has the data set, of whose
images it shows a few.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

import numpy as np
import pandas as pd

from ..errors import DataMissingError, SpecError, StoreError, counted, shown
from ..knitr import kable
from ..machine.files import as_path
from ..machine.outside import check_no_link
from ..plan.runs import Epoch, RunSpec
from ..store.store import Store
from .figures import can_draw
from .mistakes import Predicted, predicted
from .model_pictures import curve_picture, image_picture
from .stored_run import stored_history

#: Mistakes that are shown, and classes up to which a matrix is read at one look.
_SHOWN, _MATRIX = 24, 20


def check_page(output: str | Path) -> Path:
    """Refuse a page that cannot be made, before any work is done.

    Raises:
        SpecError: for another ending than .html, and where matplotlib is not installed.
    """
    target = as_path(output, "output", "the path of a file")
    if target.suffix.lower() != ".html":
        raise SpecError(f"A model's page ends in .html, not as {target.name} does.")
    check_no_link(target, SpecError)
    if not can_draw():
        raise SpecError(
            "The pictures of a model's page are drawn by matplotlib: pip install 'tunegrid[plots]'."
        )
    return target


def write_model_page(
    target: Path,
    run: Mapping[str, object],
    layers: pd.DataFrame,
    store: Store,
    data_dir: str | Path | None,
) -> None:
    """Write the page of a run's model.

    Args:
        target: the file; an earlier one is replaced.
        run: as `find_run` gives it.
        layers: as `show_model` gives them, with its `attrs`.
        store: which has the run.
        data_dir: a folder with data sets; default TUNEGRID_DATA.

    Raises:
        DataError: when the run's data is here and damaged.
        StoreError: when its predictions or its weights are.
    """
    spec = RunSpec.from_json(run["spec"])
    title = f"Run {run['key'][:12]}"
    parts = [f"<h1>{title}</h1>", *map(_paragraph, layers.attrs["asked_by"])]
    parts += [_paragraph(_outcome(store, run)), *_layers(layers), *_settings(run)]
    if run["outcome"] == "done":
        history = stored_history(store, run["key"])
        if len(history) != spec.epochs:
            raise _damaged(run, f"has {len(history)} of {spec.epochs} epochs")
        parts += _curve(history, "test" if spec.data.validation == "test" else "validation")
        parts += _predictions(store, run, spec, data_dir)
    files = resources.files(__package__) / "templates"
    page = Template((files / "model.html").read_text("utf-8"))
    looks = (files / "page.css").read_text("utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page.substitute(title=title, looks=looks, body="\n".join(parts)), "utf-8")


def _outcome(store: Store, run: Mapping[str, object]) -> str:
    query = (
        "SELECT outcome, failure, message, ended, seconds, best_epoch, "
        "(SELECT accuracy FROM prediction WHERE run = key AND after = 'last') AS accuracy, "
        "CASE WHEN json_valid(description) THEN json_extract(description, '$.processor') END "
        "AS processor "
        "FROM run LEFT JOIN environment ON environment = id WHERE key = :key"
    )
    (found,) = store.rows(query, {"key": run["key"]})
    if found["outcome"] is None:
        return "This run has not been trained yet: there are its layers and its settings."
    if found["outcome"] != "done":
        return f"This run failed ({found['failure']}): {found['message']}"
    if found["accuracy"] is None:
        raise _damaged(run, "has no predictions")
    where = f", on {found['processor']}" if found["processor"] else ""
    return (
        f"Test accuracy {found['accuracy']:.4f} after the last epoch; the best epoch was "
        f"{found['best_epoch']}. Trained in {found['seconds']:.1f} seconds on "
        f"{str(found['ended'])[:10]}{where}."
    )


def _damaged(run: Mapping[str, object], said: str) -> StoreError:
    return StoreError(f"Run {run['key'][:12]} {said}: see `tune-grid verify`.")


def _layers(layers: pd.DataFrame) -> Iterator[str]:
    about = layers.attrs
    yield "<h2>Layers</h2>"
    yield _table(layers, "The model's layers, as Keras prints them")
    yield _paragraph(
        f"Total params: {about['total']:,}. Trainable params: {about['trainable']:,}. "
        f"Non-trainable params: {about['non_trainable']:,}."
    )


def _settings(run: Mapping[str, object]) -> Iterator[str]:
    rows = [(name, str(value)) for name, value in _flat(json.loads(run["spec"]))]
    yield "<details><summary>All settings of the run</summary>"
    yield _table(pd.DataFrame([("key", run["key"]), *rows], columns=["setting", "value"]),
                 "All settings of the run, as its key is made of them")  # fmt: skip
    yield "</details>"


def _flat(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Give what a spec says, a name and a value each; a model as JSON stays a text."""
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from _flat(one, f"{name}.{inner}" if name else inner)
    elif isinstance(value, list):
        yield name, " ".join(map(str, value))
    else:
        yield name, value


def _curve(history: Sequence[Epoch], scored_on: str) -> Iterator[str]:
    trained = [one.accuracy for one in history]
    validated = [one.val_accuracy for one in history]
    best = validated.index(max(validated))
    alt = (
        f"Accuracy after each of {counted(len(history), 'epoch')}: on the training images from "
        f"{trained[0]:.4f} to {trained[-1]:.4f}, on the {scored_on} images from "
        f"{validated[0]:.4f} to {validated[-1]:.4f}, at most {validated[best]:.4f} in epoch "
        f"{best + 1}."
    )
    drawn = curve_picture(trained, validated, scored_on)
    yield "<h2>Learning curve</h2>"
    yield f'<figure><img alt="{_text(alt)}" src="{drawn}"><figcaption>{_text(alt)}</figcaption>'
    yield "</figure><details><summary>The numbers</summary>"
    frame = pd.DataFrame([vars(one) for one in history])
    frame.insert(0, "epoch", range(1, len(frame) + 1))
    yield _table(frame, f"Each epoch; val_ is of the {scored_on} images", digits=4)
    yield "</details>"


def _predictions(
    store: Store, run: Mapping[str, object], spec: RunSpec, data_dir: str | Path | None
) -> Iterator[str]:
    yield "<h2>Confusions</h2>"
    try:
        found = predicted(store, run["key"], run["weights_sha256"], spec, data_dir)
    except DataMissingError as error:
        yield _paragraph(f"What was confused is not shown, for want of the images. {error}")
        return
    yield from _confusions(found, spec.data.described.classes)
    yield "<h2>Mistakes</h2>"
    places = found.mistakes(_SHOWN)
    yield _paragraph(_said_of(found, len(places)))
    yield '<div class="mistakes">'
    yield from (_mistake(found, place) for place in places)
    yield "</div>"


def _confusions(found: Predicted, classes: int) -> Iterator[str]:
    right = int((found.labels == found.classes).sum())
    said = f"After the last epoch {right:,} of {len(found.labels):,} test images are right"
    if classes <= _MATRIX:
        matrix = np.zeros((classes, classes), int)
        np.add.at(matrix, (found.labels, found.classes), 1)
        frame = pd.DataFrame(matrix, columns=[str(one) for one in range(classes)])
        frame.insert(0, "class", [str(one) for one in range(classes)])
        share = matrix.diagonal() / np.maximum(matrix.sum(axis=1), 1)
        frame["right"] = share
        said += ": a row for each class that images are of, a column for each that the model says."
        caption = "Test images by their class (rows) and by what the model says (columns)"
    else:
        wrong = pd.DataFrame({"class": found.labels, "said": found.classes})
        wrong = wrong[wrong["class"].ne(wrong["said"])]
        frame = wrong.value_counts(sort=True).rename("images").reset_index().head(_MATRIX)
        said += f". The matrix has {classes} rows and columns: here are the most frequent mistakes."
        caption = "The most frequent mistakes: the class of the images, what the model says"
    yield _paragraph(said)
    yield _table(frame, caption, digits=4)


def _said_of(found: Predicted, count: int) -> str:
    """Say which mistakes are shown, and why these."""
    wrong = int((found.labels != found.classes).sum())
    if not wrong:
        return "There is none."
    if found.certainty is None:
        return (
            f"How certain the model was is known from its weights, and those of this run were not "
            f"kept: these are {count} of {wrong:,} mistakes, the first of each confusion, the most "
            f"frequent confusion first. Runs made with keep_models (--keep-models) keep theirs."
        )
    return (
        f"The {count} of {wrong:,} mistakes that the model is most certain of, with what it gives "
        f"for the class that it says (1 at most where it ends in a softmax)."
    )


def _mistake(found: Predicted, place: int) -> str:
    said = f"{found.labels[place]}, taken for {found.classes[place]}"
    number = f"no. {place + 1}"
    if found.certainty is not None:
        number += f", at {found.certainty[place]:.4f}"
    picture = image_picture(found.examples[place])
    drawn = "" if picture is None else f'<img alt="Test image {number}" src="{picture}">'
    return f"<figure>{drawn}<figcaption>{said}<br>{number}</figcaption></figure>"


def _table(table: pd.DataFrame, caption: str, *, digits: int | None = None) -> str:
    shown_table = kable(
        table, format="html", digits=digits, caption=caption, row_names=False,
        table_attr='class="grid"',
    )  # fmt: skip
    label = escape(caption)
    return f'<div class="wide" tabindex="0" role="region" aria-label="{label}">{shown_table}</div>'


def _paragraph(text: str) -> str:
    return f"<p>{_text(text)}</p>"


def _text(text: str) -> str:
    """Write a text for HTML, without what a terminal would obey."""
    return escape(shown(text))
