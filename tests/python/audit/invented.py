"""A study that nobody wrote, whose numbers agree: for tests of the audit."""

import copy
import csv
import statistics
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from tunegrid.data.datasets import DATASETS
from tunegrid.study.study import Study

WIDTHS = (16, 32, 64)
EPOCHS = 3
DENSE, CONV = "model == 'dense'", "model == 'conv'"


@dataclass
class Invented:
    """A study file's content, and the rows of the tables beside it."""

    content: dict
    tables: dict

    def copy(self):
        """Give one that can be changed."""
        return copy.deepcopy(self)

    def study(self, folder):
        """Write the tables, and read the study as from a file."""
        for name, rows in self.tables.items():
            with (Path(folder) / name).open("w", newline="", encoding="utf-8") as stream:
                writer = csv.DictWriter(stream, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        return Study.model_validate({**self.content, "folder": Path(folder)})


@st.composite
def consistent_studies(draw):
    """Draw a study: a sweep over widths, a dense network against a CNN, and all about them."""
    dataset = draw(st.sampled_from(sorted(DATASETS)))
    counts = DATASETS[dataset].test_counts
    shares = st.lists(st.floats(0.5, 0.99), min_size=10, max_size=10)
    right = [
        [round(n * share) for n, share in zip(counts, draw(shares), strict=True)] for _ in "ab"
    ]
    right[1][9] -= sum(right[0]) == sum(right[1])  # the two must differ
    accuracies = [sum(one) / 10_000 for one in right]
    better, worse = (CONV, DENSE) if accuracies[1] > accuracies[0] else (DENSE, CONV)
    sweep = draw(st.lists(st.integers(5000, 9900), min_size=3, max_size=3, unique=True))
    sweep = [value / 10_000 for value in sweep]
    scored = draw(st.lists(st.integers(3000, 5900), min_size=EPOCHS, max_size=EPOCHS))
    tables = {
        "widths.csv": [
            {"dense1": width, "test_accuracy": f"{value:.4f}"}
            for width, value in zip(WIDTHS, sweep, strict=True)
        ],
        "again.csv": [{"dense1": 32, "test_accuracy": f"{sweep[1]:.4f}"}],
        "summary.csv": [
            {
                "optimizer": "adam",
                "mean_accuracy": f"{statistics.fmean(sweep):.5f}",
                "sd_accuracy": f"{statistics.stdev(sweep):.5f}",
            }
        ],
        "models.csv": [
            {
                "model": name,
                "val_accuracy": f"{scored[-1] / 6000:.4f}",
                "test_accuracy": f"{accuracy:.4f}",
                "params": params,
            }
            for name, accuracy, params in zip(
                ("dense", "conv"), accuracies, (25_450, 50_618), strict=True
            )
        ],
        "log.csv": [
            {"epoch": epoch, "val_accuracy": f"{value / 6000:.4f}"}
            for epoch, value in enumerate(scored, start=1)
        ],
        "layers.csv": [
            {"layer": "conv2d", "output_shape": "28x28x8", "params": 80},
            {"layer": "max_pooling2d", "output_shape": "14x14x8", "params": 0},
            {"layer": "flatten", "output_shape": "1568", "params": 0},
            {"layer": "dense", "output_shape": "32", "params": 50_208},
            {"layer": "dense", "output_shape": "10", "params": 330},
        ],
        "dense.csv": _matrix(counts, right[0]),
        "conv.csv": _matrix(counts, right[1]),
    }
    gap = accuracies[1] - accuracies[0]
    return Invented(_content(dataset, f"{gap:.4f}", better, worse, tables), tables)


def _matrix(counts, right):
    """Every image that is not right is taken for the next class."""
    rows = []
    for true, (n, good) in enumerate(zip(counts, right, strict=True)):
        row = {"true": true} | {str(k): 0 for k in range(10)}
        row[str(true)], row[str((true + 1) % 10)] = good, n - good
        rows.append(row)
    return rows


def _content(dataset, gap, better, worse, tables):
    conv = {"architecture": "conv_network", "layer1": 8, "pools": 1, "conv_activation": "relu"}
    scores = {"test_accuracy": "accuracy"}
    return {
        "schema": 1,
        "id": "invented",
        "title": "Nobody's study",
        "author": "nobody",
        "date": "never",
        "source": "none",
        "about": "widths, and a dense network against a CNN",
        "settings": {
            "dataset": dataset, "architecture": "mlp", "dense1": 32, "activation": "relu",
            "optimizer": "adam", "batch_size": 128, "epochs": EPOCHS, "validation": "last",
            "validation_size": 6000, "reported_accuracy": "test", "reported_loss": "test",
        },
        "protocol": {"as-described": {"title": "what it says"}},
        "experiment": {
            "widths": {
                "title": "widths (Table 1)",
                "grid": {"dense1": list(WIDTHS)},
                "published": {"file": "widths.csv", "rename": scores},
            },
            "again": {
                "title": "one of them again (Table 2)",
                "grid": {"dense1": [32]},
                "published": {"file": "again.csv", "rename": scores},
            },
            "models": {
                "title": "two models (Table 3)",
                "labels": ["model"],
                "settings": {"epochs": EPOCHS, "learning_rate": 0.002},
                "row": [{"values": {"model": "dense"}}, {"values": {"model": "conv"}}],
                "when": [{"where": CONV, "set": conv}],
                "published": {
                    "file": "models.csv",
                    "rename": scores | {"params": "parameters"},
                },
            },
        },
        "table": [
            {"name": "summary", "title": "Table 1, below", "kind": "summary", "by": "optimizer",
             "among": "experiment == 'widths'", "file": "summary.csv"},
            {"name": "log", "title": "log of the CNN", "kind": "epochs", "experiment": "models",
             "configuration": CONV, "file": "log.csv"},
            {"name": "layers", "title": "layers of the CNN", "kind": "layers",
             "experiment": "models", "configuration": CONV, "file": "layers.csv"},
            {"name": "dense", "title": "Figure 1", "kind": "confusion", "experiment": "models",
             "configuration": DENSE, "file": "dense.csv"},
            {"name": "conv", "title": "Figure 2", "kind": "confusion", "experiment": "models",
             "configuration": CONV, "file": "conv.csv"},
        ],
        "claim": [
            {"id": "better", "text": "One is better.", "source": "end", "kind": "mean_greater",
             "group": better, "than": worse},
        ],
        "stated": [
            _said("difference", group=CONV, minus=DENSE, value=gap),
            _said("steps", group=CONV, value=422),
            _said("samples", group=CONV, of="training", value=54_000),
            _said("parameters", group=CONV, of="trainable", value=50_618),
            _said("count", experiment="widths", value=3),
            _said("settings", set={"optimizer": "adam", "batch_size": 128}),
            _said("dataset", dataset=dataset, fact="classes", value=10),
            _said("score", group=CONV, value=tables["models.csv"][1]["test_accuracy"]),
            _said("cell", table="layers", row="layer == 'conv2d'", column="params", value=80),
            _said("comparison", group=better, than=worse, relation="greater"),
        ],
    }  # fmt: skip


def _said(kind, **entry):
    return {"source": "in the text", "kind": kind, **entry}
