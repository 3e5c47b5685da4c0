"""What a run's model gets wrong of its test images, and how certain it is of that."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data.reading import load_dataset
from ..data.sources import find_data
from ..data.split import Split
from ..errors import StoreError
from ..plan.runs import RunSpec
from ..store.store import Store
from ..store.upkeep.soundness import wrong_prediction
from .kept_model import build, kept_weights, load

#: Examples that go through a model together.
_TOGETHER = 256


@dataclass(frozen=True, eq=False)
class Predicted:
    """The test part of a run's data, and what its model makes of it after the last epoch.

    Attributes:
        examples: (n, *shape), as the data set has them.
        labels, classes: int (n,), what they are and what the model says, from 0.
        certainty: (n,), what the model gives for the class that it says, 1 at most where it ends
            in a softmax; None where the weights were not kept.
    """

    examples: np.ndarray
    labels: np.ndarray
    classes: np.ndarray
    certainty: np.ndarray | None

    def mistakes(self, most: int) -> list[int]:
        """Name mistakes by their places from 0: those that the model is most certain of first.

        Without certainty: the first of each confusion, the most frequent confusion first.
        """
        wrong = np.flatnonzero(self.labels != self.classes)
        if self.certainty is not None:
            return wrong[np.argsort(-self.certainty[wrong], kind="stable")][:most].tolist()
        pairs = np.stack([self.labels[wrong], self.classes[wrong]], axis=1)
        _, first, counts = np.unique(pairs, axis=0, return_index=True, return_counts=True)
        return wrong[first[np.argsort(-counts, kind="stable")]][:most].tolist()


def predicted(
    store: Store, key: str, weights_sha256: str | None, spec: RunSpec, data_dir: str | Path | None
) -> Predicted:
    """Hold what a run predicted against its data, and ask its model how certain it was.

    Raises:
        DataMissingError: when the data is not on this machine.
        DataError: when it is damaged.
        StoreError: when the predictions or the weights are.
    """
    source = find_data(
        spec.data.dataset, spec.data.digest, store=store.folder, data_dir=data_dir, download=False
    )
    split = spec.data.split_of(load_dataset(source))
    query = "SELECT loss, accuracy, classes FROM prediction WHERE run = :run AND after = 'last'"
    score = next(iter(store.rows(query, {"run": key})), None)
    wrong = wrong_prediction(score, None, spec, split.y_test)
    if wrong:
        raise StoreError(f"Run {key[:12]} {wrong}: see `tune-grid verify` and `tune-grid repair`.")
    classes = spec.data.predicted(score["classes"]).astype(int)
    certainty = None
    if weights_sha256 is not None:
        outputs = _outputs(kept_weights(store, spec, weights_sha256), spec, split)
        certainty = np.take_along_axis(outputs, classes[:, None], axis=1)[:, 0]
    is_turned = spec.data.orientation == "transposed"
    examples = split.x_test.swapaxes(1, 2) if is_turned else split.x_test
    return Predicted(examples, split.y_test.astype(int), classes, certainty)


def _outputs(weights: bytes, spec: RunSpec, split: Split) -> np.ndarray:
    """Give what a model says of each test image, float (n, classes)."""
    from ..train.scale import Scale

    model = build(spec)
    load(model, weights, spec)
    scale = Scale.of(spec.data.scaling, split.x_train)
    starts = range(0, len(split.x_test), _TOGETHER)
    parts = (scale.scaled(split.x_test[start : start + _TOGETHER]) for start in starts)
    return np.concatenate([model.predict_on_batch(part) for part in parts])
