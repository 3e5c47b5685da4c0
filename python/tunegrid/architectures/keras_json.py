"""A model of the user's own, as the JSON that Keras writes of it. Workers get no code."""

import inspect
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SpecError
from .kept_state import check_nothing_is_lost, single_layers
from .own_model import read_model
from .plain_json import DROPPED, check_plain
from .registry import Architecture, Shape

if TYPE_CHECKING:
    import keras

#: What models and inputs have anyway.
_DEFAULTS = {"trainable": True, "sparse": False, "ragged": False, "optional": False}

_REFERENCE = len(("name", "node", "tensor"))


def model_json(
    model: "keras.Model", *, shape: Shape | None = None, classes: int | None = None
) -> str:
    """Write a Keras model as JSON in one form, whatever version of Keras wrote it.

    Layers are called layer_1, layer_2, … in their order; nulls, defaults and versions are left
    out. So models with the same layers have the same text, and their runs the same keys.

    Args:
        model: of one input and one output, which gives a probability for each class; its weights
            are not kept.
        shape, classes: what it must take and how many it must tell apart; any by default.

    Raises:
        SpecError: when it is no such model; when its layers are others after the trip through
            JSON (a Sequential that has one layer object twice loses it there, without an error);
            when a layer holds something that is not in its JSON, as an adapted Normalization
            does.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise SpecError(f"A model must be a keras.Model, not {type(model).__name__}.")
    shapes = (model.input_shape, model.output_shape) if model.built else (None, None)
    if not all(_is_whole(shape) for shape in shapes) or len(shapes[1]) != len(("n", "classes")):
        raise SpecError(
            f"A model must have one input and one output of known shapes, not {shapes[0]} and "
            f"{shapes[1]}: begin with keras.Input((28, 28, 1)), end with a softmax over 10 (or "
            f"the shape and the classes of your data)."
        )
    if shape is not None:
        check_fits(model, shape, classes)
    _check_output(model)
    written = json.loads(model.to_json())
    before, text = list(_described(model)), _canonical(written, drop=True)
    again = _made_again(text, before)
    if again is None:
        text = _canonical(written, drop=False)  # some layers cannot be made without their defaults
        again = read_model(text)
    after = list(_described(again))
    if before != after:
        raise SpecError(
            f"The model is another one after the trip through JSON: {len(before)} layers became "
            f"{len(after)}. Make a new layer object for each place."
        )
    check_nothing_is_lost(model, again)
    return text


def _canonical(written: object, *, drop: bool) -> str:
    return json.dumps(_named(_clean(written, drop=drop)), sort_keys=True)


def _made_again(text: str, layers: list[tuple[str, str, int]]) -> "keras.Model | None":
    """Build the model of a text; None when Keras cannot, or its layers are others."""
    try:
        model = read_model(text)
    except SpecError:
        return None
    return model if list(_described(model)) == layers else None


def check_fits(model: "keras.Model", shape: Shape, classes: int) -> None:
    """Refuse a model for other data.

    Args:
        model: of known shapes.
        shape: (height, width, channels) or (features,) of one example.
        classes: how many there are.

    Raises:
        SpecError: saying what the model takes and gives, and what it must.
    """
    wanted = ((None, *shape), (None, classes))
    found = (model.input_shape, model.output_shape)
    if found != wanted:
        raise SpecError(
            f"A model must take {wanted[0]} and give {wanted[1]}, not {found[0]} and {found[1]}: "
            f"begin with keras.Input({shape}), end with a softmax over {classes}."
        )


def _is_whole(shape: object) -> bool:
    """Say whether a shape is that of one tensor, all of it known but how many there are."""
    return isinstance(shape, tuple) and shape[:1] == (None,) and all(map(_is_count, shape[1:]))


def _is_count(size: object) -> bool:
    return isinstance(size, int) and size > 0


def _check_output(model: "keras.Model") -> None:
    """Refuse what gives no probabilities: the loss takes their logarithm."""
    images = np.random.default_rng(0).random((2, *model.input_shape[1:]), np.float32)
    outputs = np.asarray(model(images))
    if not (outputs >= 0).all() or not np.allclose(outputs.sum(axis=-1), 1, atol=1e-3):
        raise SpecError(
            "A model must give probabilities that add up to 1: end it with a softmax over the "
            "classes (10 of Fashion-MNIST)."
        )


def _clean(value: object, *, drop: bool) -> object:
    """Leave out nulls, versions, and (with `drop`) what a layer has by default."""
    if isinstance(value, list):
        return [_clean(one, drop=drop) for one in value]
    if not isinstance(value, Mapping):
        return value
    kept = {name: one for name, one in value.items() if one is not None and name not in DROPPED}
    if drop and isinstance(kept.get("config"), Mapping) and _is_layer(kept):
        kept["config"] = _without_defaults(kept)
    return {name: _clean(one, drop=drop) for name, one in kept.items()}


def _without_defaults(described: Mapping[str, object]) -> dict[str, object]:
    """Leave out of a layer's config what the layer has anyway when it is made."""
    import keras

    config = {k: v for k, v in described["config"].items() if _DEFAULTS.get(k) is not v}
    config.pop("build_input_shape", None)
    if _is_float32(config.get("dtype")):
        del config["dtype"]
    kind = getattr(keras.layers, str(described["class_name"]), None)
    if kind is None or "layers" in config:  # no layer, or a model inside
        return config
    needed = [
        name
        for name, one in inspect.signature(kind.__init__).parameters.items()
        if one.default is one.empty and name in config
    ]
    try:
        plain = kind(**{name: config[name] for name in needed}).get_config()
    except Exception:  # noqa: BLE001 - a layer that cannot be made so keeps its whole config
        return config
    plain = json.loads(json.dumps(keras.saving.serialize_keras_object(plain)))
    return {
        name: one
        for name, one in config.items()
        if name in needed or name == "name" or name not in plain or plain[name] != one
    }


def _is_float32(dtype: object) -> bool:
    """Recognise Keras's default policy, which is also what every run's precision is."""
    name = dtype["config"].get("name") if isinstance(dtype, Mapping) else dtype
    return name == "float32"


def _named(config: object) -> object:
    """Call the layers by their position; functional models refer to them by name.

    References stand as [name, node, tensor].
    """
    names = {name: f"layer_{n}" for n, name in enumerate(dict.fromkeys(_names(config)), start=1)}

    def renamed(value: object) -> object:
        if isinstance(value, Mapping):
            return {
                key: names.get(one, one) if key == "name" and isinstance(one, str) else renamed(one)
                for key, one in value.items()
            }
        if isinstance(value, list):
            is_reference = len(value) == _REFERENCE and isinstance(value[0], str)
            first = [names.get(value[0], value[0])] if is_reference else []
            return [*first, *(renamed(one) for one in value[len(first) :])]
        return value

    return renamed(config)


def _names(value: object) -> Iterator[str]:
    """Give the names of models and layers, outer ones first."""
    if isinstance(value, list):
        for one in value:
            yield from _names(one)
    elif isinstance(value, Mapping):
        config = value.get("config")
        if isinstance(config, Mapping) and "name" in config and _is_layer(value):
            yield config["name"]
        for one in value.values():
            yield from _names(one)


def _is_layer(described: Mapping[str, object]) -> bool:
    import keras

    is_model = "layers" in described["config"]
    return is_model or hasattr(keras.layers, str(described.get("class_name")))


def _described(model: "keras.Model") -> Iterator[tuple[str, str, int]]:
    """Give what a layer must keep: its class, its settings but for names, its parameters."""
    import keras

    for layer in single_layers(model):
        described = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
        described.get("config", {}).pop("batch_shape", None)
        clean = json.dumps(_named(_clean(described, drop=True)), sort_keys=True)
        yield type(layer).__name__, clean, layer.count_params()


def _build(_: int, *, keras_json: str) -> list["keras.Layer"]:
    """Give the layers, for those who list them: a functional model is more than these."""
    return read_model(keras_json).layers


def _check(parameters: Mapping[str, object], shape: Shape) -> None:
    """Refuse what is no plain model, or one for other data, before a worker has to."""
    text = str(parameters["keras_json"])
    check_plain(text)
    taken = _taken(json.loads(text))
    if taken is not None and taken != list(shape):
        raise SpecError(
            f"The model of keras_json takes examples of the shape {tuple(taken)}, and those of the "
            f"data are {tuple(shape)}."
        )


def check_classes(text: str, classes: int) -> None:
    """Refuse a model in JSON whose last layer says that it is for another number of classes.

    Raises:
        SpecError: naming both.
    """
    try:
        units = json.loads(text)["config"]["layers"][-1]["config"]["units"]
    except (ValueError, KeyError, IndexError, TypeError):
        return  # it ends in no dense layer
    if isinstance(units, int) and units != classes:
        raise SpecError(
            f"The model of keras_json tells {units} classes apart, and the data has {classes}."
        )


def _taken(model: Mapping[str, object]) -> list[object] | None:
    """Give the shape of one example of a model in JSON; None where it does not begin with it."""
    try:
        return model["config"]["layers"][0]["config"]["batch_shape"][1:]
    except (KeyError, IndexError, TypeError):
        return None


KERAS_JSON = Architecture(
    name="keras",
    revision=1,
    about="a model of your own, as Keras writes it in JSON",
    required=("keras_json",),
    defaults={},
    build=_build,
    check=_check,
)
