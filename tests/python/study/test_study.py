"""Study files: kh2021 as data, and what is wrong with a file by its key path."""

import re
import shutil

import pytest

from tunegrid import SpecError, load_study, studies
from tunegrid.plan.grid import configurations
from tunegrid.study.study import STUDIES

KH2021 = load_study("kh2021")


@pytest.fixture
def edited(tmp_path):
    """Load kh2021 with one piece of its study.toml replaced."""

    def load(old, new):
        shutil.copytree(STUDIES / "kh2021", tmp_path / "study")
        file = tmp_path / "study" / "study.toml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return load_study(file)

    return load


def test_ships_with_its_studies():
    """Every folder of studies is one that loads under its own id."""
    assert [study.id for study in studies()] == [
        folder.name for folder in sorted(STUDIES.iterdir())
    ]


def test_a_protocol_that_is_like_another_differs_by_its_own_rules_alone():
    """The split of as-run-pooled, the images of as-run-kaggle; rows for as-run are theirs too."""
    whole = {name: configurations(KH2021, protocol=name) for name in KH2021.protocols}
    for protocol, changed in (
        ("as-run-pooled", {"split", "split_seed"}), ("as-run-kaggle", {"dataset"}),
    ):  # fmt: skip
        assert len(whole[protocol]) == len(whole["as-run"])
        for one, like in zip(whole[protocol], whole["as-run"], strict=True):
            names = {*one.settings, *like.settings}
            differing = {n for n in names if one.settings.get(n) != like.settings.get(n)}
            is_mnist = like.settings["dataset"] == "mnist"
            assert differing == (set() if is_mnist else changed)


def test_kh2021_has_seven_experiments_and_four_protocols():
    """The study is there as a whole, and an experiment of ours that takes its protocols apart."""
    tables = ["one-layer", "two-layer", "three-layer", "compare", "base"]
    assert list(KH2021.experiments) == [*tables, "one-change", "keras-2"]
    protocols = ["as-run", "as-run-kaggle", "as-run-pooled", "as-described"]
    assert list(KH2021.protocols) == protocols
    assert KH2021.default_protocol == "as-run"


def test_the_protocols_of_kh2021_differ_in_five_ways():
    """Each difference between report and script is data, with its reason."""
    rules = {
        name: [rule for rule in protocol.difference if "one-change" not in (rule.where or "")]
        for name, protocol in KH2021.protocols.items()
    }
    assert [next(iter(rule.set)) for rule in rules["as-run"]] == [
        "scaling", "orientation", "epochs", "batch_size", "reported_loss",
    ]  # fmt: skip
    assert rules["as-described"] == []
    assert all(rule.reason for rule in KH2021.protocols["as-run"].difference)


@pytest.mark.parametrize("protocol", ["as-run", "as-described"])
def test_one_thing_is_changed_at_a_time(protocol):
    """Each row differs from the first of its model in one setting, as the other protocol has it.

    The split is changed as neither has it, to one like that of the study's own files.
    """
    found = configurations(KH2021, protocol=protocol, experiments="one-change")
    other = configurations(
        KH2021,
        protocol="as-described" if protocol == "as-run" else "as-run",
        experiments="one-change",
    )
    for one in found:
        rows = [row for row in (found, other) for row in row if row.columns["changed"] == "nothing"]
        here, there = (row for row in rows if row.columns["model"] == one.columns["model"])
        changed = {name for name in one.settings if one.settings[name] != here.settings.get(name)}
        if one.columns["changed"] == "split":
            assert changed == {"split", "split_seed"}
            continue
        assert len(changed) == (one.columns["changed"] != "nothing")
        assert all(one.settings[name] == there.settings[name] for name in changed)


@pytest.mark.parametrize(
    ("experiment", "rows", "best", "worst"),
    [
        ("one-layer", 10, 0.8850, 0.8682),
        ("two-layer", 20, 0.9105, 0.8906),
        ("three-layer", 35, 0.9013, 0.8685),
    ],
)
def test_published_tables_are_as_printed(experiment, rows, best, worst):
    """The tables have the printed rows, highest accuracy first."""
    accuracies = [row["accuracy"] for row in KH2021.published(experiment)]
    assert (len(accuracies), accuracies[0], accuracies[-1]) == (rows, best, worst)
    assert accuracies == sorted(accuracies, reverse=True)


def test_a_wide_table_is_read_cell_by_cell():
    """The compare table gives one accuracy for each model and data set, and no deltas."""
    cells = {(r["model"], r["dataset"]): r["accuracy"] for r in KH2021.published("compare")}
    assert cells == {
        ("ANN", "mnist"): 0.9775,
        ("ANN", "fashion_mnist"): 0.8803,
        ("Best-tuned CNN", "mnist"): 0.9889,
        ("Best-tuned CNN", "fashion_mnist"): 0.9063,
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'id = "kh2021"',
            'id = "K H"',
            "id must be small letters, digits and hyphens",
        ),
        ("epochs = 20", "epochs = 0", "settings.epochs must be greater than or equal to 1, not 0"),
        ("epochs = 20", 'epochs = "twenty"', "settings.epochs must be a valid integer"),
        ("epochs = 20", "epoch = 20", "settings.epoch is not a known key"),
        (
            'dataset = "fashion_mnist"',
            'dataset = "cifar"',
            "settings.dataset: There is no data set",
        ),
        (
            "set = { epochs = 50 }",
            "set = { epochs = -1 }",
            "protocol.as-run.difference.2.set.epoch",
        ),
        ("dataset == 'fashion_mnist'\"", 'dataset = 1"', "protocol.as-run.difference.1.where"),
        ("schema = 1", "schema = 2", "schema must be 1, not 2"),
        ('id = "kh2021"', "", "id is missing"),
        ('title = "two convolution', 'titel = "two convolution', "experiment.two-layer.titel"),
        ("layer1 = [16, 32, 64, 128]", "layer1 = []", "experiment.one-layer: grid.layer1 has no"),
        ("layer1 = [16, 32, 64, 128]", "layr1 = [16]", "experiment.one-layer: the column layr1"),
        ("layer1 = [16, 32, 64, 128]", "layer1 = [0]", "experiment.one-layer: layer1 must be"),
        ('key = "l2"', 'key = "l3"', "assumed.0.key: there is no l3"),
        ('"two-layer.csv"', '"none.csv"', "experiment.two-layer.published.file: "),
        ("default = true", "default = true\n[protocol.x]\ntitle='x'\ndefault=true", "only one can"),
        ("schema = 1", "schema = ", "line 3"),
        (
            'kind = "summary"\nby = "conv_layers"',
            'kind = "confusion"\nexperiment = "compare"',
            "table.depths: row 1 has no true, which a table of kind confusion needs",
        ),
        ("layer1 = [16, 32, 64, 128]", "layer1 = [16, 16]", "grid.layer1 has the same"),
        (
            'labels = ["model"]',
            'labels = ["model", "accuracy"]',
            "accuracy has a meaning of its own",
        ),
        ('"cnn_no_reg", dropout = 0', '"cnn_no_reg"', "each row must have the columns"),
        ('where = "dataset ==', 'where = "datset ==', "difference.0.where: The condition"),
        ('keep = "layer1 <= l', 'keep = "layr1 <= l', "experiment.one-layer: keep: The condition"),
        ('where = "model != ', 'where = "modle != ', "names modle, which is no column"),
        ('columns = "dataset"', 'columns = "set"', "published.columns: set is no factor"),
        (
            "compare.when]]\nwhere = \"model == 'ANN'\"",
            'compare.when]]\nwhere = "mode == 1"',
            "experiment.compare.when.1.where",
        ),
    ],
)
def test_a_wrong_file_is_refused_by_key_path(edited, old, new, said):
    """The message names the file, the path of the key, and what must hold."""
    with pytest.raises(SpecError, match=re.escape(said)) as caught:
        edited(old, new)
    assert "study.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.8850", "89%", "experiment.one-layer.published: accuracy must be a number, not '89%'"),
        (
            "16,3,64,20",
            "32,3,32,20",
            "layer1 = 32, kernel = 3, layerdense = 32 stands there twice",
        ),
    ],
)
def test_a_wrong_published_table_is_refused(tmp_path, old, new, said):
    """Scores are numbers, and a configuration is printed once."""
    shutil.copytree(STUDIES / "kh2021", tmp_path / "study")
    file = tmp_path / "study" / "one-layer.csv"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(SpecError, match=re.escape(said)):
        load_study(tmp_path / "study")


def test_a_published_table_without_rows_is_refused(tmp_path):
    """Also where a condition picks some of them."""
    shutil.copytree(STUDIES / "kh2021", tmp_path / "study")
    file = tmp_path / "study" / "compare.csv"
    file.write_text(file.read_text().partition("\n")[0] + "\n")
    with pytest.raises(SpecError, match=r"compare.csv has no rows below its header"):
        load_study(tmp_path / "study")


def test_a_study_of_one_s_own_is_loaded_by_path(edited):
    """A folder or a file with a study loads like a shipped one."""
    own = edited('id = "kh2021"', 'id = "own"')
    assert own.id == "own"
    assert load_study(own.folder).published("one-layer") == KH2021.published("one-layer")
    assert load_study(own) is own


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("kh2022", "There is no study 'kh2022': give one of conv-followup"),
        ("none/study.toml", "none/study.toml cannot be read: No such file"),
        ("../studies", "There is no study"),
    ],
)
def test_an_unknown_study_is_answered_with_the_known_ones(given, said):
    """A wrong id or path is one clear error."""
    with pytest.raises(SpecError, match=re.escape(said)):
        load_study(given)


def test_names_are_checked_and_put_in_order():
    """Experiments may come as a list or with commas, and keep the study's order."""
    assert KH2021.pick_experiments("base, one-layer") == ["one-layer", "base"]
    assert KH2021.pick_experiments(["base,compare", "one-layer"])[0] == "one-layer"
    for nothing in ("", ",", []):
        with pytest.raises(SpecError, match="No experiment is named: choose from one-layer"):
            KH2021.pick_experiments(nothing)
    with pytest.raises(SpecError, match="no experiment of kh2021 called 'four'"):
        KH2021.pick_experiments("four")
    with pytest.raises(SpecError, match="no protocol of kh2021 called 'x': choose from as-run"):
        KH2021.pick_protocol("x")
