"""What the renderers get: a table of text, and how to mark it up."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A table of text.

    Args:
        columns: the cells of each column, the row names first where they are shown.
        rows: how many there are, also where there is no column.
        names: the names of the columns; None for a table without a head.
        align: l, c or r for each column, in LaTeX any specification; None for none.
    """

    columns: list[list[str]]
    rows: int
    names: list[str] | None
    align: list[str] | None


@dataclass(frozen=True, kw_only=True)
class Markup:
    """How to mark a table up: kable's arguments for single formats, with kable's defaults.

    Args:
        caption: stands above the table, with its label in it; None for none.
        escape: whether HTML and LaTeX show their special characters as such.
        table_attr: HTML: attributes of `<table>`.
        padding: pipe, simple, jira, org: blanks between text and separator.
        newline: pipe, simple, jira, org: what replaces a newline in a cell; None to keep it.
        rownames_name: pipe, simple, rst, jira, org: what replaces an empty first name; None for
            none, in rst a backslash.
        caption_label: pipe, org: what introduces the caption; None for the format's own.
        booktabs: LaTeX: horizontal rules only, those of the package booktabs.
        longtable: LaTeX: a table that breaks over pages.
        tabular: LaTeX: the environment; None for tabular, or longtable.
        valign: LaTeX: the environment's argument before the columns; None for `[t]` where there
            is a caption.
        position: LaTeX: where the table may float.
        centering: LaTeX: whether a table with a caption is centred.
        vline: LaTeX: what stands between columns; None for a line, with booktabs for nothing.
        toprule: LaTeX: the rule above; None for the default, False for none.
        midrule: LaTeX: the rule below the head; None for the default.
        bottomrule: LaTeX: the rule below; None for the default, False for none.
        linesep: LaTeX: what follows each row, repeated; None for the default.
        caption_short: LaTeX: the caption in the list of tables.
        table_envir: LaTeX: the environment around; None for `table` where there is a caption.
    """

    caption: str | None = None
    escape: bool = True
    table_attr: str | None = None
    padding: int = 1
    newline: str | None = None
    rownames_name: str | None = None
    caption_label: str | None = None
    booktabs: bool = False
    longtable: bool = False
    tabular: str | None = None
    valign: str | None = None
    position: str = ""
    centering: bool = True
    vline: str | None = None
    toprule: str | bool | None = None
    midrule: str | None = None
    bottomrule: str | bool | None = None
    linesep: str | tuple[str, ...] | None = None
    caption_short: str = ""
    table_envir: str | None = None


#: What the C library calls space in a UTF-8 locale: no non-breaking ones, no U+0085.
BLANKS = (
    "\t\n\v\f\r \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a"
    "\u2028\u2029\u205f\u3000"
)


def is_blank(text: str) -> bool:
    r"""Tell whether there is nothing to see in a text, as R's `^\s*$` does."""
    return not text.strip(BLANKS)
