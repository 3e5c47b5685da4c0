"""The columns of the tidy table, and where in a store they are found."""

from collections.abc import Mapping

#: Columns that every row of `read_results` has after those of its configuration.
MEASURES = {
    "epochs": "Int64",
    "replicate": "Int64",
    "loss": "Float64",
    "accuracy": "Float64",
    "train_loss": "Float64",
    "train_accuracy": "Float64",
    "val_loss": "Float64",
    "val_accuracy": "Float64",
    "test_loss": "Float64",
    "test_accuracy": "Float64",
    "best_epoch": "Int64",
    "best_accuracy": "Float64",
    "best_test_accuracy": "Float64",
    "parameters": "Int64",
    "seconds": "Float64",
    "engine": "string",
    "backend": "string",
    "device": "string",
    "departures": "string",
    "outcome": "string",
    "failure": "string",
    "message": "string",
    "key": "string",
}

# What a row does not have from `RUNS` under the same name.
_SETTLED = {"epochs", "loss", "accuracy", "engine", "backend", "device", "departures"}
COPIED = [name for name in MEASURES if name not in _SETTLED]

#: What sets runs apart that differ in more than their seed; they are never pooled.
APART = ("engine", "backend", "device")

RUNS = """
SELECT plan.protocol, plan.experiment, plan.configuration, plan.departures, plan.replicate, run.*,
       last.loss AS train_loss, last.accuracy AS train_accuracy, last.val_loss, last.val_accuracy,
       tested.loss AS test_loss, tested.accuracy AS test_accuracy,
       best.loss AS best_train_loss, best.val_loss AS best_val_loss,
       best.val_accuracy AS best_accuracy,
       best_tested.loss AS best_test_loss, best_tested.accuracy AS best_test_accuracy
FROM plan JOIN run ON run.key = plan.run
LEFT JOIN epoch AS last ON last.run = run.key
     AND last.epoch = json_extract(run.spec, '$.epochs')
LEFT JOIN epoch AS best ON best.run = run.key AND best.epoch = run.best_epoch
LEFT JOIN prediction AS tested ON tested.run = run.key AND tested.after = 'last'
LEFT JOIN prediction AS best_tested ON best_tested.run = run.key AND best_tested.after = 'best'
WHERE plan.study = :study AND plan.protocol = :protocol AND run.outcome IS NOT NULL"""

#: Where a study's own scores are found, by its settings reported_epoch and reported_loss or
#: reported_accuracy.
REPORTED: Mapping[str, Mapping[tuple[str, str], str]] = {
    "last": {
        ("loss", "training"): "train_loss",
        ("loss", "validation"): "val_loss",
        ("loss", "test"): "test_loss",
        ("accuracy", "validation"): "val_accuracy",
        ("accuracy", "test"): "test_accuracy",
    },
    "best": {
        ("loss", "training"): "best_train_loss",
        ("loss", "validation"): "best_val_loss",
        ("loss", "test"): "best_test_loss",
        ("accuracy", "validation"): "best_accuracy",
        ("accuracy", "test"): "best_test_accuracy",
    },
}
