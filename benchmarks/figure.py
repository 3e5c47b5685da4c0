"""The featured configurations as a figure: images a second, by side."""

import math
from collections.abc import Mapping
from pathlib import Path

COLOURS = {
    "fit": "#9aa5b1",
    "fit × 32": "#627d98",
    "tunegrid": "#c2410c",
    "tunegrid bfloat16": "#f59e0b",
}


def draw(rates: Mapping[str, Mapping], title: str, file: Path) -> None:
    """Draw bars of images a second on a logarithmic axis, and write an SVG file."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "tunegrid"  # the same figure is the same file
    from matplotlib import pyplot as plt

    names = list(rates)
    sides = list(rates[names[0]])
    height = 0.8 / len(sides)
    figure, axes = plt.subplots(figsize=(8, 0.75 * len(names) + 1.2), layout="constrained")
    for number, side in enumerate(sides):
        places = [row + (number - (len(sides) - 1) / 2) * height for row in range(len(names))]
        values = [rates[name].get(side, {}).get("train", math.nan) for name in names]
        bars = axes.barh(places, values, height * 0.92, color=COLOURS[side], label=side)
        labels = ["" if math.isnan(value) else f"{value:,.0f}" for value in values]
        axes.bar_label(bars, labels, padding=3, fontsize=7)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("images a second in training, all cores")
    axes.set_title(title, fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.4, -0.12), ncols=4)
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
