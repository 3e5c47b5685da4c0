"""Where a step's time goes: the featured configurations, one thread, by kind of operation.

From TensorFlow's own profiler; what is in no operation is the loop and the calls between them.
"""

import collections
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from work import FEATURED, featured, images_of

from tunegrid.running.process import worker_environment

STEPS = 100
KINDS = {
    "convolution": ("Conv2D",),
    "dense": ("MatMul",),
    "pooling": ("MaxPool",),
    "ReLU, backward": ("ReluGrad",),
    "dropout": ("select_fusion",),
    "optimizer": ("multiply_", "wrapped_", "add_fusion", "L2Loss"),
}


def measure() -> dict[str, dict[str, float]]:
    """Profile each featured configuration in a process of one thread; give ms a step by kind."""
    spec = next(iter(featured().values())).spec
    environment = worker_environment(spec, os.environ)
    return {
        name: json.loads(
            subprocess.run(
                [sys.executable, __file__, name],
                check=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            ).stdout
        )
        for name in FEATURED
    }


def profile(name: str) -> dict[str, float]:
    """Train some steps of a featured configuration, with and without the profiler."""
    import tensorflow as tf

    from tunegrid.train.engines import load_engine
    from tunegrid.train.one_run import _split, fresh_model

    spec = featured()[name].spec
    split = _split(images_of(spec), spec)
    seeds, _, dropout = spec.streams()
    engine = load_engine("tensorflow")(fresh_model(spec, seeds, dropout), split, spec)
    order = np.arange(STEPS * spec.batch_size, dtype=np.int32)
    engine.epoch(order)
    begin = time.perf_counter()
    engine.epoch(order)
    step = (time.perf_counter() - begin) / STEPS * 1e3
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        engine.epoch(order)
        tf.profiler.experimental.stop()
        (file,) = Path(folder).rglob("*.xplane.pb")
        spent = collections.Counter()
        for event, picoseconds in _self_times(file.read_bytes()):
            spent[_kind(event)] += picoseconds / STEPS / 1e9
    known = {kind: spent[kind] for kind in [*KINDS, "other operations"]}
    return {"step": step, **known}


def _kind(event: str) -> str:
    """Sort an event: an operation by what it does, a call between operations as `calls`."""
    for kind, parts in KINDS.items():
        if any(part in event for part in parts):
            return kind
    return "other operations" if ":" in event and "::" not in event else "calls"


def _self_times(serialized: bytes) -> Iterator[tuple[str, int]]:
    """Give each event of the processor with the time spent in it alone, in picoseconds."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    for plane in xplane_pb2.XSpace.FromString(serialized).planes:
        if plane.name.startswith("/host:CPU"):
            for line in plane.lines:
                yield from _line_times(plane.event_metadata, line.events)


def _line_times(names: Mapping, events: object) -> Iterator[tuple[str, int]]:
    open_events: list[tuple[int, str]] = []
    for event in sorted(events, key=lambda one: (one.offset_ps, -one.duration_ps)):
        name = names[event.metadata_id].name
        while open_events and open_events[-1][0] <= event.offset_ps:
            open_events.pop()
        if open_events:
            yield open_events[-1][1], -event.duration_ps
        yield name, event.duration_ps
        open_events.append((event.offset_ps + event.duration_ps, name))


if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps(profile(sys.argv[1])), file=out)
