"""The five studies that ship: their numbers, their models, their runs."""

import csv
import json
import math
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tunegrid import load_study, published_table, read_results, run_grid, studies
from tunegrid.architectures import ARCHITECTURES, build_model
from tunegrid.machine.interpreter import interpreter
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.report.study_tables import PARTS
from tunegrid.running.order import relative_cost
from tunegrid.running.process import worker_environment
from tunegrid.study.conditions import parse_condition
from tunegrid.study.study import STUDIES

IDS = ["conv-followup", "dress-in-layers", "kh2021", "korssjoen2020", "nn-modelling"]
SHARED = Path(__file__).parents[4] / "shared" / "published"

# Which view shows a printed file: an experiment's own table, or another table of the source.
VIEWS = {
    "conv-followup/accuracy.csv": ["--experiment models"],
    "dress-in-layers/best.csv": ["--experiment cnn"],
    "dress-in-layers/history.csv": ["--table log"],
    "dress-in-layers/layers.csv": ["--table layers"],
    "kh2021/compare.csv": ["--table deltas"],
    "kh2021/depth-summary.csv": ["--table depths"],
    "kh2021/layers.csv": [
        "--table layers-ann",
        "--table layers-base",
        "--table layers-regularised",
        "--table layers-best",
    ],
    "kh2021/models.csv": ["--table models"],
    "kh2021/one-layer.csv": ["--experiment one-layer"],
    "kh2021/two-layer.csv": ["--experiment two-layer"],
    "kh2021/three-layer.csv": ["--experiment three-layer"],
    "korssjoen2020/accuracy.csv": ["--experiment compare"],
    "korssjoen2020/figure-2-fully-connected.csv": ["--table figure-2"],
    "korssjoen2020/figure-4-convolutional.csv": ["--table figure-4"],
    "nn-modelling/architecture.csv": ["--experiment architecture"],
    "nn-modelling/batch-size.csv": ["--experiment batch-size"],
    "nn-modelling/layers.csv": ["--table layers"],
    "nn-modelling/learning-rate.csv": ["--experiment learning-rate"],
    "nn-modelling/optimizer.csv": ["--experiment optimizer"],
    "nn-modelling/stages.csv": ["--experiment stages"],
}


def cells(file):
    """Give a csv file's rows of texts."""
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))[1:]


def alike(cell, value):
    """Say whether a printed cell and a value of a view are the same, as numbers or as words."""
    if cell == "NA":
        return value is None
    try:
        return float(cell) == float(value)
    except (TypeError, ValueError):
        return cell == str(value)


def test_five_studies_are_listed():
    """By id."""
    assert [found.id for found in studies()] == IDS


@pytest.mark.skipif(not SHARED.is_dir(), reason="the transcribed tables are not at hand")
def test_the_printed_tables_are_those_that_were_transcribed():
    """Byte for byte, all of them, and nothing else."""
    files = {str(file.relative_to(SHARED)) for file in SHARED.rglob("*.csv")}
    assert files == set(VIEWS)
    for name in files:
        assert (STUDIES / name).read_bytes() == (SHARED / name).read_bytes()


@pytest.mark.parametrize("name", VIEWS)
def test_every_printed_number_is_shown(tune_grid, name):
    """Cell by cell: each row of a file is a row of the view that shows it."""
    shown = []
    for view in VIEWS[name]:
        done = tune_grid("show", name.partition("/")[0], *view.split(), "--format", "json")
        shown += [list(row.values()) for row in json.loads(done.stdout)]
    printed = cells(STUDIES / name)
    assert len(shown) == len(printed)
    for cell_row in printed:
        assert any(
            all(any(alike(cell, value) for value in row) for cell in cell_row) for row in shown
        ), cell_row


def test_every_file_of_a_study_is_shown_somewhere():
    """No transcribed table lies unread."""
    assert {str(file.relative_to(STUDIES)) for file in STUDIES.rglob("*.csv")} == set(VIEWS)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_a_study_is_there_for_programs(tune_grid, part):
    """In json as in a table: stated and assumed apart, claims, other tables."""
    done = tune_grid("show", "kh2021", "--part", part, "--format", "json")
    rows = json.loads(done.stdout)
    assert len(rows) >= 2
    assert {row["study"] for row in rows} == {"kh2021"}


def test_an_unknown_part_or_table_is_one_sentence(tune_grid):
    """With what there is."""
    for words, said in (
        (["--part", "all"], "no part 'all': choose from experiments, protocols"),
        (["--table", "x"], "no table of kh2021 called 'x': there is depths, deltas"),
    ):
        done = tune_grid("show", "kh2021", *words)
        assert done.returncode == 2
        assert said in done.stderr


LAYER_TABLES = [
    (found.id, table.name)
    for found in studies()
    for table in found.tables
    if table.kind == "layers"
]


@pytest.mark.parametrize(("study", "table"), LAYER_TABLES)
def test_printed_layers_are_those_of_our_models(study, table):
    """Kind, output shape and parameters, layer by layer; dense sources were fed flat images."""
    beside = published_table(study, table)
    extra = beside[beside["published_layer"].isna()]
    assert extra["layer"].tolist() in ([], ["flatten"])
    both = beside.dropna()
    for column in ("layer", "output_shape", "params"):
        ours, theirs = both[column].astype(str), both[f"published_{column}"].astype(str)
        assert ours.tolist() == theirs.tolist()


@pytest.mark.parametrize("study", IDS)
def test_every_configuration_can_be_built(study):
    """Under every protocol; with as many parameters as the source prints, where it does."""
    found = load_study(study)
    printed = {
        (name, row["model"]): row["parameters"]
        for name in found.experiments
        for row in found.published(name)
        if "parameters" in row
    }
    models = {}
    for protocol in found.protocols:
        for one in configurations(found, protocol=protocol):
            architecture = ARCHITECTURES[one.settings["architecture"]]
            parameters = architecture.resolve(one.settings)
            key = (architecture.name, *parameters.items())
            if key not in models:
                model = build_model(architecture.name, parameters)
                assert model.output_shape == (None, 10)
                models[key] = model.count_params()
            expected = printed.get((one.experiment, one.columns.get("model")))
            assert expected in (None, models[key])


def test_known_models_have_their_parameters():
    """The totals that the sources print."""
    totals = {
        "dress-in-layers": 1_637_570,
        "nn-modelling": 25_450,
    }
    for study, total in totals.items():
        assert published_table(study, "layers")["params"].sum() == total
    settings = configurations(load_study("dress-in-layers"), experiments="cnn")[0].settings
    model = build_model("four_conv", ARCHITECTURES["four_conv"].resolve(settings))
    trained = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    fixed = sum(math.prod(weight.shape) for weight in model.non_trainable_weights)
    assert (trained, fixed) == (1_637_506, 64)


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        (
            "fully-connected",
            ["Flatten", *["Dense", "LeakyReLU", "BatchNormalization"] * 3, "Dense"],
        ),
        (
            "convolutional",
            [
                *["Conv2D", "MaxPooling2D"] * 2,
                *["Conv2D", "Flatten"],
                *["Dense", "LeakyReLU"] * 2,
                "Dense",
            ],
        ),
    ],
)
def test_a_layer_that_a_source_uses_twice_is_there_twice_in_a_worker(model, kinds):
    """The source puts one LeakyReLU object in several places, which JSON would lose."""
    found = configurations(load_study("korssjoen2020"), where=f"model == '{model}'")
    spec = plan(found)[0].spec
    script = (
        "import sys; from tunegrid.plan.runs import RunSpec;"
        "from tunegrid.train.one_run import fresh_model;"
        "spec = RunSpec.from_json(sys.argv[1]); first, _, third = spec.streams();"
        "model = fresh_model(spec, first, third);"
        "print(*(type(layer).__name__ for layer in model.layers))"
    )
    done = subprocess.run(
        [interpreter(), "-P", "-c", script, spec.to_json()],
        env=worker_environment(spec, os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == kinds


@pytest.mark.parametrize("study", IDS)
def test_claims_are_about_configurations_that_there_are(study):
    """Each condition of a testable claim is met by some; a claim that is not says why."""
    found = load_study(study)
    assert len(found.claims) >= (1 if study == "conv-followup" else 4)
    rows = [one.row for one in configurations(found)]
    for claim in found.claims:
        assert claim.groups or claim.why
        for text in claim.groups:
            condition = parse_condition(text)
            assert any(condition.matches(row) for row in rows), (claim.id, text)


# What is run of each study at a tiny size: every experiment, and every model that is no large
# one twice.
TINY = {
    "conv-followup": None,
    "dress-in-layers": None,
    "kh2021": "dataset == 'fashion_mnist' and (layerdense == 16 or experiment in "
    "('base', 'compare', 'one-change'))",
    "korssjoen2020": "architecture == 'mlp' or pooling == 'average'",
    "nn-modelling": None,
}


#: Multiplications of an epoch from which on a model is left to the long tests: VGG-16, and the
#: convolutions of korssjoen2020.
DEAR = 5e11


@pytest.mark.long
@pytest.mark.parametrize("study", IDS)
def test_every_model_runs_to_its_end(fashion_mnist, tmp_path, study):
    """512 images, one epoch, VGG-16 included; every score is there."""
    found = runs_to_its_end(study, TINY[study], tmp_path)
    assert found == set(load_study(study).experiments)


def shown(planned):
    """Name what a run shows of its study."""
    return planned.configuration.experiment, planned.spec.model.architecture


def cheapest(study):
    """Write a condition for the cheapest models that show experiments and architectures.

    A model that scores the 10 000 test images for more than some seconds shows nothing here.
    """
    planned = [
        one
        for one in plan(configurations(load_study(study)))
        if one.spec.data.dataset == "fashion_mnist"
        and relative_cost(one.spec) / one.spec.epochs < DEAR
    ]
    wanted = {name for one in planned for name in shown(one)}
    chosen = sorted(planned, key=lambda one: -relative_cost(one.spec))
    for one in tuple(chosen):  # the dearest go first, while the rest shows all
        rest = [other for other in chosen if other is not one]
        if wanted <= {name for other in rest for name in shown(other)}:
            chosen = rest
    rows = [
        one.configuration.columns | {"experiment": one.configuration.experiment} for one in chosen
    ]
    return " or ".join(
        "(" + " and ".join(f"{name} == {value!r}" for name, value in row.items()) + ")"
        for row in rows
    )


@pytest.mark.parametrize("study", IDS)
def test_every_experiment_runs_to_its_end(fashion_mnist, tmp_path, study):
    """Shown by its cheapest models, with 512 images and one epoch."""
    found = runs_to_its_end(study, cheapest(study), tmp_path)
    assert set(load_study(study).experiments) - found <= {"pooling"}


def runs_to_its_end(study, where, store):
    """Train, and see that every score of every run is there."""
    summary = run_grid(study, where=where, epochs=1, train_size=512, store=store)
    assert (summary.failed, summary.done) == (0, summary.planned)
    rows = read_results(study, any=True, store=store)
    assert rows[["loss", "accuracy", "test_accuracy", "best_test_accuracy"]].notna().all(axis=None)
    return set(rows["experiment"])


def test_a_log_stands_beside_our_epochs(fashion_mnist, tmp_path):
    """Row by row, with what we have not trained yet as NA."""
    small = {"epochs": 2, "train_size": 256, "store": tmp_path}
    run_grid("dress-in-layers", experiments="cnn", **small)
    log = published_table("dress-in-layers", "log", any=True, store=tmp_path)
    assert log["published_val_accuracy"].tolist()[:2] == [0.8636, 0.8926]
    assert log["replicates"].tolist() == [1, 1, *[0] * 18]
    rows = read_results("dress-in-layers", any=True, store=tmp_path)
    assert log["val_accuracy"][1] == pytest.approx(rows["val_accuracy"].mean())
    assert rows["accuracy"].tolist() == rows["best_test_accuracy"].tolist()


def test_a_matrix_stands_beside_ours(fashion_mnist, tmp_path):
    """Rows are true classes, a thousand images each; the diagonal gives the accuracy."""
    small = {"epochs": 1, "train_size": 256, "store": tmp_path}
    run_grid("korssjoen2020", where="model == 'fully-connected'", **small)
    both = published_table("korssjoen2020", "figure-2", any=True, store=tmp_path)
    ours = both[[f"ours_{number}" for number in range(10)]].to_numpy(dtype=float)
    assert ours.sum(axis=1).tolist() == [1000.0] * 10
    (accuracy,) = read_results("korssjoen2020", any=True, store=tmp_path)["accuracy"]
    assert ours.trace() / 10_000 == pytest.approx(accuracy)
    assert both["6"].tolist()[0] == 103


def test_validation_and_test_scores_are_told_apart(fashion_mnist, tmp_path):
    """korssjoen2020 holds out 5 000 images and prints both accuracies."""
    small = {"epochs": 1, "train_size": 256, "store": tmp_path}
    run_grid("korssjoen2020", where="model == 'fully-connected'", **small)
    (row,) = read_results("korssjoen2020", any=True, store=tmp_path).to_dict("records")
    assert row["accuracy"] == row["test_accuracy"] != row["val_accuracy"]
    assert row["loss"] == row["test_loss"]


def test_a_study_of_one_s_own_is_run_and_shown(fashion_mnist, tmp_path, tune_grid):
    """Like one that ships: a copy under another name."""
    own = shutil.copytree(STUDIES / "conv-followup", tmp_path / "mine")
    text = (own / "study.toml").read_text().replace('id = "conv-followup"', 'id = "mine"')
    (own / "study.toml").write_text(text)
    small = ["--epochs", "1", "--train-size", "256", "--experiment", "models"]
    done = tune_grid("run", own / "study.toml", *small)
    assert done.returncode == 0, done.stderr
    table = tune_grid("table", own, "--experiment", "models", "--any")
    assert "|dense 30-20 " in table.stdout
    assert "0.8555" in table.stdout


def test_a_configuration_with_more_seeds_weighs_no_more_in_a_summary(kept):
    """The source's means are of configurations, one run each."""
    runs = read_results("kh2021", experiments="two-layer", store=kept)
    own = runs.groupby(["layer1", "layer2", "layerdense"])["accuracy"].mean()
    assert len(own) == 20 < len(runs)
    beside = published_table("kh2021", "depths", store=kept).set_index("conv_layers").loc[2]
    assert beside["runs"] == len(runs)
    assert beside["mean_accuracy"] == pytest.approx(own.mean())
    assert beside["sd_accuracy"] == pytest.approx(own.std())


def test_differences_stand_beside_the_printed_ones(fashion_mnist, tmp_path):
    """Of the runs that are there; what needs the others is NA, and so is the printed corner."""
    fashion = "dataset == 'fashion_mnist'"
    tiny = {"epochs": 1, "train_size": 256}
    run_grid("kh2021", experiments="compare", where=fashion, store=tmp_path, **tiny)
    runs = read_results("kh2021", experiments="compare", any=True, store=tmp_path)
    accuracy = runs.set_index("model")["accuracy"]
    beside = published_table("kh2021", "deltas", any=True, store=tmp_path).set_index("model")
    lead = accuracy["Best-tuned CNN"] - accuracy["ANN"]
    assert beside.loc["delta_model", "fashion_mnist"] == pytest.approx(lead)
    assert beside.loc["delta_model", "published_fashion_mnist"] == 0.026
    assert beside[["mnist", "delta_dataset"]].isna().all(axis=None)
