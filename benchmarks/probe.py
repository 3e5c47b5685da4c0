"""A process that trains a little of what it is told, and says how long that took.

It reads requests from standard input, a JSON object a line, and answers each with one:
`peak` (a matrix product), `prepare` (build and trace a model), `train` and `score` (the images of
the prepared one). `python benchmarks/probe.py engine|fit` is one side of the comparison.
"""

import json
import os
import sys
import time
from collections.abc import Callable

import numpy as np

WARM_UP = 8  # steps
SIDE = 4096
CALLS = 3  # of which the shortest says what a call costs


def main() -> None:
    """Serve requests until the end of standard input."""
    how, replies = sys.argv[1], os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no answer
    prepared: dict[str, Callable] = {}
    for line in sys.stdin:
        request = json.loads(line)
        match request.pop("do"):
            case "peak":
                answer = {"gflops": _peak(**request)}
            case "prepare":
                answer = _prepare(prepared, _SIDES[how], **request)
            case "train" | "score" as what:
                answer = {"seconds": _timed(prepared[what], *request.values())}
        print(json.dumps(answer), file=replies, flush=True)


def _timed(work: Callable, *args: object) -> float:
    begin = time.perf_counter()
    work(*args)
    return time.perf_counter() - begin


def _peak(precision: str) -> float:
    """Multiply two square matrices; give 10⁹ operations a second."""
    import tensorflow as tf

    matrix = tf.cast(tf.random.normal((SIDE, SIDE)), precision)
    product = tf.function(lambda: tf.matmul(matrix, matrix)[0, 0])
    product()
    return 2 * SIDE**3 / min(_timed(lambda: product().numpy()) for _ in range(4)) / 1e9


def _prepare(
    prepared: dict[str, Callable], side: Callable, spec: str, **more: object
) -> dict[str, float]:
    """Build, trace and warm up a model; give the seconds, and the operations of one image."""
    import keras
    from work import images_of, operations

    from tunegrid.plan.runs import RunSpec
    from tunegrid.train.one_run import _split, fresh_model

    prepared.clear()
    keras.backend.clear_session()
    begin = time.perf_counter()
    spec = RunSpec.from_json(spec)
    split = _split(images_of(spec), spec)
    seeds, _, dropout = spec.streams()
    model = fresh_model(spec, seeds, dropout)
    count = operations(model)
    prepared["train"], prepared["score"] = side(model, split, spec, **more)
    images = spec.batch_size * max(WARM_UP, more.get("steps_per_execution", 1))
    prepared["train"](images)
    seconds = time.perf_counter() - begin
    prepared["score"](250)
    call = min(_timed(prepared["train"], images) for _ in range(CALLS))
    return {"seconds": seconds, "operations": count, "images": images, "call": call}


def _engine(model: object, split: object, spec: object) -> tuple[Callable, Callable]:
    """Train as tunegrid does."""
    from tunegrid.train.engines import load_engine

    engine = load_engine("tensorflow")(model, split, spec)
    order = np.random.default_rng(1).permutation(len(split.x_train)).astype(np.int32)
    return (
        lambda count: engine.epoch(order[:count]),
        lambda count: engine.score(split.x_test[:count], split.y_test[:count]),
    )


def _fit(
    model: object, split: object, spec: object, *, steps_per_execution: int
) -> tuple[Callable, Callable]:
    """Train as the study did: `Model.fit` on arrays, which it shuffles."""
    from contestant import arrays, recompile

    recompile(model, steps_per_execution)
    (x, y), (x_test, y_test) = arrays(split, spec)
    return (
        lambda count: model.fit(x[:count], y[:count], batch_size=spec.batch_size, verbose=0),
        lambda count: model.evaluate(
            x_test[:count], y_test[:count], batch_size=spec.batch_size, verbose=0
        ),
    )


_SIDES = {"engine": _engine, "fit": _fit}

if __name__ == "__main__":
    main()
