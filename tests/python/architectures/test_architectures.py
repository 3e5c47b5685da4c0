"""Configurations become the models that the sources print."""

import csv

import pytest

from tunegrid.architectures import ARCHITECTURES, build_model
from tunegrid.errors import SpecError
from tunegrid.study.study import STUDIES

PRINTED = {
    "ann": ("dense_stack", {"dense1": 512, "dense2": 256, "dropout": 0.5, "l2": 0.001}),
    "cnn_no_reg": ("conv_stack", {"layer1": 32, "layer2": 32, "layer3": 32, "layerdense": 32}),
    "cnn_dropout_l2": (
        "conv_stack",
        {"layer1": 32, "layer2": 32, "layer3": 32, "layerdense": 32, "dropout": 0.5, "l2": 0.001},
    ),
    "cnn_best_tuned": (
        "conv_stack",
        {"layer1": 64, "layer2": 64, "layerdense": 128, "dropout": 0.5, "l2": 0.001},
    ),
}


def _printed_layers(model):
    with (STUDIES / "kh2021" / "layers.csv").open(newline="") as stream:
        return [
            (row["layer"], row["output_shape"], int(row["params"]))
            for row in csv.DictReader(stream)
            if row["model"] == model
        ]


def _layers(model):
    kinds = {"Conv2D": "conv2d", "MaxPooling2D": "max_pooling2d"}
    return [
        (
            kinds.get(type(layer).__name__, type(layer).__name__.lower()),
            "x".join(map(str, layer.output.shape[1:])),
            layer.count_params(),
        )
        for layer in model.layers
    ]


@pytest.mark.parametrize("name", PRINTED)
def test_layers_are_those_of_the_source(name):
    """Layer by layer: kind, output shape and parameter count as printed."""
    architecture, settings = PRINTED[name]
    model = build_model(architecture, ARCHITECTURES[architecture].resolve(settings))
    ours = _layers(model)
    if architecture == "dense_stack":
        assert ours.pop(0) == ("flatten", "784", 0)  # the source feeds vectors
    assert ours == _printed_layers(name)


PINNED = {
    ("conv_stack", 1): [
        "Conv2D 1 [3, 3] [1, 1] valid relu GlorotUniform Zeros",
        "MaxPooling2D [2, 2] [2, 2] valid",
        "Conv2D 2 [3, 3] [1, 1] valid relu GlorotUniform Zeros",
        "MaxPooling2D [2, 2] [2, 2] valid",
        "Conv2D 3 [3, 3] [1, 1] valid relu GlorotUniform Zeros",
        "Flatten",
        "Dropout 0.5",
        "Dense 4 relu GlorotUniform Zeros L2 0.25",
        "Dense 10 softmax GlorotUniform Zeros",
    ],
    ("dense_stack", 1): [
        "Flatten",
        "Dense 3 relu GlorotUniform Zeros L2 0.25",
        "Dense 2 relu GlorotUniform Zeros L2 0.25",
        "Dense 1 relu GlorotUniform Zeros L2 0.25",
        "Dropout 0.5",
        "Dense 10 softmax GlorotUniform Zeros",
    ],
    ("conv_network", 1): [
        "Conv2D 1 [3, 3] [1, 1] same tanh GlorotUniform Zeros",
        "AveragePooling2D [2, 2] [2, 2] valid",
        "Dropout 0.5",
        "Conv2D 2 [3, 3] [1, 1] same tanh GlorotUniform Zeros",
        "AveragePooling2D [2, 2] [2, 2] valid",
        "Dropout 0.5",
        "Conv2D 3 [3, 3] [1, 1] same tanh GlorotUniform Zeros",
        "Flatten",
        "Dense 4 linear GlorotUniform Zeros L2 0.25",
        "LeakyReLU 0.1",
        "Dropout 0.5",
        "Dense 5 linear GlorotUniform Zeros L2 0.25",
        "LeakyReLU 0.1",
        "Dropout 0.5",
        "Dense 10 softmax GlorotUniform Zeros L2 0.25",
    ],
    ("four_conv", 1): [
        "Conv2D 1 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "BatchNormalization 0.99 0.001",
        "Dropout 0.25",
        "Conv2D 2 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "Dropout 0.25",
        "Conv2D 3 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "Dropout 0.25",
        "Conv2D 4 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "MaxPooling2D [2, 2] [2, 2] valid",
        "Dropout 0.25",
        "Flatten",
        "DropConnect 5 0.125 relu GlorotUniform Zeros",
        "Dropout 0.75",
        "Dense 10 softmax GlorotUniform Zeros",
    ],
    ("block_cnn", 1): [
        "Conv2D 1 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "BatchNormalization 0.99 0.001",
        "Conv2D 1 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "BatchNormalization 0.99 0.001",
        "MaxPooling2D [2, 2] [2, 2] valid",
        "Dropout 0.5",
        "Conv2D 2 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "BatchNormalization 0.99 0.001",
        "Conv2D 2 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "BatchNormalization 0.99 0.001",
        "MaxPooling2D [2, 2] [2, 2] valid",
        "Dropout 0.5",
        "Flatten",
        "Dense 4 relu GlorotUniform Zeros",
        "BatchNormalization 0.99 0.001",
        "Dropout 0.5",
        "Dense 10 softmax GlorotUniform Zeros",
    ],
    ("vgg16", 1): [
        "ZeroPadding2D [(2, 2), (2, 2)]",
        "Conv2D 64 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "Conv2D 64 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "MaxPooling2D [2, 2] [2, 2] valid",
        "Conv2D 128 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "Conv2D 128 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "MaxPooling2D [2, 2] [2, 2] valid",
        "Conv2D 256 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "Conv2D 256 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "Conv2D 256 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "MaxPooling2D [2, 2] [2, 2] valid",
        "Conv2D 512 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "Conv2D 512 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "Conv2D 512 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "MaxPooling2D [2, 2] [2, 2] valid",
        "Conv2D 512 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "Conv2D 512 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "Conv2D 512 [3, 3] [1, 1] same relu GlorotUniform Zeros",
        "MaxPooling2D [2, 2] [2, 2] valid",
        "Flatten",
        "Dense 5 relu GlorotUniform Zeros",
        "Dropout 0.5",
        "Dense 4 relu GlorotUniform Zeros",
        "Dropout 0.5",
        "Dense 10 softmax GlorotUniform Zeros",
    ],
    ("mlp", 1): [
        "Flatten",
        "Dense 3 sigmoid GlorotUniform Zeros L2 0.25",
        "BatchNormalization 0.99 0.001",
        "Dropout 0.5",
        "Dense 2 sigmoid GlorotUniform Zeros L2 0.25",
        "BatchNormalization 0.99 0.001",
        "Dropout 0.5",
        "Dense 10 softmax GlorotUniform Zeros L2 0.25",
    ],
}
FULL = {
    "conv_stack": {
        "layer1": 1,
        "layer2": 2,
        "layer3": 3,
        "layerdense": 4,
    },
    "dense_stack": {
        "dense1": 3,
        "dense2": 2,
        "dense3": 1,
    },
    "conv_network": {
        "layer1": 1,
        "layer2": 2,
        "layer3": 3,
        "dense1": 4,
        "dense2": 5,
        "pools": 2,
        "pooling": "average",
        "conv_activation": "tanh",
        "activation": "leaky_relu",
    },
    "four_conv": {
        "layer1": 1,
        "layer2": 2,
        "layer3": 3,
        "layer4": 4,
        "layerdense": 5,
        "conv_dropout": 0.25,
        "dense_dropout": 0.75,
        "dropconnect": 0.125,
    },
    "block_cnn": {
        "layer1": 1,
        "layer2": 2,
        "layerdense": 4,
    },
    "vgg16": {
        "dense1": 5,
        "dense2": 4,
    },
    "mlp": {
        "dense1": 3,
        "dense2": 2,
        "activation": "sigmoid",
        "normalise": "every",
    },
}


def _line(layer):
    """Everything about a layer that decides its numbers, in a line."""
    config = layer.get_config()
    plain = ("filters", "units", "rate", "kernel_size", "pool_size", "strides", "padding")
    plain += ("negative_slope", "momentum", "epsilon")
    words = [str(list(v) if isinstance(v := config[k], tuple) else v) for k in plain if k in config]
    words += [config["activation"]] if "activation" in config else []
    for name in ("kernel_initializer", "bias_initializer"):
        words += [config[name]["class_name"]] if name in config else []
    if config.get("kernel_regularizer"):
        words += ["L2", str(config["kernel_regularizer"]["config"]["l2"])]
    return " ".join([type(layer).__name__, *words])


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if name != "keras"])
def test_each_revision_is_pinned(name):
    """Nobody changes the layers of a revision: raise the revision, and pin the new one here.

    A model of one's own is pinned by its own JSON, in test_own.
    """
    settings = FULL[name] | {"dropout": 0.5, "l2": 0.25}
    model = build_model(name, ARCHITECTURES[name].resolve(settings))
    assert [_line(layer) for layer in model.layers] == PINNED[name, ARCHITECTURES[name].revision]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"layer1": 8}, "needs layerdense"),
        ({"layer1": 8, "layer3": 8, "layerdense": 8}, "without gaps.*layer1, layer3"),
        ({"layer1": 8, "layerdense": 8, "kernel": 29}, "kernel = 29 is too large"),
        ({"layer1": 8, "layer2": 8, "layer3": 8, "layerdense": 8, "kernel": 7}, "convolution 3"),
    ],
)
def test_refuses_what_cannot_be_built(settings, said):
    """An impossible configuration is refused when it is planned, without Keras."""
    with pytest.raises(SpecError, match=said):
        ARCHITECTURES["conv_stack"].resolve(settings)


def test_ignores_the_parameters_of_other_architectures():
    """A study's shared settings may name parameters that only some of its models have."""
    resolved = ARCHITECTURES["dense_stack"].resolve({"dense1": 2, "kernel": 3, "epochs": 5})
    assert resolved == {"dense1": 2, "dropout": 0.0, "l2": 0.0}
