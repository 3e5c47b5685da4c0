"""In which order runs are trained: the longest first, so that no core ends long after another."""

import json
import math
from collections.abc import Iterable, Sequence

from ..architectures.registry import levels
from ..plan.plans import PlannedRun
from ..plan.runs import RunSpec


def longest_first(runs: Iterable[PlannedRun]) -> list[PlannedRun]:
    """Order runs by replicate, and within one by how long they will take, the longest first.

    First replicates stay before second ones: when time runs out, every configuration has as many
    replicates as any other, give or take one.
    """
    return sorted(runs, key=lambda one: (one.replicate, -relative_cost(one.spec), one.key))


def relative_cost(spec: RunSpec) -> float:
    """Guess how long a run takes beside others, in multiplications of its training.

    A convolution halves the image's sides for the next layer, as if pooling followed each; the
    layers of a model that is given as JSON are taken in the order in which they are written.
    It is exact for nothing, and right about which of two runs is much longer.
    """
    convolutions, dense = _widths(spec)
    data = spec.data.described
    *sides, before = data.input_shape
    side, total = math.prod(sides) ** 0.5, 0.0
    for count in convolutions:
        total += side**2 * 9 * before * count
        side, before = side / 2, count
    before *= side**2
    for count in [*dense, data.classes]:
        total += before * count
        before = count
    return total * spec.epochs * (spec.data.train_size or data.train_images)


def _widths(spec: RunSpec) -> tuple[Sequence[int], Sequence[int]]:
    """Give the filters of the convolutions and the units of the dense layers."""
    parameters = dict(spec.model.parameters)
    if "keras_json" in parameters:
        configs = [one["config"] for one in _layers(json.loads(parameters["keras_json"]))]
        return tuple(
            [one[name] for one in configs if isinstance(one.get(name), int)]
            for name in ("filters", "units")
        )
    last = [parameters["layerdense"]] if "layerdense" in parameters else []
    return levels(parameters, "layer"), [*levels(parameters, "dense"), *last]


def _layers(model: dict) -> Iterable[dict]:
    """Give the layers of a model in Keras's JSON, those of models inside it too."""
    for layer in model["config"].get("layers", []):
        yield from _layers(layer) if "layers" in layer.get("config", {}) else [layer]
