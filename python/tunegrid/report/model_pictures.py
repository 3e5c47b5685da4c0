"""The pictures of a model's page, as addresses that hold their own data."""

import base64
import io
from collections.abc import Sequence

import numpy as np

from .drawings.canvas import COLOURS, MARKS, axes, styled


def curve_picture(trained: Sequence[float], validated: Sequence[float], scored_on: str) -> str:
    """Draw accuracy after each epoch, of what was trained on and of what was scored on."""
    epochs = range(1, len(trained) + 1)
    content = io.BytesIO()
    with styled():
        figure, panel = axes(height=3.6)
        named = {"training images": trained, f"{scored_on} images": validated}
        for (name, values), colour, mark in zip(named.items(), COLOURS, MARKS, strict=False):
            panel.plot(epochs, values, f"{mark}-", color=colour, markersize=4, label=name)
        panel.set(xlabel="epoch", ylabel="accuracy")
        panel.xaxis.get_major_locator().set_params(integer=True)
        panel.legend(frameon=False)
        figure.savefig(content, format="svg", metadata={"Date": None})
    return _embedded("image/svg+xml", content)


def image_picture(example: np.ndarray) -> str | None:
    """Draw an image of one channel or of three; None for what is no such image.

    Args:
        example: (height, width), (height, width, channels) or (features,); bytes, or any floats,
            of which the least is drawn black and the largest white.
    """
    if example.ndim == len(("height", "width", "channels")) and example.shape[-1] == 1:
        example = example[..., 0]
    is_colour = example.ndim == len(("height", "width", "channels"))
    if example.ndim == 1 or (is_colour and example.shape[-1] != len("RGB")):
        return None
    if example.dtype != np.uint8:
        low, high = float(example.min()), float(example.max())
        example = ((example - low) / ((high - low) or 1) * 255).astype(np.uint8)
    content = io.BytesIO()
    with styled():
        from matplotlib.image import imsave

        imsave(content, example, cmap="gray", vmin=0, vmax=255, format="png")
    return _embedded("image/png", content)


def _embedded(kind: str, content: io.BytesIO) -> str:
    return f"data:{kind};base64,{base64.b64encode(content.getvalue()).decode()}"
