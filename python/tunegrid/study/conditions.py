"""Conditions on named columns: ``layer1 == 16 and layerdense in (16, 32)``.

One small language serves the grid rules of a study, the differences between its protocols and
the ``--where`` of the command. Python's parser reads it; nothing is ever evaluated as code.
"""

import ast
import functools
import operator
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from ..errors import SpecError, mistaken, quoted

_COMPARISONS: dict[type[ast.cmpop], Callable[..., bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda value, values: value in _listed(values),
    ast.NotIn: lambda value, values: value not in _listed(values),
}
_ALLOWED = (
    ast.Expression,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.Compare,
    *_COMPARISONS,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Tuple,
    ast.List,
)
#: The most characters of a condition.
MOST_LENGTH = 4000

_GRAMMAR = "write comparisons (==, !=, <, <=, >, >=, in (…)) joined by and, or, not"


@dataclass(frozen=True)
class Condition:
    """A condition, read once and asked of many rows.

    Attributes:
        text: the condition as it was written.
        columns: the names that it mentions.
    """

    text: str
    columns: frozenset[str]

    def matches(self, row: Mapping[str, object]) -> bool:
        """Say whether the row meets the condition.

        A comparison with a column that the row does not have is neither true nor false, as in
        SQL: the row is met only when the rest decides.

        >>> parse_condition("layer1 <= layer2").matches({"layer1": 16, "layer2": 32})
        True
        >>> parse_condition("layer3 != 16").matches({"layer1": 16})
        False
        >>> parse_condition("layer3 != 16 or layer1 == 16").matches({"layer1": 16})
        True
        """
        try:
            return _value(_tree(self.text).body, row) is True
        except RecursionError:
            raise SpecError("The condition is nested too deeply to be read.") from None
        except TypeError:
            raise SpecError(
                f"The condition '{quoted(self.text)}' compares a number with a text: "
                f"put quotes around texts only."
            ) from None


@functools.lru_cache(maxsize=1024)
def parse_condition(text: str) -> Condition:
    """Read a condition.

    Raises:
        SpecError: for anything but comparisons of columns and constants.
    """
    if not isinstance(text, str):
        raise mistaken("A condition", "a text, as 'layer1 == 16'", text)
    tree = _tree(text)
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or _is_bare(node):
            raise SpecError(f"The condition '{quoted(text)}' cannot be read: {_GRAMMAR}.")
    names = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    if not names:
        raise SpecError(f"The condition '{quoted(text)}' names no column: {_GRAMMAR}.")
    return Condition(text, names)


def check_columns(condition: Condition, known: Collection[str]) -> None:
    """Refuse a condition that names a column which no row has."""
    unknown = sorted(condition.columns - set(known))
    if unknown:
        raise SpecError(
            f"The condition '{quoted(condition.text)}' names {quoted(', '.join(unknown))}, "
            f"which is no column here: there are {quoted(', '.join(sorted(known)), 2000)}."
        )


def _listed(values: object) -> list:
    """Let `in (16)` mean what it says, although to Python that is a number in brackets."""
    return values if isinstance(values, list) else [values]


@functools.lru_cache(maxsize=256)
def _tree(text: str) -> ast.Expression:
    if len(text) > MOST_LENGTH:
        raise SpecError(
            f"The condition '{quoted(text)}' has {len(text)} characters, and {MOST_LENGTH} is the "
            f"most."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a backslash, or of 1in (1, 2)
            return ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise SpecError(f"The condition '{quoted(text)}' cannot be read: {_GRAMMAR}.") from None


def _is_bare(node: ast.AST) -> bool:
    """Find what is no truth value where one is needed: `layer1 and layer2`, or a lone `16`."""
    if isinstance(node, ast.Expression):
        parts = [node.body]
    elif isinstance(node, ast.BoolOp):
        parts = node.values
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        parts = [node.operand]
    else:
        return False
    negations = [part for part in parts if isinstance(part, ast.UnaryOp)]
    truths = (ast.Compare, ast.BoolOp, ast.UnaryOp)
    return not all(isinstance(part, truths) for part in parts) or any(
        isinstance(part.op, ast.USub) for part in negations
    )


def _value(node: ast.expr, row: Mapping[str, object]) -> object:
    match node:
        case ast.BoolOp(op=op, values=values):
            return _joined((_value(value, row) for value in values), isinstance(op, ast.Or))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            truth = _value(operand, row)
            return None if truth is None else not truth
        case ast.UnaryOp(operand=operand):
            number = _value(operand, row)
            return None if number is None else operator.neg(number)
        case ast.Compare():
            return _compare(node, row)
        case ast.Name(id=name):
            return row.get(name)
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return [_value(element, row) for element in elements]
    raise AssertionError(node)


def _joined(truths: Iterator[bool | None], decisive: bool) -> bool | None:
    """Join truths by `or` (True decides) or `and` (False does); None is not known."""
    unknown = False
    for truth in truths:
        if truth is decisive:
            return decisive
        unknown |= truth is None
    return None if unknown else not decisive


def _compare(node: ast.Compare, row: Mapping[str, object]) -> bool | None:
    """Compare; with a column that the row does not have the truth is not known, as in SQL."""
    left = _value(node.left, row)
    for op, comparator in zip(node.ops, node.comparators, strict=True):
        right = _value(comparator, row)
        if left is None or right is None:
            return None
        if not _COMPARISONS[type(op)](left, right):
            return False
        left = right
    return True
