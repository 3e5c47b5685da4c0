"""Inputs as a stranger could send them, for tests that try many: see `law`."""

import datetime as dt
import json
import math
import resource
import time
import tomllib
import warnings
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisWarning

from tunegrid.errors import TunegridError, shown
from tunegrid.study.study import STUDIES

#: How often a law is tried: in every run, and in a long one.
tried = pytest.mark.parametrize("count", [200, pytest.param(20_000, marks=pytest.mark.long)])

_SECONDS, _KIB = 2, 1 << 20


def law(count: int, examples: st.SearchStrategy) -> Callable[[Callable], None]:
    """Hold a law on so many examples, each within 2 s of the processor, all within 1 GiB more."""

    def hold(check: Callable) -> None:
        def timed(example: object) -> None:
            began = time.process_time()
            check(example)
            assert time.process_time() - began < _SECONDS

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        how = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Generating overly large repr", HypothesisWarning)
            settings(max_examples=count, **how)(given(examples)(timed))()
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < _KIB

    return hold


def said(error: TunegridError) -> None:
    """Hold that an error is one line that a terminal can show."""
    text = str(error)
    assert text
    assert shown(text) == text
    assert "\n" not in text
    assert len(text) < 4000, text


texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "\x1b]0;a\x07", "\u202e", "../secret.csv", "/etc/passwd", "/dev/zero", "x" * 50_000,
         "NA", "nan", "16", "__import__('os')", "layer1 == 16", "experiment == 'one-layer'",
         "fashion_mnist", "kh2021", "accuracy", "a.csv", "\0", "%s", "{0}", "[" * 500],
    ),
)  # fmt: skip
numbers = st.one_of(
    st.integers(-3, 70),
    st.floats(),
    st.sampled_from([10**8, 2**63, -(2**64), 10**400, 1e308, 1e-320, 0.5, 0.1, -0.0]),
)
scalars = st.one_of(texts, numbers, st.booleans())
values = st.recursive(
    st.one_of(scalars, st.dates(), st.times(), st.datetimes()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)


def toml(value: object) -> str:
    """Write a value as TOML, tables in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(name)} = {toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, float):
        return str(value) if math.isfinite(value) else str(value).replace("nan", "-nan")
    return json.dumps(value) if isinstance(value, (bool, int)) else _key(value)


def _key(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


SHIPPED = {
    folder.name: {file.name: file.read_bytes() for file in folder.iterdir()}
    for folder in sorted(STUDIES.iterdir())
}


@st.composite
def changed_values(draw: st.DrawFn) -> tuple[str, bytes]:
    """Give a study that ships with one to three of its values, keys or tables changed."""
    name = draw(st.sampled_from(list(SHIPPED)))
    whole = tomllib.loads(SHIPPED[name]["study.toml"].decode())
    for _ in range(draw(st.integers(1, 3))):
        node = whole
        while True:
            places = list(node) if isinstance(node, dict) else range(len(node))
            place = draw(st.sampled_from(places))
            inner = node[place]
            if not (isinstance(inner, (dict, list)) and inner and draw(st.integers(0, 5))):
                break
            node = inner
        match draw(st.integers(0, 3)), node:
            case 0, dict():
                node[draw(texts)] = node.pop(place)
            case 1, _:
                del node[place]
            case 2, list():
                node.append(node[place])
            case _:
                node[place] = draw(values)
        if not whole:
            break
    return name, "\n".join(f"{_key(key)} = {toml(one)}" for key, one in whole.items()).encode()


@st.composite
def changed_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """Give bytes with some left out, put in, or there twice."""
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(content)))
        end = min(begin + draw(st.integers(0, 40)), len(content))
        junk = draw(st.one_of(st.binary(max_size=8), scalars.map(lambda one: toml(one).encode())))
        there = draw(st.sampled_from([junk, content[begin:end] * 2, content[begin:end] + junk]))
        content = content[:begin] + there + content[end:]
    return content


def changed_files(name: str) -> st.SearchStrategy[tuple[str, str, bytes]]:
    """Give a shipped study, one of its files, and what stands in it in place of its own."""
    return st.sampled_from(sorted(SHIPPED[name])).flatmap(
        lambda file: changed_bytes(SHIPPED[name][file]).map(lambda found: (name, file, found))
    )


#: Studies that ship, with one file each in which something is changed.
studies = st.one_of(
    changed_values().map(lambda found: (found[0], "study.toml", found[1])),
    st.sampled_from(list(SHIPPED)).flatmap(changed_files),
)

#: Texts that are nearly conditions.
conditions = st.one_of(
    texts,
    st.lists(
        st.sampled_from(
            ["layer1", "kernel", "==", "!=", "<", ">=", "in", "not", "and", "or", "(", ")", "[",
             "]", ",", "-", "16", "1e400", "9" * 400, "0x" + "9" * 5000, "'a'", "b'a'", "1j",
             "None", "...", "f'{1}'", "lambda: 1", "layer1.real", "'\\d'", "1in", "\n", "#",
             ":=", "*"]
        ),
        max_size=30,
    ).map(" ".join),
)  # fmt: skip

#: A grid's rows, nearly.
grids = st.lists(
    st.dictionaries(
        st.one_of(st.sampled_from(["dense1", "dropout", "optimizer", "seed", "epochs"]), texts),
        st.one_of(scalars, st.none(), st.lists(scalars, max_size=2)),
        max_size=3,
    ),
    max_size=4,
)

_CELLS = st.one_of(texts, numbers.map(toml), st.sampled_from(["1", "0", "train", "test", '"', ""]))
_NAMES = st.one_of(
    st.sampled_from(["label", "part", "pixel1", "pixel2", "dense1", "dense2", "accuracy"]), texts
)

#: csv files, nearly.
csvs = st.one_of(
    st.binary(max_size=60),
    st.builds(
        lambda names, rows: "\n".join(",".join(row) for row in [names, *rows]).encode(),
        st.lists(_NAMES, max_size=4),
        st.lists(st.lists(_CELLS, max_size=4), max_size=5),
    ),
)
