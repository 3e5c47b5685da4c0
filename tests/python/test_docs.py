"""What the documents say is true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tunegrid import (
    audit_study,
    check_claims,
    comparison_table,
    import_results,
    rank_configurations,
    read_results,
)
from tunegrid.audit import RULES

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("reports/*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language, heading, document="STUDIES.md"):
    """Give the one block of code in a language below a heading."""
    text = (ROOT / document).read_text(encoding="utf-8")
    (section,) = re.findall(
        rf"^## {heading}\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL
    )
    (code,) = re.findall(rf"```{language}\n(.*?)```", section, flags=re.DOTALL)
    return code


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_links_lead_somewhere(document):
    """Every relative link of a document is a file of the repository."""
    for target in re.findall(r"\]\((?!https://)([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_the_python_of_the_readme_runs(fashion_mnist, tmp_path, monkeypatch, capsys):
    """The quick start is run as it stands."""
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    exec(code, {})  # noqa: S102
    assert "0.9085" in capsys.readouterr().out


@pytest.mark.parametrize("line", re.findall(r"^tune-grid (\S+.*?)\s+#", README, flags=re.MULTILINE))
def test_the_commands_of_the_readme_exist(tune_grid, tmp_path, line):
    """Each command line is understood, in a store with results; the slow ones give their help."""
    import_results(ROOT / "reports" / "results" / "kh2021", store=tmp_path / "tunegrid-store")
    words = line.replace("reports/", f"{ROOT}/reports/").split()
    done = tune_grid(*words, *(["--help"] if words[0] in ("run", "report", "repeat") else []))
    assert done.returncode == 0, done.stderr


def test_the_kept_results_are_whole(tmp_path):
    """What a real run gave can be imported, every digest and key right."""
    done = import_results(ROOT / "reports" / "results" / "kh2021", store=tmp_path)
    assert done.runs == done.added >= 50
    table = comparison_table("kh2021", experiments="two-layer", store=tmp_path)
    assert table["replicates"].min() == 1
    assert table["replicates"].max() == 5
    assert set(table["epochs"]) == {20}


def test_the_worked_example_of_a_study_is_run(fashion_mnist, tmp_path, tune_grid):
    """The study file and the numbers of STUDIES.md, as they stand there."""
    text = (ROOT / "STUDIES.md").read_text(encoding="utf-8")
    (tmp_path / "my-study").mkdir()
    for name, kind in (("study.toml", "toml"), ("filters.csv", "csv")):
        (content,) = re.findall(rf"```{kind}\n(.*?)```", text, flags=re.DOTALL)
        (tmp_path / "my-study" / name).write_text(content, encoding="utf-8")
    tiny = ["--where", "layer1 == 16", "--epochs", "1", "--train-size", "256"]
    for words in (["show", "my-study"], ["run", "my-study", *tiny], ["table", "my-study", "--any"]):
        done = tune_grid(*words)
        assert done.returncode == 0, done.stderr
    assert re.search(r"\| +16\| +0.5\|.*0.8934\| +1\|", done.stdout)
    found = tune_grid("audit", "my-study").stdout
    assert found.strip() in text


def test_every_kind_of_claim_and_table_is_in_the_documents():
    """STUDIES.md names what a study file can say."""
    text = (ROOT / "STUDIES.md").read_text(encoding="utf-8")
    kinds = re.findall(
        r'kind: Literal\["(\w+)"\]', (ROOT / "python/tunegrid/study/claims.py").read_text("utf-8")
    )
    assert len(kinds) == 13
    assert [kind for kind in kinds if f"`{kind}`" not in text] == []


def test_the_grid_of_ones_own_of_the_documents_runs(fashion_mnist, tmp_path):
    """As it stands in STUDIES.md."""
    done = run_python(block("python", "A grid of your own"), tmp_path)
    assert re.search(r"width +epochs +replicates", done.stdout)


def run_python(code, folder):
    """Run a script of its own, as a reader would."""
    (folder / "own.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "own.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def test_the_data_of_ones_own_of_the_documents_is_one_data_set(tmp_path, tune_grid):
    """From Python and from the command, as it stands in STUDIES.md: no run is trained twice."""
    done = run_python(block("python", "Data of your own"), tmp_path)
    assert re.search(r"layer1 +layerdense +epochs", done.stdout)
    first, *commands = block("sh", "Data of your own").splitlines()
    subprocess.run(["sh", "-c", first], cwd=tmp_path, check=True)
    said = [tune_grid(*line.partition("#")[0].split()[1:]) for line in commands]
    assert [one.returncode for one in said] == [0] * 4, said
    assert "0 runs trained (0 failed), 2 found done" in said[1].stderr


def test_every_rule_of_the_audit_and_kind_of_stated_number_is_in_the_documents():
    """STUDIES.md says what must agree, and what can be stated."""
    text = (ROOT / "STUDIES.md").read_text(encoding="utf-8")
    kinds = re.findall(
        r'kind: Literal\["(\w+)"\]', (ROOT / "python/tunegrid/study/stated.py").read_text("utf-8")
    )
    assert len(kinds) == 10
    assert [name for name in [*RULES, *kinds] if f"`{name}`" not in text] == []


def test_the_finding_of_the_readme_is_what_the_audit_finds():
    """Its numbers, and whose they are."""
    found = audit_study("korssjoen2020")
    assert "980, 1135, 1032, " in found["stated"].iloc[0]
    assert "the test images of MNIST" in found["message"].iloc[0]
    assert "980, 1135, 1032, …" in README


def test_the_readme_is_short():
    """At most 800 words."""
    assert len(README.split()) <= 800


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A store with all results that are kept."""
    store = tmp_path_factory.mktemp("kept")
    for folder in sorted((ROOT / "reports" / "results").iterdir()):
        import_results(folder, store=store)
    return store


def test_the_table_of_the_readme_is_that_of_the_kept_results(kept, tune_grid):
    """Line by line as the command prints it that stands above it."""
    done = tune_grid("overview", "--store", str(kept))
    assert done.stdout.strip() in README


def test_the_claims_that_the_readme_tells_of_survive(kept):
    """By the numbers that stand there."""
    ids = ["two-layers-beat-one", "two-layers-beat-three"]
    for protocol in ("as-described", "as-run"):
        claims = check_claims("kh2021", claims=ids, protocol=protocol, store=kept)
        assert list(claims["verdict"]) == ["survives", "survives"]
    one, three = claims["slack"].map("{:.4f}".format)
    told = f"beat one-layer models: by {one} on average, and three-layer models: by {three} "
    assert told in " ".join(README.split())
    assert "as described, too" in README


def test_the_ranking_that_the_readme_tells_of_could_be_chance(kept):
    """How many can be the best; the published best, its rank here, and τ."""
    ranked = rank_configurations("kh2021", experiments="two-layer", store=kept)
    assert f"models could be chance: {ranked['in_set'].sum()} can be the best;" in README
    table = comparison_table("kh2021", experiments="two-layer", store=kept)
    ours, published = table["accuracy"], table["published_accuracy"]
    best = published.idxmax()
    told = f"{published[best]:.4f}, is {ours.rank(ascending=False)[best]:.0f}th here "
    tau = f"{published.corr(ours, method='kendall'):.2f}".replace("-", "−")
    assert f"{told}(Kendall's τ = {tau};" in README


def test_the_collapse_that_the_readme_tells_of_is_none(kept):
    """What was published of a learning rate, and our mean over seeds."""
    table = comparison_table("nn-modelling", experiments="learning-rate", store=kept)
    (row,) = table[table["learning_rate"].eq(1.62)].to_dict("records")
    assert row["replicates"] == 5
    told = f"collapses: {row['published_accuracy']}. Five seeds reach {row['accuracy']:.4f} there"
    assert told in README


def test_the_run_that_make_run_offers_to_repeat_is_kept(kept):
    """By the beginning of its key, which is that of one run."""
    (beginning,) = re.findall(r"^KEPT := (\w+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    runs = read_results("kh2021", store=kept)
    assert runs.loc[runs["key"].str.startswith(beginning), "outcome"].tolist() == ["done"]


def test_every_fault_that_a_test_tries_is_in_the_table():
    """RELIABILITY.md is written from a run of the tests: `make reliability`."""
    tests = Path(__file__).parent / "store"
    text = "".join((tests / f"test_{name}.py").read_text() for name in ("faults", "storm", "store"))
    faults = re.findall(r'(?:tried\(|"fault", )\s*f?"([^"{]+)', text)
    assert len(faults) > 20
    table = (ROOT / "RELIABILITY.md").read_text(encoding="utf-8")
    assert [fault for fault in faults if fault not in table] == []


def test_import_takes_the_folder_of_every_study_at_once(tune_grid, tmp_path):
    """With a sentence for each."""
    folders = [str(ROOT / "reports" / "results" / study) for study in ("conv-followup", "kh2021")]
    done = tune_grid("import", *folders, "--store", str(tmp_path / "store"))
    assert re.findall(r"runs of (\S+):", done.stderr) == ["conv-followup", "kh2021"]
