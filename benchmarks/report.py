"""What was measured, as tables and as goals that are reached or not."""

import csv
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
from rates import estimate
from work import SMALL, name_of, whole_grid

from tunegrid import kable

RESULTS = Path(__file__).parents[1] / "reports" / "results" / "kh2021" / "results-as-run.csv"
BFLOAT16 = "tunegrid bfloat16"
SIDES = {
    "fit": "`fit`",
    "fit × 32": "`fit`, 32 steps a call",
    "tunegrid": "tunegrid",
    BFLOAT16: BFLOAT16,
}


def render(found: Mapping[str, object]) -> str:
    """Write every part that was measured as Markdown, the goals first."""
    parts = [
        f"# {found['machine']['processor']}, {found['machine']['cores']} cores, {found['date']}",
        _machine(found["machine"]),
        "## Goals",
        _kable(
            pd.DataFrame(goals(found), columns=["goal", "what", "wanted", "measured", "reached"])
        ),
    ]
    for name, table in _TABLES.items():
        if name in found:
            parts += table(found[name])
    return "\n\n".join(parts) + "\n"


def goals(found: Mapping[str, object]) -> Iterator[tuple[str, str, str, str, str]]:
    """Hold what was measured against each goal."""
    if "rates" in found:
        yield from _rate_goals(found["rates"])
    if "grid" in found:
        yield from _grid_goals(found["grid"])
    if "peers" in found:
        yield from _peer_goals(found["peers"])
    limits = {"import tunegrid": 0.3, "tune-grid --help": 0.5, "library(tunegrid)": 1.0}
    for name, limit in limits.items():
        if name in found.get("startup", {}):
            yield _below("S5", name, found["startup"][name], limit)
    for name, seconds in found.get("stores", {}).items():
        limit = 5.0 if name.startswith("plan") else 1.0 if name.startswith("open") else 2.0
        yield _below("S6", name, seconds, limit)
    if "memory" in found:
        growth = found["memory"]["growth"]
        text = f"{growth:+.1%}"
        yield "S7", "memory of a worker, run 10 to 200", "within 10 %", text, _said(growth <= 0.1)  # noqa: PLR2004
    for name, one in found.get("equality", {}).items():
        same = f"{one['runs'] - one['different']} of {one['runs']}"
        yield "S8", f"{name}: runs the same, bit for bit", "all", same, _said(not one["different"])


def _rate_goals(rates: Mapping) -> Iterator[tuple[str, str, str, str, str]]:
    for name, sides in rates["featured"].items():
        ratio = sides["tunegrid"]["train"] / sides["fit"]["train"]
        wanted, goal = (5.0, "S1") if name in SMALL else (1.3, "S2")
        yield _at_least(goal, f"{name}: times `fit`", ratio, wanted)
        if goal == "S2":
            share = _share(sides["tunegrid"], rates["peak"]["tunegrid"])
            yield goal, f"{name}: of the peak", "70 %", f"{share:.0%}", _said(share >= 0.7)  # noqa: PLR2004


def _grid_goals(grid: Mapping) -> Iterator[tuple[str, str, str, str, str]]:
    hours = _hours(grid)
    for side, wanted in (("tunegrid", 1.6), (BFLOAT16, 2.2)):
        if side in hours:
            what = f"whole grid, {side}: times `fit`"
            yield _at_least("S3", what, hours["fit"] / hours[side], wanted)


def _peer_goals(peers: Mapping) -> Iterator[tuple[str, str, str, str, str]]:
    ours = _seconds(peers["tunegrid"])
    for name, rounds in peers.items():
        if name != "tunegrid":
            what = f"eight configurations, start-up included: times {name}"
            yield _at_least("S3", what, _seconds(rounds) / ours, 1.6)


def _hours(grid: Mapping) -> dict[str, float]:
    """Estimate the hours of the whole grid, by side."""
    names = [name_of(run) for run in whole_grid()]
    shared = [side for side in SIDES if all(side in one for one in grid.values())]
    return {side: estimate(grid, names, side) / 3600 for side in shared}


def _machine(machine: Mapping) -> str:
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    return (
        f"{machine['memory_gib']} GiB, {machine['system']}, Python {machine['python']}; {packages}."
    )


def _rates(rates: Mapping) -> list[str]:
    rows = []
    for name, sides in rates["featured"].items():
        row = {"configuration": name}
        for side in sides:
            row[SIDES[side]] = round(sides[side]["train"])
        row["times `fit`"] = sides["tunegrid"]["train"] / sides["fit"]["train"]
        row["of the peak"] = f"{_share(sides['tunegrid'], rates['peak']['tunegrid']):.0%}"
        if BFLOAT16 in sides:
            row["bfloat16, times `fit`"] = sides[BFLOAT16]["train"] / sides["fit"]["train"]
        rows.append(row)
    peak = rates["peak"]["tunegrid"]
    return [
        "## Images a second in training, all cores",
        f"Peak of the machine in a float32 matrix product, all cores: {peak:.0f} GFLOP/s.",
        _kable(pd.DataFrame(rows)),
    ]


def _grid(grid: Mapping) -> list[str]:
    rows = [
        {"the 65 configurations, 20 epochs": SIDES[side], "hours": value}
        for side, value in _hours(grid).items()
    ]
    title = f"## The whole grid, estimated from {len(grid)} of its configurations"
    return [title, _kable(pd.DataFrame(rows)), *_check(grid)]


def _check(grid: Mapping) -> list[str]:
    """Hold the estimate against the table that was really trained, if it was on this machine."""
    if not RESULTS.is_file():
        return []
    with RESULTS.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["outcome"] == "done"]
    trained = [row for row in rows if row["experiment"] == "two-layer"]
    names = ["-".join(row[f"layer{n}"] for n in ("1", "2", "dense")) for row in trained]
    if not names:
        return []
    one_by_one = sum(float(row["seconds"]) for row in trained) / 2 / 60
    estimated = estimate(grid, names, "tunegrid") / 60
    text = (
        f"Of the two-layer table {len(names)} runs are in reports/results, trained by two workers "
        f"in {one_by_one:.0f} minutes; the estimate for them is {estimated:.0f}."
    )
    return [text]


def _peers(peers: Mapping) -> list[str]:
    ours = _seconds(peers["tunegrid"])
    rows = [
        {
            "by": name,
            "seconds": _seconds(rounds),
            "times tunegrid's": _seconds(rounds) / ours,
            "memory, MiB": round(max(one["memory"] for one in rounds)),
            "mean accuracy": statistics.fmean(rounds[0]["accuracies"]),
        }
        for name, rounds in peers.items()
    ]
    title = "## Eight configurations, 2 epochs of 10 000 images: whole time"
    return [title, _kable(pd.DataFrame(rows), digits=3)]


def _seconds(rounds: list[Mapping]) -> float:
    return statistics.median(one["seconds"] for one in rounds)


def _profile(profiles: Mapping) -> list[str]:
    frame = pd.DataFrame([{"configuration": name, **one} for name, one in profiles.items()])
    return ["## Where a step goes: milliseconds on one thread", _kable(frame)]


def _simple(title: str) -> object:
    def table(values: Mapping[str, float]) -> list[str]:
        frame = pd.DataFrame({"what": list(values), "seconds": list(values.values())})
        return [f"## {title}", _kable(frame, digits=3)]

    return table


def _share(rate: Mapping[str, float], peak: float) -> float:
    return rate["train"] * rate["operations"] / 1e9 / peak


def _at_least(goal: str, what: str, value: float, wanted: float) -> tuple[str, str, str, str, str]:
    return goal, what, f"{wanted:g}", f"{value:.2f}", _said(value >= wanted)


def _below(goal: str, what: str, seconds: float, limit: float) -> tuple[str, str, str, str, str]:
    return goal, what, f"{limit:g} s", f"{seconds:.2f} s", _said(seconds < limit)


def _said(reached: object) -> str:
    return "yes" if reached else "no"


def _kable(frame: pd.DataFrame, digits: int = 2) -> str:
    return str(kable(frame, format="pipe", digits=digits))


_TABLES = {
    "rates": _rates,
    "grid": _grid,
    "peers": _peers,
    "profile": _profile,
    "startup": _simple("Start-up, median of 15"),
    "stores": _simple("Tables and stores"),
}
