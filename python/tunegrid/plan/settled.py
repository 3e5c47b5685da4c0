"""What must hold between the settings of a run and its data, wherever they come from."""

from collections.abc import Mapping

from ..architectures import ARCHITECTURES, check_classes
from ..data.datasets import Dataset
from ..data.split import held_out
from ..errors import SpecError


def settle(settings: Mapping[str, object], data: Dataset) -> dict[str, object]:
    """Check settings against each other and the data.

    Args:
        settings: each by itself as `check_settings` has them.
        data: what is learned from.

    Returns:
        The settings, with a seed where something is drawn, and without a train_size that is all
        of the images: that is the same as none.

    Raises:
        SpecError: naming what does not go together.
    """
    settings = _with_seed(settings)
    _check_split(settings, data)
    _check_examples(settings, data)
    fold, folds = settings.get("fold"), settings.get("folds")
    sizes = {"validation_size": settings["validation_size"], "fold": fold, "folds": folds}
    there = data.train_images - held_out(data.train_images, **sizes)
    size = settings.get("train_size", there)
    if not 1 <= size <= there:
        after = "the fold is held out" if fold else f"validation_size = {sizes['validation_size']}"
        raise SpecError(
            f"train_size = {size} is more than the {max(there, 0)} training images that are left "
            f"after {after}."
        )
    ARCHITECTURES[settings["architecture"]].resolve(settings, data.input_shape, data.classes)
    if "keras_json" in settings:
        check_classes(str(settings["keras_json"]), data.classes)
    return {name: v for name, v in settings.items() if name != "train_size" or v < there}


def _is_drawn(settings: Mapping[str, object]) -> bool:
    return settings.get("split") == "pooled" or settings["validation"] == "fold"


def _with_seed(settings: Mapping[str, object]) -> Mapping[str, object]:
    """Draw with seed 1 where something is drawn and no seed is given."""
    return {"split_seed": 1, **settings} if _is_drawn(settings) else settings


def _check_split(settings: Mapping[str, object], data: Dataset) -> None:
    held = settings["validation_size"]
    if held >= data.train_images:
        raise SpecError(
            f"validation_size = {held} leaves nothing of the {data.train_images} training images."
        )
    if (settings["validation"] in ("first", "last")) != (held > 0):
        raise SpecError("validation_size belongs to validation = 'first' or 'last' only.")
    fold, folds = settings.get("fold"), settings.get("folds")
    if settings["validation"] != "fold":
        if fold is not None or folds is not None:
            raise SpecError("fold and folds belong to validation = 'fold' only.")
    elif fold is None or folds is None or not 1 <= fold <= folds or folds < 2:  # noqa: PLR2004
        raise SpecError(
            f"validation = 'fold' needs folds (2 or more) and fold (1 to folds), not "
            f"folds = {folds} and fold = {fold}."
        )
    elif folds > data.train_images:
        raise SpecError(
            f"folds = {folds} is more than the {data.train_images} training images: some would "
            f"be empty."
        )
    if "split_seed" in settings and not _is_drawn(settings):
        raise SpecError("split_seed belongs to split = 'pooled' and to validation = 'fold' only.")


def _check_examples(settings: Mapping[str, object], data: Dataset) -> None:
    """Refuse what cannot be done to examples of this kind."""
    if settings["scaling"] == "unit" and data.dtype != "uint8":
        raise SpecError(
            f"scaling = 'unit' divides bytes by 255, and {data.name} holds other numbers: choose "
            f"'none' or 'standard'."
        )
    if len(data.shape) > 1:
        return
    if settings["orientation"] == "transposed":
        raise SpecError(f"orientation = 'transposed' is for images; {data.name} holds vectors.")
    if settings.get("rotation"):
        raise SpecError(f"rotation turns images; {data.name} holds vectors.")
