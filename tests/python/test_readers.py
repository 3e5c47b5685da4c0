"""Files from elsewhere are opened by a few readers, each with its limits, and by nothing else."""

import re
from pathlib import Path

import tunegrid

ROOT = Path(tunegrid.__file__).parent

#: What opens a file, or reads one whole.
OPENS = re.compile(
    r"\bopen\(|\.read_text\(|\.read_bytes\(|\bread_csv\(|h5py\.File\(|sqlite3\.connect\("
    r"|(?:np|numpy)\.(?:load|genfromtxt|loadtxt|fromfile)\(|tomllib\.load|\bgzip\.(?:open|GzipFile)"
    r"|\bZipFile\(|\bimport (?:pickle|yaml|xml)\b"
)

#: Who reads what others may have made. Everything of theirs begins in `machine.outside`.
READERS = {
    "machine/outside.py": "any file, regular and bounded",
    "study/reading.py": "study files",
    "data/npz.py": "arrays",
    "machine/hdf5.py": "predictions and weights, from what `machine.outside` has opened",
    "store/form.py": "the schema that ships, which a store is held against",
    "store/database.py": "a store, once its folder is checked",
    "store/upkeep/salvage.py": "what is left of a damaged store, without links",
    "data/files.py": "csv files of data, from what `machine.outside` has opened",
}

#: Who opens what this machine or this program itself has made.
OWN = {
    "machine/files.py": "the digest of a file that is there",
    "machine/processor.py": "what the kernel says of the processor",
    "machine/quiet.py": "nothing at all",
    "running/process.py": "what the kernel says of memory",
    "store/owner.py": "what the kernel says of this machine and its processes",
    "train/precision.py": "what the kernel says of the processor",
    "train/one_run.py": "the weights that this process has just written",
    "knitr/base_r/widths.py": "a table that ships",
    "data/kept.py": "what is written there",
    "report/export.py": "what is written there",
    "report/model_page.py": "a template that ships",
    "report/models.py": "the model that Keras has just written",
    "report/predictions.py": "what is written there",
    "store/rescue.py": "a copy that is written there",
    "store/weights.py": "what is written there",
    "store/upkeep/repair.py": "a copy that is written there",
}


def test_only_readers_open_files():
    """Whoever needs another reader gives it limits, and a place in a list above."""
    opening = {
        str(file.relative_to(ROOT))
        for file in ROOT.rglob("*.py")
        if OPENS.search(file.read_text(encoding="utf-8"))
    }
    assert opening - set(OWN) <= set(READERS)
    assert set(READERS) <= opening
