"""What start-up costs, beside an empty Python, in one run.

Run it with `make bench`. It reports; it passes no judgement.
"""

import statistics
import subprocess
import sys
import time

from tabulate import tabulate

ROUNDS = 15
CASES = {
    "empty Python": ["-c", ""],
    "import tunegrid": ["-c", "import tunegrid"],
    "tune-grid --help": ["-m", "tunegrid", "--help"],
    "tune-grid run --help": ["-m", "tunegrid", "run", "--help"],
}


def seconds(words: list[str]) -> float:
    """Time one process, start to end."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    return time.perf_counter() - begin


def main() -> None:
    """Time every case in turn, round by round, and print the medians."""
    times = {name: [] for name in CASES}
    for _ in range(ROUNDS):
        for name, words in CASES.items():
            times[name].append(seconds(words))
    empty = statistics.median(times["empty Python"])
    rows = []
    for name, measured in times.items():
        median = statistics.median(measured)
        rows.append((name, f"{median:.3f}", f"{median - empty:+.3f}", f"{median / empty:.1f}"))
    headers = ["case", "median s", "more than empty, s", "ratio"]
    print(tabulate(rows, headers, tablefmt="pipe", disable_numparse=True))  # noqa: T201


if __name__ == "__main__":
    main()
