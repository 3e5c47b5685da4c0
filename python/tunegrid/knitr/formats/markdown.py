"""Tables in plain text: pipe, simple, rst, jira and org, which share one engine."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..base_r.widths import display_widths
from ..versions import Knitr
from .layout import Cells, Markup, is_blank

_BAR = "&#124;"  # a cell's own |, which would end it
_LINK = re.compile(r"(?<!`)\[([^]]+)\]\(([^)]+)\)(?!`)")
_NARROWEST = 3  # columns; GitHub asks for three dashes


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """How a format draws its rules.

    Args:
        top: the character of the rule above the names; None for no rule.
        middle: that of the rule below the names; None is R's NA.
        bottom: that of the rule at the end; None for no rule.
        separator: what stands between cells.
        head_separator: what stands between cells of the first line.
        middles: gives the lines below the names, for a column's rule and its alignment.
    """

    top: str | None = None
    middle: str | None = None
    bottom: str | None = None
    separator: str = "  "
    head_separator: str = "  "
    middles: Callable[[str, str], list[str]] = lambda rule, _: [rule]


def render_pipe(cells: Cells, markup: Markup, knitr: Knitr) -> str:
    """Render a table with bars, as Pandoc and GitHub read it."""
    label = markup.caption_label if knitr.captions_introduced else None
    return "\n".join(_caption(_pipe(cells, markup, knitr), markup.caption, label))


def render_simple(cells: Cells, markup: Markup, knitr: Knitr) -> str:
    """Render a table without bars, as Pandoc reads it; one without rows has bars."""
    if not cells.rows:
        return render_pipe(cells, markup, knitr)
    blank = all(map(is_blank, cells.names or ()))
    lines = _draw(cells, _Grid(middle="-", bottom="-" if blank else None), markup, knitr)
    if len(cells.columns) == 1 and cells.names is not None:
        lines = [f" {line}" for line in lines]  # a lone --- would be a rule across the page
    return "\n".join(_caption(lines, markup.caption))


def render_rst(cells: Cells, markup: Markup, knitr: Knitr) -> str:
    """Render a table as reStructuredText, which has no caption."""
    name = "\\" if markup.rownames_name is None else markup.rownames_name
    grid = _Grid(top="=", middle="=", bottom="=")
    return "\n".join(_draw(cells, grid, Markup(padding=0, rownames_name=name), knitr))


def render_jira(cells: Cells, markup: Markup, knitr: Knitr) -> str:
    """Render a table as Jira's wiki reads it."""
    lines = _draw(cells, _Grid(separator="|", head_separator="||"), markup, knitr)
    if not lines:
        return ""
    first, *others = lines
    body = [f"||{first}||", *(f"|{line}|" for line in others[1:])]
    return "\n".join(_caption(body, markup.caption))


def render_org(cells: Cells, markup: Markup, knitr: Knitr) -> str:
    """Render a table as Emacs's Org mode reads it."""
    if knitr.org_alignment:
        grid = _Grid(
            middle="-", separator="|", head_separator="|", middles=_cookies(cells.names is not None)
        )
        lines = _draw(cells, grid, markup, knitr)
        rule = r"(?:---+[|])+---+"
        lines = _change_first(lines, rule, lambda line: line.replace("|", "+"))
        lines = [f"|{line}|" for line in lines]
    else:
        lines = _pipe(cells, markup, knitr)
        crossing = re.compile(r"([-:])[|]([-:])")
        lines = _change_first(lines, r"[-:|]+", lambda line: crossing.sub(r"\1+\2", line))
    label = "#+CAPTION:" if markup.caption_label is None else markup.caption_label
    return "\n".join(_caption(lines, markup.caption, label))


def _cookies(has_head: bool) -> Callable[[str, str], list[str]]:
    def middles(rule: str, align: str) -> list[str]:
        if not align:
            return [rule]
        return [f"<{align}>", rule] if has_head else [f"<{align}>"]

    return middles


def _change_first(lines: list[str], pattern: str, change: Callable[[str], str]) -> list[str]:
    """Change the first line that is a rule; it may be a row that looks like one, as in knitr."""
    for index, line in enumerate(lines):
        if re.fullmatch(pattern, line):
            return [*lines[:index], change(line), *lines[index + 1 :]]
    return lines


def _pipe(cells: Cells, markup: Markup, knitr: Knitr) -> list[str]:
    if cells.names is None:
        cells = replace(cells, names=[""] * len(cells.columns))
    grid = _Grid(middle="-", separator="|", head_separator="|", middles=_colons)
    return [f"|{line}|" for line in _draw(cells, grid, markup, knitr)]


def _colons(rule: str, align: str) -> list[str]:
    left = ":" if align in {"l", "c"} else rule[0]
    right = ":" if align in {"r", "c"} else rule[-1]
    return [left + rule[1:-1] + right]


def _caption(lines: list[str], caption: str | None, label: str | None = None) -> list[str]:
    if caption is None:
        return lines
    return [f"{'Table:' if label is None else label} {caption}", "", *lines]


def _draw(cells: Cells, grid: _Grid, markup: Markup, knitr: Knitr) -> list[str]:
    """Draw a table, the lines of all formats but their ends."""
    if not cells.columns or (not cells.rows and cells.names is None and not knitr.nothing_ruled):
        return []
    names = _head(cells, grid, markup)
    columns = [
        _column(texts, name, align, grid=grid, markup=markup, knitr=knitr)
        for texts, name, align in zip(
            cells.columns,
            names or [None] * len(cells.columns),
            cells.align or [""] * len(cells.columns),
            strict=True,
        )
    ]
    first, *others = zip(*columns, strict=True)
    lines = [grid.head_separator.join(first), *map(grid.separator.join, others)]
    if markup.newline is None or not knitr.newline:
        return lines
    return [line.replace("\n", markup.newline) for line in lines]


def _head(cells: Cells, grid: _Grid, markup: Markup) -> list[str] | None:
    if cells.names is None:
        return None
    names = cells.names
    if grid.head_separator == "|":
        names = [name.replace("|", _BAR) for name in names]
    return [markup.rownames_name or "", *names[1:]] if is_blank(names[0]) else names


def _column(
    texts: Sequence[str],
    name: str | None,
    align: str,
    *,
    grid: _Grid,
    markup: Markup,
    knitr: Knitr,
) -> list[str]:
    """Pad the lines of one column to a common width."""
    if grid.separator == "|":
        texts = [text.replace("|", _BAR) for text in texts]
    head = [] if name is None else [name]
    width = max(display_widths([_shown(text) for text in (*head, *texts)]), default=0)
    width = max(_NARROWEST, width + markup.padding * (1 if align in {"l", "r"} else 2))
    middle = _rule(grid.middle, width, knitr)
    lines = [
        *([] if grid.top is None else [grid.top * width]),
        *head,
        *grid.middles(middle, align),
        *texts,
        *([] if grid.bottom is None else [grid.bottom * width]),
    ]
    return [
        _pad(line, width - taken, align)
        for line, taken in zip(lines, display_widths(lines), strict=True)
    ]


def _rule(character: str | None, width: int, knitr: Knitr) -> str:
    if character is None:
        return "NA" * width if knitr.rules_repeated else "NA"
    return character * width


def _shown(text: str) -> str:
    """Give a text without the addresses of its links."""
    return _LINK.sub(r"\1", text) if "](" in text else text


def _pad(text: str, missing: int, align: str) -> str:
    if missing <= 0:
        return text
    left = 0 if align == "l" else missing if align == "r" else missing // 2
    return " " * left + text + " " * (missing - left)
