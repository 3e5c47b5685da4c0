"""Tables in HTML."""

from ..versions import Knitr
from .layout import Cells, Markup

_STYLES = {
    letter: f' style="text-align:{side};"'
    for letter, side in {"l": "left", "c": "center", "r": "right"}.items()
}
_BLANKS = " \t\r\n"


def render_html(cells: Cells, markup: Markup, knitr: Knitr) -> str:
    """Render a table in HTML, each cell with its alignment."""
    attributes = (markup.table_attr or "").strip(_BLANKS)
    opening = f"<table {attributes}>" if attributes else "<table>"
    if markup.caption is not None:
        opening += f"\n<caption>{markup.caption}</caption>"
    styles = [_STYLES[letter] for letter in cells.align or ()] or [""] * len(cells.columns)
    columns = [[_escape(text, markup, knitr) for text in texts] for texts in cells.columns]
    # R makes one empty row of none
    rows = zip(*columns, strict=True) if cells.rows and columns else [()] * max(cells.rows, 1)
    body = ["  <tr>\n" + _row("td", styles, row) + "\n  </tr>" for row in rows]
    head = [] if cells.names is None else _head(cells.names, styles, markup, knitr)
    return "\n".join([opening, *head, "<tbody>", *body, "</tbody>", "</table>"])


def _head(names: list[str], styles: list[str], markup: Markup, knitr: Knitr) -> list[str]:
    names = [_escape(name, markup, knitr) for name in names]
    return [" <thead>", "  <tr>", _row("th", styles, names), "  </tr>", " </thead>"]


def _row(tag: str, styles: list[str], texts: list[str] | tuple[str, ...]) -> str:
    cells = zip(styles[: len(texts)], texts, strict=True)
    return "\n".join(f"   <{tag}{style}> {text} </{tag}>" for style, text in cells)


def _escape(text: str, markup: Markup, knitr: Knitr) -> str:
    if not markup.escape:
        return text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;") if knitr.quotes_escaped else text
