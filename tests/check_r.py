"""Say whether `R CMD check` was content, and whether every test of R's ran."""

import re
import sys
from pathlib import Path

_ENDED = re.compile(r"\[ FAIL (\d+) \| WARN (\d+) \| SKIP (\d+) \| PASS (\d+) \]")


def complaints(folder: Path) -> list[str]:
    """List what is wrong; a note that the package is new to CRAN is not.

    Args:
        folder: tunegrid.Rcheck.
    """
    log = (folder / "00check.log").read_text(encoding="utf-8")
    checks = [text for text in log.split("\n* ") if re.search(r" (ERROR|WARNING|NOTE)\b", text)]
    found = [text for text in checks if not _is_expected(text)]
    outputs = [*folder.glob("tests/testthat.Rout"), *folder.glob("tests/testthat.Rout.fail")]
    ended = [match for file in outputs for match in _ENDED.findall(file.read_text("utf-8"))]
    if not ended:
        return [*found, "The tests of R did not come to their end."]
    failed, _, skipped, passed = map(int, ended[-1])
    print(f"{passed} expectations of R's tests hold, {failed} do not, {skipped} tests skipped.")
    if failed or skipped or not passed:
        found.append("Every test of R must run, and pass.")
    return found


def _is_expected(text: str) -> bool:
    first = text.partition("\n")[0]
    if first.startswith(("DONE", "Status:")):
        return True
    return "incoming feasibility" in first and "New submission" in text and "NOTE" in first


if __name__ == "__main__":
    wrong = complaints(Path(sys.argv[1]))
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)
