"""R from Python, through rpy2: frames both ways, knitr's kable, R scripts, R Markdown."""

from .bridge import check_bridge
from .converter import converter
from .from_r import from_r
from .to_r import to_r
from .verbs import r_grid, r_kable, render_rmd

__all__ = ["check_bridge", "converter", "from_r", "r_grid", "r_kable", "render_rmd", "to_r"]
