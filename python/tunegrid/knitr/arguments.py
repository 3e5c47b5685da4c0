"""kable's arguments: what they may be, and what they mean for a frame."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from numbers import Integral

from ..errors import SpecError
from .base_r.marks import Marks
from .base_r.numbers import Notation
from .cells import write_name
from .formats.layout import Markup
from .versions import Knitr

DIGITS = 7  # R's getOption("digits")
_MOST_DIGITS, _MOST_DECIMALS = 22, 20  # R's limits

_NOTATION = {field.name: field.type for field in fields(Notation) if field.name != "marks"}
_MARKS = [field.name for field in fields(Marks)]


def read_digits(digits: object, columns: int) -> list[int]:
    """Read `digits`: one whole number for all columns, or one for each."""
    if digits is None:
        return [DIGITS] * columns
    given = [digits] * columns if not _is_list(digits) else list(digits)
    if _is_list(digits) and len(given) == 1:
        given *= columns
    if len(given) != columns:
        raise SpecError(
            f"digits has {len(given)} values for {columns} columns: give one for all, or one each."
        )
    for digit in [digits] if not _is_list(digits) else given:
        if isinstance(digit, bool) or not isinstance(digit, Integral):
            raise SpecError(f"digits is {digit!r}: give whole numbers of decimals, such as 2.")
    return [int(digit) for digit in given]


def read_align(
    align: object, numeric: Sequence[bool], *, row_names: bool, latex: bool
) -> list[str] | None:
    """Read `align`: a string of letters, a list, False for none; by default numbers go right."""
    if align is None or (align is False and latex):
        letters = ["r" if number else "l" for number in numeric]
    elif align is False:
        return None
    else:
        letters = _recycle(_letters(align), len(numeric))
    if row_names:
        letters = ["l", *letters]
    for letter in letters:
        if not latex and letter not in {"l", "c", "r"}:
            raise SpecError(f"align has {letter!r}: write l, c or r for each column, as in 'lrr'.")
    return letters


def _letters(align: object) -> list[str]:
    if isinstance(align, str) and not re.search("[^lcr]", align):
        align = list(align)
    letters = [align] if isinstance(align, str) else list(align) if _is_list(align) else []
    if not letters or not all(isinstance(letter, str) for letter in letters):
        raise SpecError(f"align is {align!r}: write l, c or r for each column, as in 'lrr'.")
    if len(letters) == 1 and not re.search("[^lcr]", letters[0]):
        return list(letters[0]) or _letters(None)
    return letters


def _recycle(letters: list[str], columns: int) -> list[str]:
    return [letters[index % len(letters)] for index in range(columns)]


def read_names(
    col_names: object, own: Sequence[object], *, row_names: bool, knitr: Knitr
) -> list[str] | None:
    """Read `col_names`: a list, False for none, by default the frame's own names."""
    if col_names is False:
        return None
    if col_names is not None and not _is_list(col_names):
        raise SpecError(f"col_names is {col_names!r}: give a list of one name for each column.")
    given = list(own if col_names is None else col_names)
    names = [write_name(name) for name in given]
    if row_names and (len(given) == len(own) or not knitr.row_names_nameable):
        names = [" ", *names]
    if len(names) != len(own) + row_names:
        raise SpecError(
            f"col_names has {len(given)} names for {len(own)} columns: give one for each."
        )
    return names or None


def read_notation(format_args: object) -> Notation:
    """Read `format_args`, with R's names of arguments or with `_` for `.`."""
    if format_args is None:
        return Notation()
    if not isinstance(format_args, Mapping):
        raise SpecError(f"format_args is {format_args!r}: give a dict, as in {{'big_mark': ','}}.")
    given = {str(name).replace(".", "_"): value for name, value in format_args.items()}
    known = [*_NOTATION, *_MARKS]
    for name, value in given.items():
        if name not in known:
            raise SpecError(f"format_args has no '{name}': choose from {', '.join(known)}.")
        _check_format_argument(name, value)
    marks = {name: value for name, value in given.items() if name in _MARKS}
    rest = {name: value for name, value in given.items() if name not in _MARKS}
    return Notation(**rest, marks=Marks(**marks))


def _check_format_argument(name: str, value: object) -> None:
    wanted = {
        "digits": (_whole(value, 1, _MOST_DIGITS), f"a whole number from 1 to {_MOST_DIGITS}"),
        "nsmall": (_whole(value, 0, _MOST_DECIMALS), f"a whole number from 0 to {_MOST_DECIMALS}"),
        "scientific": (value is None or isinstance(value, int), "True, False or a whole number"),
        "drop0trailing": (isinstance(value, bool), "True or False"),
        "big_interval": (_whole(value, 1), "a whole number from 1"),
        "small_interval": (_whole(value, 1), "a whole number from 1"),
        "decimal_mark": (isinstance(value, str) and len(value) == 1, "one character"),
    }.get(name, (isinstance(value, str), "text"))
    if not wanted[0]:
        raise SpecError(f"{name} in format_args is {value!r}: it must be {wanted[1]}.")


def _whole(value: object, least: int, most: int | None = None) -> bool:
    if isinstance(value, bool) or not isinstance(value, Integral):
        return False
    return value >= least and (most is None or value <= most)


def read_caption(caption: object, label: object, *, latex: bool) -> str | None:
    """Read `caption` and `label`: LaTeX alone has labels, and only in a caption."""
    for name, value in (("caption", caption), ("label", label)):
        if value is not None and not isinstance(value, str):
            raise SpecError(f"{name} is {value!r}: it must be text, or None for no {name}.")
    if caption is None or label is None or not latex:
        return caption
    return f"\\label{{tab:{label}}}{caption}"


def read_markup(given: Mapping[str, object]) -> Markup:
    """Read the arguments that concern single formats."""
    known = [field.name for field in fields(Markup)]
    for name, value in given.items():
        if name not in known:
            raise SpecError(f"kable has no argument '{name}': choose from {', '.join(known)}.")
        _check_markup(name, value)
    return Markup(**given)


def _check_markup(name: str, value: object) -> None:
    default = getattr(Markup, name)
    wanted, ok = "text", isinstance(value, str)
    if isinstance(default, bool):
        wanted, ok = "True or False", isinstance(value, bool)
    elif name == "padding":
        wanted, ok = "a whole number from 0", _whole(value, 0)
    elif name == "linesep":
        wanted, ok = "text or a list of texts", ok or _is_texts(value)
    elif name in {"toprule", "bottomrule"}:
        wanted, ok = "text, or False for none", ok or value is False
    if not (ok or (value is None and default is None)):
        raise SpecError(f"{name} is {value!r}: it must be {wanted}.")


def _is_texts(value: object) -> bool:
    return _is_list(value) and len(value) > 0 and all(isinstance(text, str) for text in value)


def _is_list(value: object) -> bool:
    return hasattr(value, "__iter__") and hasattr(value, "__len__") and not isinstance(value, str)
