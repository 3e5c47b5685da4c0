"""Claims of a study, judged by the runs of a store."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tunegrid import SpecError, check_claims, import_results, load_study
from tunegrid.conclusions.judging import verdict
from tunegrid.conclusions.looks import look_alpha, settings_digest
from tunegrid.conclusions.sentences import sentence
from tunegrid.conclusions.verdicts import COLUMNS
from tunegrid.store.looks import add_looks
from tunegrid.store.store import Store

ROOT = Path(__file__).parents[3]
KEPT = ROOT / "reports" / "results" / "kh2021"


@pytest.fixture(scope="module")
def judged(kept):
    """The claims of kh2021."""
    return check_claims("kh2021", store=kept).set_index("id", drop=False)


def test_every_claim_has_a_row_with_its_columns(judged):
    """In the study's order, with the text and the source."""
    claims = load_study("kh2021").claims
    assert judged.columns.tolist() == COLUMNS
    assert judged["id"].tolist() == [claim.id for claim in claims]
    assert judged["text"].tolist() == [claim.text for claim in claims]


def test_one_seed_each_decides_by_the_spread_and_judges_no_share(once):
    """`again` is shown and not judged; nothing claims more than one seed can."""
    best = check_claims("kh2021", claims="best-two-layer", store=once).iloc[0]
    assert (best["variance_source"], best["seeds_least"], best["value"]) == ("spread", 1, "level")
    assert best["slack_low"] < best["slack"] < best["slack_high"]
    assert best["again"] == "undecided"
    assert 0 <= best["share"] < 0.5


def test_a_claim_whose_cells_lack_runs_says_which(tmp_path):
    """It is not judged on a part of its groups: here on two runs of one two-layer model."""
    import_results(ROOT / "inst" / "extdata" / "kh2021", store=tmp_path)
    beat = check_claims("kh2021", store=tmp_path).set_index("id").loc["two-layers-beat-one"]
    assert (beat["average"], beat["verdict"]) == ("too few runs", "undecided")
    assert "of one-layer" in beat["note"]
    assert pd.isna(beat["slack"])


def test_the_published_numbers_have_their_own_answer(judged):
    """Whether they bear the claim out says nothing of whether it is so."""
    assert judged.loc["best-two-layer", "published"] == "holds"
    assert judged.loc["regularisation", "published"] == ""


def test_each_claim_is_a_sentence(judged):
    """Without statistics: the claim as it stands, and what the runs say."""
    said = judged.attrs["said"]
    (best,) = [one for one in said if one.startswith("best-two-layer: ")]
    assert re.search(r"Is not decided by \d+ runs: it misses by 0\.\d{4}", best)
    assert not any("significant" in one for one in said)


@pytest.mark.parametrize(
    ("average", "slack", "told"),
    [
        ("holds", (0.002, -0.001, 0.005), "it holds on average; by the 12 runs of now it holds on"),
        ("fails", (-0.002, -0.005, 0.001), "it does not hold on average; by the 12 runs of now it"),
        ("tie", (0.004, 0.002, 0.006), "it makes no difference that matters on average; by the 12"),
    ],
)
def test_what_a_look_decided_is_told_apart_from_later_runs(average, slack, told):
    """Which may leave open what stays decided."""
    ends = dict(zip(("slack", "slack_low", "slack_high"), slack, strict=True))
    more = {"again": "undecided", "share": 0.9, "delta": 0.005, "note": ""}
    row = {"id": "a", "text": "A.", "average": average, "runs": 12, "look": 3, **ends, **more}
    said = sentence(row)
    assert said.startswith(f'a: "A." Was decided at look 3: {told}')
    assert said.endswith(f"and anything from {slack[1]:.4f} to {slack[2]:.4f} would fit.")


def test_only_some_claims_are_asked_for(kept):
    """With commas or as a list; an unknown one is answered with the known."""
    found = check_claims("kh2021", claims="best-of-all, best-two-layer", store=kept)
    assert found["id"].tolist() == ["best-two-layer", "best-of-all"]
    with pytest.raises(SpecError, match="no claim of kh2021 called 'best': choose from two-layers"):
        check_claims("kh2021", claims="best", store=kept)


def test_the_order_of_the_answers():
    """What is so on average comes first; then what one run each would have shown."""
    assert verdict("holds", "depends on the seed") == "survives"
    assert verdict("fails", "") == "does not survive"
    assert verdict("tie", "holds") == "no difference that matters"
    assert verdict("undecided", "depends on the seed") == "not shown by one run each"
    assert verdict("undecided", "undecided") == "undecided"


def test_looks_share_alpha():
    """However many there are."""
    shares = [look_alpha(number, 0.05) for number in range(1, 8)]
    assert shares[:6] == pytest.approx([0.01, 0.01, 0.01, 0.01, 0.005, 0.0025])
    assert sum(look_alpha(number, 0.05) for number in range(1, 60)) == pytest.approx(0.05)


def test_a_look_narrows_what_a_verdict_may_err(once, tmp_path):
    """After the second look a verdict has a fifth of alpha, so its interval is wider."""
    looked = shutil.copytree(once, tmp_path / "store")
    before = check_claims("kh2021", claims="best-two-layer", store=once).iloc[0]
    row = {
        "study": "kh2021", "protocol": "as-run", "claim": "best-two-layer", "number": 2,
        "alpha": 0.01, "runs": int(before["runs"]), "settings": "", "average": "undecided",
        "slack": None, "low": None, "high": None, "spent": 1.0, "budget": 2.0,
    }  # fmt: skip
    with Store(looked, write=True) as store:
        add_looks(store, [row])
    after = check_claims("kh2021", claims="best-two-layer", store=looked).iloc[0]
    assert (before["look"], after["look"], after["alpha"]) == (0, 2, pytest.approx(0.01))
    assert after["slack_low"] < before["slack_low"]


def test_a_decided_claim_stays_so_while_it_asks_the_same(once, tmp_path):
    """In whatever words; one that asks of other configurations is judged again."""
    row = {
        "study": "kh2021", "protocol": "as-run", "claim": "two-layers-beat-one", "number": 2,
        "alpha": 0.01, "runs": 30, "settings": settings_digest(load_study("kh2021").statistics),
        "average": "fails", "slack": -0.1, "low": -0.2, "high": -0.01, "spent": 1.0, "budget": 2.0,
    }  # fmt: skip
    store = shutil.copytree(once, tmp_path / "store")
    with Store(store, write=True) as opened:
        add_looks(opened, [row])
    for old, new, average in (
        ("Two-layer models are more accurate than one-layer", "Two beat one", "fails"),
        ("than = \"experiment == 'one-layer'\"", "than = 'layer1 == 128'", "holds"),
    ):
        study = edited(tmp_path / average, old, new)
        found = check_claims(study, claims="two-layers-beat-one", store=store)
        assert found["average"].iloc[-1] == average


def edited(folder, old, new):
    """Write kh2021's files to a folder, with other words in its study file."""
    folder.mkdir()
    for file in load_study("kh2021").folder.iterdir():
        text = file.read_text(encoding="utf-8")
        if file.name == "study.toml":
            assert old in text
            text = text.replace(old, new)
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder


def test_what_was_changed_after_the_runs_is_told_with_both_answers(kept, tmp_path):
    """A study file with another delta than when the first run began."""
    folder = edited(tmp_path / "kh2021", "[statistics]\n", "[statistics]\ndelta = 0.5\n")
    found = check_claims(folder, claims="best-two-layer", store=kept)
    assert found["setting"].tolist() == ["first", "now"]
    assert found["fixed"].tolist() == ["changed", "changed"]
    assert found["verdict"].tolist()[1] == "no difference that matters"
