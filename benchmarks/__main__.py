"""Measure what this machine can measure, print it, and keep it under benchmarks/results.

`make bench`, or `python benchmarks PART …` for some of: startup, rates, grid, peers, profile,
stores, memory, equality. It reports, and passes no judgement; run nothing beside it. All of it
takes about half an hour on two cores.
"""

import datetime as dt
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import equality
import figure
import machine
import memory
import peers
import rates
import report
import startup
import steps
import stores

RESULTS = Path(__file__).with_name("results")
PARTS = {
    "startup": startup.measure,
    "rates": rates.measure,
    "grid": rates.measure_grid,
    "peers": peers.measure,
    "profile": steps.measure,
    "stores": stores.measure,
    "memory": memory.measure,
    "equality": equality.measure,
}


def main(asked: list[str]) -> None:
    """Measure the parts that were asked for, all by default."""
    if unknown := set(asked) - set(PARTS):
        sys.exit(f"There is no part {', '.join(unknown)}: choose from {', '.join(PARTS)}.")
    today = dt.datetime.now(dt.UTC).date().isoformat()
    described = machine.describe()
    file = RESULTS / f"{today}-{_slug(described['processor'])}.json"
    # Parts may be measured one by one: what this machine said earlier today stays.
    found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    found |= {"date": today, "machine": described}
    for part in asked or PARTS:
        print(f"-- {part}", file=sys.stderr)
        found[part] = _measure(part, found)
        file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = report.render(found)
    file.with_suffix(".md").write_text(text, encoding="utf-8")
    if "rates" in found:
        title = f"{described['processor']}, {described['cores']} cores"
        figure.draw(found["rates"]["featured"], title, file.with_suffix(".svg"))
    print(text)


def _measure(part: str, found: Mapping[str, object]) -> object:
    featured = found.get("rates", {}).get("featured", {})
    if part == "grid":
        return rates.measure_grid(featured)
    if part == "peers":
        more = f"fit × {rates.EXECUTION}"
        quicker = {
            name: rates.EXECUTION
            for name, one in featured.items()
            if more in one and one[more]["train"] > one["fit"]["train"]
        }
        return peers.measure(quicker)
    return PARTS[part]()


def _slug(name: str) -> str:
    return re.sub(
        r"[^a-z0-9]+", "-", re.sub(r"\(r\)|\(tm\)|cpu|processor", "", name.lower())
    ).strip("-")


if __name__ == "__main__":
    main(sys.argv[1:])
