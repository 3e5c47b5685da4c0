"""Tables in LaTeX."""

import re
from itertools import cycle, islice

from ..versions import Knitr
from .layout import BLANKS, Cells, Markup

_STRETCHED = {"tabularx", "xltabular"}  # these need their width
_PAGED = {"longtable", "xltabular"}  # these hold their own caption, and do not float
#: What LaTeX would obey, and what it prints in its place.
SPECIAL = str.maketrans(
    {character: f"\\{character}" for character in "#$%&_{}"}
    | {"\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}"}
)
_BRACKET = re.compile(rf"^([{BLANKS}]*)\[")
_GROUPS_OF_FIVE = ("", "", "", "", "\\addlinespace")


def render_latex(cells: Cells, markup: Markup, knitr: Knitr) -> str:  # noqa: ARG001
    """Render a table in LaTeX, for the packages that its options name."""
    tabular = markup.tabular or ("longtable" if markup.longtable else "tabular")
    paged = tabular in _PAGED
    opening = f"\n\\begin{{{tabular}}}{_argument(tabular, markup)}{_columns(cells, markup)}"
    caption = _caption(markup)
    parts = [
        "" if paged else _environment(markup) + caption + _centering(markup),
        opening,
        f"{caption}\\\\" if paged and caption else "",
        _rule(markup.toprule, "top", markup),
        "\n",
        _head(cells, markup),
        _body(cells, markup),
        _rule(markup.bottomrule, "bottom", markup),
        f"\n\\end{{{tabular}}}",
        "" if paged else _environment_end(markup),
    ]
    return "".join(parts)


def _argument(tabular: str, markup: Markup) -> str:
    if markup.valign is None and markup.caption is None and tabular not in _STRETCHED:
        return ""
    valign = markup.valign
    if valign is None:
        valign = "{\\linewidth}" if tabular in _STRETCHED else "[t]"
    return valign if not valign or valign[0] in "[{" else f"[{valign}]"


def _columns(cells: Cells, markup: Markup) -> str:
    vline = markup.vline if markup.vline is not None else "" if markup.booktabs else "|"
    return "" if cells.align is None else "{" + vline.join(cells.align) + "}"


def _environment_name(markup: Markup) -> str | None:
    return markup.table_envir or (None if markup.caption is None else "table")


def _environment(markup: Markup) -> str:
    name = _environment_name(markup)
    position = f"[{markup.position}]" if markup.position else ""
    return "" if name is None else f"\\begin{{{name}}}{position}\n"


def _environment_end(markup: Markup) -> str:
    name = _environment_name(markup)
    return "" if name is None else f"\n\\end{{{name}}}"


def _caption(markup: Markup) -> str:
    if markup.caption is None:
        return ""
    short = f"[{markup.caption_short}]" if markup.caption_short else ""
    return f"\n\\caption{short}{{{markup.caption}}}"


def _centering(markup: Markup) -> str:
    return "\n\\centering" if markup.centering and markup.caption is not None else ""


def _rule(rule: str | bool | None, which: str, markup: Markup) -> str:
    if rule is False:
        return ""
    return "\n" + (rule if isinstance(rule, str) else _default_rule(which, markup))


def _default_rule(which: str, markup: Markup) -> str:
    return f"\\{which}rule" if markup.booktabs else "\\hline"


def _head(cells: Cells, markup: Markup) -> str:
    if cells.names is None:
        return ""
    midrule = markup.midrule if markup.midrule is not None else _default_rule("mid", markup)
    names = " & ".join(_escape(name, markup) for name in cells.names)
    return f"{names}\\\\\n{midrule if cells.rows else ''}\n"


def _body(cells: Cells, markup: Markup) -> str:
    columns = [[_escape(text, markup) for text in texts] for texts in cells.columns]
    rows = [" & ".join(row) for row in zip(*columns, strict=True)] if columns else [""] * cells.rows
    separators = [*islice(cycle(_separators(markup)), max(len(rows) - 1, 0)), ""]
    return "\n".join(
        row + "\\\\" + (f"\n{separator}" if separator else "")
        for row, separator in zip(rows, separators, strict=False)
    )


def _separators(markup: Markup) -> tuple[str, ...]:
    if markup.linesep is None:
        return _GROUPS_OF_FIVE if markup.booktabs else ("\\hline",)
    return (markup.linesep,) if isinstance(markup.linesep, str) else tuple(markup.linesep)


def _escape(text: str, markup: Markup) -> str:
    if markup.escape:
        text = text.translate(SPECIAL)
    # a [ would be read as an argument of booktabs's rule before it
    return _BRACKET.sub(r"\1{}[", text) if markup.booktabs else text
