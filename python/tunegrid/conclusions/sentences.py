"""Verdicts in sentences, for readers without statistics."""

from collections.abc import Mapping

import pandas as pd


def sentence(row: Mapping[str, object]) -> str:
    """Say a claim's row in a sentence for readers without statistics."""
    opening = f'{row["id"]}: "{row["text"]}"'
    average, note = row["average"], row["note"]
    if average == "not defined":
        said = _of_share(row) or "no run could tell"
    elif average == "too few runs":
        said = "cannot be judged yet"
    elif pd.isna(row["slack"]):
        said = "cannot be judged"
    elif _is_left_open(row):
        said = _STAYS.format(told=_TOLD[average], look=row["look"], **_numbers(row))
    else:
        said = f"{_ANSWERS[average].format(**_numbers(row))}{_and_again(row)}"
    return f"{opening} {said[0].upper()}{said[1:]}{f' ({note})' if note else ''}."


_ANSWERS = {
    "holds": "is so on average: it holds by {slack}, and by more than {low} in all likelihood",
    "fails": "is not so on average: it misses by {slack}, and by more than {high} in all "
    "likelihood",
    "tie": "the difference is {slack}, which is too small to matter",
    "undecided": "is not decided by {runs} runs: it {how} by {slack}, and anything from {low} to "
    "{top} would fit",
}


#: What a look decided stays so, whatever runs have come since.
_STAYS = (
    "was decided at look {look}: it {told} on average; by the {runs} runs of now it {how} by "
    "{slack}, and anything from {low} to {top} would fit"
)
_TOLD = {
    "holds": "holds",
    "fails": "does not hold",
    "tie": "makes no difference that matters",
}


def _is_left_open(row: Mapping[str, object]) -> bool:
    """Say whether the interval of the runs of now does not bear out what was decided."""
    low, high, delta = (float(row[name]) for name in ("slack_low", "slack_high", "delta"))
    borne_out = {"holds": low > 0, "fails": high < 0, "tie": -delta < low and high < delta}
    return not borne_out.get(row["average"], True)


def _numbers(row: Mapping[str, object]) -> dict[str, str]:
    slack, low, high = (float(row[name]) for name in ("slack", "slack_low", "slack_high"))
    return {
        "slack": f"{abs(slack):.4f}",
        "low": f"{low:.4f}",
        "high": f"{-high:.4f}",
        "top": f"{high:.4f}",
        "how": "holds on the means" if slack > 0 else "misses",
        "runs": str(row["runs"]),
    }


def _and_again(row: Mapping[str, object]) -> str:
    share = _percent(row["share"])
    if row["again"] == "depends on the seed":
        return (
            f"; {share} of fresh studies with one run each would have said it: it hangs on the seed"
        )
    if row["again"] in ("holds", "fails"):
        return f"; {share} of fresh studies with one run each would have said it"
    return ""


def _of_share(row: Mapping[str, object]) -> str:
    if pd.isna(row["share"]):
        return ""
    return f"holds in {_percent(row['share'])} of studies put together from our runs"


def _percent(share: object) -> str:
    value = float(share)
    if value < 0.01:  # noqa: PLR2004 - a probability is told with two digits
        return "less than 1 %"
    return "more than 99 %" if value > 0.99 else f"{value:.0%}".replace("%", " %")  # noqa: PLR2004
