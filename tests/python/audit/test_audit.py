"""The audit: a study's numbers against each other."""

import json
import tempfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented import CONV, consistent_studies
from pydantic import ValidationError

from tunegrid import SpecError, audit_study, load_study
from tunegrid.audit import GRAVITIES, RULES
from tunegrid.study.settings import explain

FEW = settings(max_examples=5, suppress_health_check=list(HealthCheck))


def _rules(invented):
    """Name the rules that find something."""
    with tempfile.TemporaryDirectory() as folder:
        return set(audit_study(invented.study(folder))["rule"])


@settings(max_examples=50)
@given(consistent_studies())
def test_a_consistent_study_gives_no_finding(invented):
    """Whatever its numbers are."""
    assert _rules(invented) == set()


def _entry(invented, kind):
    return next(entry for entry in invented.content["stated"] if entry["kind"] == kind)


def _shifted(row, column, by, decimals=4):
    """Change a printed number by so much, towards the middle."""
    number = float(row[column])
    row[column] = f"{number - by if number > 0.5 else number + by:.{decimals}f}"


def a_count_in_another_row(invented):
    """An image of class 9 that was taken for a 0 is counted as one of class 0."""
    rows = invented.tables["conv.csv"]
    wrong = "0" if rows[9]["0"] else "9"
    rows[9][wrong] -= 1
    rows[0]["0" if wrong == "9" else "1"] += 1


def swapped_matrices(invented):
    """Each figure shows the other model."""
    tables = invented.tables
    tables["conv.csv"], tables["dense.csv"] = tables["dense.csv"], tables["conv.csv"]


def a_wrong_mean(invented):
    """By 0.001."""
    _shifted(invented.tables["summary.csv"][0], "mean_accuracy", 0.001, 5)


def a_wrong_standard_deviation(invented):
    """Twice what it is, and more."""
    row = invented.tables["summary.csv"][0]
    row["sd_accuracy"] = f"{2 * float(row['sd_accuracy']) + 0.001:.5f}"


def two_values_of_one_configuration(invented):
    """Table 2 has another accuracy than Table 1."""
    _shifted(invented.tables["again.csv"][0], "test_accuracy", 0.003)


def an_impossible_accuracy(invented):
    """No share of 6000 images is 0.8569 when it is rounded."""
    invented.tables["models.csv"][0]["val_accuracy"] = "0.8569"


def a_changed_difference(invented):
    """By 0.01."""
    entry = _entry(invented, "difference")
    entry["value"] = f"{float(entry['value']) + 0.01:.4f}"


def two_things_changed_at_once(invented):
    """The CNN was trained with smaller batches, too."""
    rule = invented.content["experiment"]["models"]["when"][0]
    rule["set"] = rule["set"] | {"batch_size": 64}
    _entry(invented, "settings")["set"] = {"optimizer": "adam"}
    _entry(invented, "steps")["value"] = 844


def a_choice_on_the_reported_data(invented):
    """The best width is named, by the test accuracy that is reported."""
    rows = invented.tables["widths.csv"]
    best = max(rows, key=lambda row: row["test_accuracy"])["dense1"]
    invented.content["claim"].append(
        {"id": "best", "text": "It is the best.", "source": "end", "kind": "ranking",
         "among": "experiment == 'widths'", "first": [f"dense1 == {best}"]}
    )  # fmt: skip


def a_claim_the_wrong_way_round(invented):
    """The worse model is said to be better."""
    claim = invented.content["claim"][0]
    claim["group"], claim["than"] = claim["than"], claim["group"]


def a_comparison_the_wrong_way_round(invented):
    """In the text only."""
    entry = _entry(invented, "comparison")
    entry["group"], entry["than"] = entry["than"], entry["group"]


def a_step_count_without_the_split(invented):
    """60 000 in batches of 128."""
    _entry(invented, "steps")["value"] = 469


def a_sample_count_without_the_split(invented):
    """60 000 for 54 000."""
    _entry(invented, "samples")["value"] = 60_000


def a_parameter_count_too_high(invented):
    """By one."""
    _entry(invented, "parameters")["value"] += 1


def a_layer_with_other_parameters(invented):
    """A convolution without its biases."""
    invented.tables["layers.csv"][0]["params"] = 72
    _entry(invented, "cell")["value"] = 72


def a_layer_with_another_shape(invented):
    """As without padding."""
    invented.tables["layers.csv"][0]["output_shape"] = "26x26x8"


def a_layer_left_out(invented):
    """No pooling."""
    del invented.tables["layers.csv"][1]


def a_row_that_is_not_in_the_grid(invented):
    """A width that was never planned."""
    invented.tables["again.csv"].append({"dense1": 48, "test_accuracy": "0.8000"})


def a_log_that_is_too_short(invented):
    """One epoch is missing, the first."""
    del invented.tables["log.csv"][0]


def a_reported_epoch_that_the_log_has_not(invented):
    """The printed validation accuracy is not the log's last."""
    _shifted(invented.tables["log.csv"][-1], "val_accuracy", 0.01)


def a_wrong_number_of_rows(invented):
    """Four widths."""
    _entry(invented, "count")["value"] = 4


def a_wrong_fact(invented):
    """Twelve classes."""
    _entry(invented, "dataset")["value"] = 12


def a_wrong_number_in_the_text(invented):
    """Not what Table 3 has."""
    _shifted(_entry(invented, "score"), "value", 0.001)


def a_wrong_cell(invented):
    """Not what the layer table has."""
    _entry(invented, "cell")["value"] = 90


def another_setting_in_the_text(invented):
    """Batches of 64, it says."""
    _entry(invented, "settings")["set"] = {"optimizer": "adam", "batch_size": 64}


def a_script_that_does_something_else(invented):
    """Pixels that were not scaled."""
    invented.content["protocol"]["as-run"] = {
        "title": "the script", "default": True, "difference": [{"set": {"scaling": "none"}}],
    }  # fmt: skip


def other_images_than_those_of_the_runs(invented):
    """In whose place others stand."""
    ours = invented.content["settings"]["dataset"]
    theirs = "mnist" if ours != "mnist" else "fashion_mnist"
    said = {"source": "Kaggle", "reason": "it says so"}
    invented.content["data"] = {"dataset": theirs, "ours": ours, **said}


@pytest.mark.parametrize(
    ("plant", "rule"),
    [
        (a_count_in_another_row, "class-counts"),
        (swapped_matrices, "matrix-accuracy"),
        (a_wrong_mean, "summary"),
        (a_wrong_standard_deviation, "summary"),
        (two_values_of_one_configuration, "reported-twice"),
        (an_impossible_accuracy, "possible-accuracy"),
        (a_changed_difference, "difference"),
        (two_things_changed_at_once, "changed-together"),
        (a_choice_on_the_reported_data, "selection"),
        (a_claim_the_wrong_way_round, "claim"),
        (a_comparison_the_wrong_way_round, "comparison"),
        (a_step_count_without_the_split, "steps"),
        (a_sample_count_without_the_split, "samples"),
        (a_parameter_count_too_high, "parameters"),
        (a_layer_with_other_parameters, "parameters"),
        (a_layer_with_another_shape, "output-shapes"),
        (a_layer_left_out, "layers"),
        (a_row_that_is_not_in_the_grid, "grid"),
        (a_log_that_is_too_short, "log"),
        (a_reported_epoch_that_the_log_has_not, "log"),
        (a_wrong_number_of_rows, "count"),
        (a_wrong_fact, "data-set"),
        (a_wrong_number_in_the_text, "text-and-table"),
        (a_wrong_cell, "text-and-table"),
        (another_setting_in_the_text, "settings"),
        (a_script_that_does_something_else, "described-and-run"),
        (other_images_than_those_of_the_runs, "data-source"),
    ],
)
def test_a_planted_error_gives_its_finding_and_no_other(plant, rule):
    """In a study that is consistent but for it."""

    @FEW
    @given(consistent_studies())
    def holds(invented):
        plant(invented)
        assert _rules(invented) == {rule}

    holds()


@FEW
@given(consistent_studies(), st.sampled_from(["0.8999", "0.8951", "0.8960"]))
def test_a_number_that_is_only_cut_off_is_a_note(invented, accuracy):
    """0.89 for 0.8999 is no other number, and 0.88 is one."""
    invented.tables["again.csv"][0]["test_accuracy"] = accuracy
    invented.tables["widths.csv"][1]["test_accuracy"] = accuracy
    del invented.content["table"][0]  # their mean is another now
    said = {"source": "text", "kind": "score", "group": "experiment == 'again'"}
    for number in ("0.89", "0.88"):
        invented.content["stated"].append(said | {"value": number})
    with tempfile.TemporaryDirectory() as folder:
        found = audit_study(invented.study(folder)).set_index("stated")
    assert found["gravity"].to_dict() == {"0.88": "discrepancy", "0.89": "note"}
    assert "cut off and not rounded" in found["message"]["0.89"]


def best_epoch_on_held_out_images(invented):
    """Chosen by the validation accuracy, reported on the test images."""
    invented.content["settings"]["reported_epoch"] = "best"
    invented.tables["log.csv"].sort(key=lambda row: row["val_accuracy"])
    for number, row in enumerate(invented.tables["log.csv"], start=1):
        row["epoch"] = number
    invented.tables["models.csv"][1]["val_accuracy"] = row["val_accuracy"]


def replicates_in_a_table(invented):
    """Rows that only a label tells apart have each its own accuracy."""
    invented.content["experiment"]["again"] |= {
        "labels": ["run"], "row": [{"values": {"run": 1}}, {"values": {"run": 2}}],
        "settings": {"dense1": 20},
    }  # fmt: skip
    del invented.content["experiment"]["again"]["grid"]
    invented.tables["again.csv"] = [
        {"run": 1, "test_accuracy": "0.8000"}, {"run": 2, "test_accuracy": "0.8100"},
    ]  # fmt: skip


def two_that_are_equal_as_printed(invented):
    """Either can be the better one before rounding."""
    for row, name in zip(invented.tables["models.csv"], ("dense.csv", "conv.csv"), strict=True):
        row["test_accuracy"] = invented.tables["models.csv"][0]["test_accuracy"]
        invented.tables[name] = invented.tables["dense.csv"]
    _entry(invented, "difference")["value"] = "0.0000"
    _entry(invented, "score")["value"] = row["test_accuracy"]


def layers_as_keras_prints_them(invented):
    """With classes, batch dimensions and commas."""
    for row, name in zip(
        invented.tables["layers.csv"],
        ("Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dense"),
        strict=True,
    ):
        sizes = ", ".join(row["output_shape"].split("x"))
        row |= {"layer": name, "output_shape": f"(None, {sizes})", "params": f"{row['params']:,}"}
    entry = _entry(invented, "cell")
    entry |= {"row": "layer == 'Conv2D'"}


def settings_that_are_left_open(invented):
    """What is not set is 0, and all images are trained on."""
    entry = _entry(invented, "settings")
    entry["set"] = {"rotation": 0.0, "train_size": 54_000}


@pytest.mark.parametrize(
    "change",
    [best_epoch_on_held_out_images, replicates_in_a_table, two_that_are_equal_as_printed,
     layers_as_keras_prints_them, settings_that_are_left_open],
)  # fmt: skip
def test_what_a_fair_reader_accepts_is_no_finding(change):
    """In a study that is consistent in another way."""

    @FEW
    @given(consistent_studies())
    def holds(invented):
        change(invented)
        assert _rules(invented) == set()

    holds()


def _column(table, name, value):
    def change(invented):
        for row in invented.tables[table]:
            row[name] = value

    return change


def _one_row_for_all(invented):
    invented.tables["widths.csv"] = [{"test_accuracy": "0.8000"}]


def _claim(**values):
    def change(invented):
        given = {"id": "odd", "text": "odd", "source": "end"}
        invented.content["claim"].append(given | values)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_one_row_for_all, "a row stands for several configurations"),
        (_column("models.csv", "test_accuracy", "89.1"), "accuracy must be a share"),
        (_column("models.csv", "params", 10**40), "write a number below 2.63"),
        (_column("log.csv", "val_accuracy", "nan"), "has nan: write a number"),
        (_column("log.csv", "epoch", 1), "epochs must be numbered upwards"),
        (_column("summary.csv", "mean_accuracy", "high"), "mean_accuracy must be a number"),
        (_column("conv.csv", "true", 1), "a matrix has the true classes from 0"),
        (_column("conv.csv", "3", "0.1"), "counts of images"),
        (_claim(kind="at_least", group="dense1 == 5", value=0.1), "no configuration of invented"),
        (_claim(kind="monotone", among=CONV, by="nope", direction="rises"), "there is no nope"),
    ],
)
def test_a_table_or_claim_that_is_none_is_refused(change, said):
    """In a sentence."""

    @FEW
    @given(consistent_studies())
    def holds(invented):
        change(invented)
        refused = pytest.raises((SpecError, ValidationError), match=said)
        with tempfile.TemporaryDirectory() as folder, refused:
            study = invented.study(folder)
            for name in study.experiments:
                study.published(name)
            audit_study(study)

    holds()


def test_every_rule_has_a_planted_error():
    """No rule is without a study that breaks it alone."""
    (mark,) = test_a_planted_error_gives_its_finding_and_no_other.pytestmark
    assert {rule for _, rule in mark.args[1]} == set(RULES)


def _shipped(study):
    found = audit_study(study)
    return {(row.rule, row.stated, row.expected, row.gravity) for row in found.itertuples()}


@pytest.mark.parametrize(
    ("study", "rule", "stated", "expected", "gravity"),
    [
        ("korssjoen2020", "matrix-accuracy", "0.8913", "0.9193", "overturns"),
        ("korssjoen2020", "matrix-accuracy", "0.9193", "0.9699", "overturns"),
        ("korssjoen2020", "text-and-table", "4", "13", "discrepancy"),
        ("kh2021", "reported-twice", "0.9105", "0.9063", "overturns"),
        ("kh2021", "reported-twice", "0.8987", "0.8961", "discrepancy"),
        ("kh2021", "described-and-run", "scaling = unit", "scaling = none", "discrepancy"),
        ("kh2021", "settings", "layer2 = 64, layer3 = 64", "layer2 = 32, layer3 = 32",
         "discrepancy"),
        ("nn-modelling", "steps", "469", "422", "discrepancy"),
        ("nn-modelling", "settings", "epochs = 50", "epochs = 5", "discrepancy"),
        ("nn-modelling", "text-and-table", "0.3", "0.439", "discrepancy"),
        ("nn-modelling", "count", "6", "7", "note"),
        ("dress-in-layers", "selection", "0.9307", "0.9287", "overturns"),
        ("dress-in-layers", "data-set", "256", "255", "note"),
        ("conv-followup", "changed-together", "two-layers: one thing",
         "the model, batch_size (25 against 100)", "overturns"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_shipped_studies_is_found(study, rule, stated, expected, gravity):
    """Each was checked by hand against the source."""
    assert (rule, stated, expected, gravity) in _shipped(study)


def test_the_shipped_studies_have_these_findings_and_no_others():
    """A new one is to be checked against the source before it is counted here."""
    found = audit_study()
    assert found.groupby("study").size().to_dict() == {
        "conv-followup": 1, "dress-in-layers": 2, "kh2021": 12, "korssjoen2020": 4,
        "nn-modelling": 7,
    }  # fmt: skip


def test_a_matrix_of_other_images_is_recognised():
    """Its rows are the test images of MNIST."""
    found = audit_study("korssjoen2020").set_index("rule")
    assert "the test images of MNIST" in found.loc["class-counts", "message"]


def test_the_gravest_come_first():
    """Within each study."""
    for _, found in audit_study().groupby("study"):
        order = [GRAVITIES.index(gravity) for gravity in found["gravity"]]
        assert order == sorted(order)


def test_a_last_zero_that_was_printed_counts(tmp_path):
    """0.9 may be 0.94, 0.90 may not."""
    content = load_study("conv-followup").folder / "study.toml"
    text = content.read_text(encoding="utf-8").replace('value = "0.9038"', 'value = "0.9"')
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    table = (content.parent / "accuracy.csv").read_text(encoding="utf-8")
    for printed, found in (("0.9400", 0), ("0.9600", 1)):
        (tmp_path / "accuracy.csv").write_text(table.replace("0.9038", printed), "utf-8")
        assert audit_study(tmp_path)["rule"].eq("text-and-table").sum() == found


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"kind": "steps", "group": "x == 1", "value": 1}, "names x"),
        ({"kind": "steps", "group": CONV, "value": "many"}, "could not convert"),
        ({"kind": "steps", "group": CONV, "value": "nan"}, "finite number"),
        ({"kind": "steps", "group": CONV, "value": True}, "write a number"),
        ({"kind": "stairs", "value": 1}, "stated.0.kind must be one of 'score', "),
        ({"value": 1}, "stated.0.kind is missing"),
        ({"kind": "count", "value": 1}, "give either experiment or table"),
        ({"kind": "count", "experiment": "none", "value": 1}, "there is no none"),
        ({"kind": "count", "table": "log", "where": "x == 1", "value": 1}, "the table log"),
        ({"kind": "cell", "table": "log", "row": "epoch == 1", "column": "x", "value": 1},
         "the table log has no column x"),
    ],
)  # fmt: skip
@FEW
@given(invented=consistent_studies())
def test_a_stated_entry_that_cannot_be_asked_is_refused(invented, entry, said):
    """With what is wrong in it."""
    invented.content["stated"] = [{"source": "here"} | entry]
    refused = pytest.raises((SpecError, ValidationError))
    with tempfile.TemporaryDirectory() as folder, refused as caught:
        audit_study(invented.study(folder))
    error = caught.value
    assert said in (explain(error) if isinstance(error, ValidationError) else str(error))


def test_the_command_prints_a_table_a_study(tune_grid):
    """The gravest first, in sentences."""
    done = tune_grid("audit", "korssjoen2020")
    assert done.returncode == 0
    assert "korssjoen2020: 4 findings" in done.stderr
    assert "|overturns   |class-counts" in done.stdout


def test_the_command_gives_json_for_programs(tune_grid):
    """A flat array of objects with these names."""
    done = tune_grid("audit", "conv-followup", "--format", "json")
    (finding,) = json.loads(done.stdout)
    assert list(finding) == [
        "study", "rule", "where", "stated", "expected", "gravity", "message",
    ]  # fmt: skip


def test_strict_fails_when_something_is_found(tune_grid):
    """For a build that is to stop there."""
    assert tune_grid("audit", "conv-followup", "--strict").returncode == 1


def test_a_study_without_findings_says_so(tune_grid, tmp_path):
    """On standard error; strict or not, the exit code is 0."""
    folder = load_study("conv-followup").folder
    text = (folder / "study.toml").read_text(encoding="utf-8").partition("[[claim]]")[0]
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    (tmp_path / "accuracy.csv").write_text((folder / "accuracy.csv").read_text())
    done = tune_grid("audit", str(tmp_path), "--strict")
    assert (done.returncode, done.stdout) == (0, "")
    assert "Nothing was found" in done.stderr


def test_an_unknown_study_is_refused(tune_grid):
    """With those that there are."""
    done = tune_grid("audit", "nobody2020")
    assert done.returncode == 2
    assert "There is no study 'nobody2020'" in done.stderr
