"""What is doubtful of data of one's own, though it can be trained."""

from ..errors import listed, quoted
from .datasets import Dataset

#: Classes that a sentence lists.
_SHOWN = 6


def doubts(dataset: Dataset) -> list[str]:
    """Say in sentences what of a data set's labels can hardly be meant.

    Args:
        dataset: with the counts of its classes; of one without nothing is known.
    """
    counts = list(zip(dataset.train_counts, dataset.test_counts, strict=True))
    said = []
    if counts and not any(counts[0]) and not dataset.class_names:
        said.append(
            f"No example is of class 0, the first of {len(counts)}: do your labels begin at 1? "
            f"They must count from 0."
        )
    unknown = [label for label, (train, test) in enumerate(counts) if test and not train]
    if unknown:
        tested = sum(counts[label][1] for label in unknown)
        names = [
            f"{label} ({quoted(dataset.class_names[label], 40)})"
            if dataset.class_names
            else str(label)
            for label in unknown
        ]
        which = listed(names, _SHOWN)
        what = f"class {which}" if len(unknown) == 1 else f"the classes {which}"
        are = "example is" if tested == 1 else "examples are"
        said.append(
            f"{tested} test {are} of {what}, of which there is no training example: no model can "
            f"learn it."
        )
    return said
