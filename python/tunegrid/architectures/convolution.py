"""Networks of convolutions, pooling and dense layers."""

from typing import TYPE_CHECKING

from ..errors import SpecError
from . import counting
from .registry import Architecture, Parameters, Shape, check_halved, levels

if TYPE_CHECKING:
    import keras


def _conv_stack(
    classes: int, *, kernel: int, layerdense: int, dropout: float, l2: float, **filters: int
) -> list["keras.Layer"]:
    """Convolutions with pooling between them and none after the last, one dense layer.

    Source: the layer tables and code of kh2021, section 4.2.
    """
    from keras import layers

    from .layers import penalty

    stack: list[keras.Layer] = []
    for position, count in enumerate(levels(filters, "layer")):
        if position > 0:
            stack.append(layers.MaxPooling2D(2))
        stack.append(layers.Conv2D(count, kernel, activation="relu"))
    stack.append(layers.Flatten())
    if dropout > 0:
        stack.append(layers.Dropout(dropout))
    stack.append(layers.Dense(layerdense, activation="relu", kernel_regularizer=penalty(l2)))
    stack.append(layers.Dense(classes, activation="softmax"))
    return stack


def _conv_network(
    classes: int,
    *,
    kernel: int,
    conv_activation: str,
    pools: int,
    pooling: str,
    activation: str,
    dropout: float,
    l2: float,
    **sizes: int,
) -> list["keras.Layer"]:
    """Same-padded convolutions, pooling after the first `pools` of them, dense layers.

    Dropout follows each pooling and each dense layer; L2 is on every dense kernel.
    Sources: the code of korssjoen2020, lines 79 to 96; that of conv-followup; a sentence of
    nn-modelling, section 6.
    """
    from keras import layers

    from .layers import activated, dense_layers
    from .layers import dropout as dropped

    pool = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}[pooling]
    stack: list[keras.Layer] = []
    for position, count in enumerate(levels(sizes, "layer")):
        stack += activated(layers.Conv2D, count, kernel, activation=conv_activation, padding="same")
        if position < pools:
            stack += [pool(2), *dropped(dropout)]
    how = {"activation": activation, "l2": l2, "rate": dropout}
    return [*stack, layers.Flatten(), *dense_layers(levels(sizes, "dense"), classes, **how)]


def _four_conv(
    classes: int,
    *,
    kernel: int,
    layerdense: int,
    normalise: str,
    conv_dropout: float,
    dense_dropout: float,
    dropconnect: float,
    **filters: int,
) -> list["keras.Layer"]:
    """Same-padded convolutions with dropout after each, one pooling after the last, one dense.

    The first convolution is batch-normalised, or every layer is. Source: the code and the layer
    table of dress-in-layers.
    """
    from keras import layers

    from .layers import DropConnect
    from .layers import dropout as dropped

    counts = levels(filters, "layer")
    stack: list[keras.Layer] = []
    for position, count in enumerate(counts):
        stack.append(layers.Conv2D(count, kernel, activation="relu", padding="same"))
        if normalise == "every" or (normalise == "first" and position == 0):
            stack.append(layers.BatchNormalization())
        if position == len(counts) - 1:
            stack.append(layers.MaxPooling2D(2))
        stack += dropped(conv_dropout)
    stack.append(layers.Flatten())
    if dropconnect > 0:
        stack.append(DropConnect(layerdense, dropconnect, activation="relu"))
    else:
        stack.append(layers.Dense(layerdense, activation="relu"))
    stack += [layers.BatchNormalization()] if normalise == "every" else []
    stack += dropped(dense_dropout)
    stack.append(layers.Dense(classes, activation="softmax"))
    return stack


def _block_cnn(
    classes: int, *, layerdense: int, dropout: float, **filters: int
) -> list["keras.Layer"]:
    """Blocks of two same-padded, batch-normalised convolutions, a pooling and dropout.

    Source: none; nn-modelling names a deep CNN with batch normalisation and gives no layers.
    """
    from keras import layers

    from .layers import dropout as dropped

    stack: list[keras.Layer] = []
    for count in levels(filters, "layer"):
        for _ in range(2):
            stack.append(layers.Conv2D(count, 3, activation="relu", padding="same"))
            stack.append(layers.BatchNormalization())
        stack += [layers.MaxPooling2D(2), *dropped(dropout)]
    stack += [layers.Flatten(), layers.Dense(layerdense, activation="relu")]
    stack += [layers.BatchNormalization(), *dropped(dropout)]
    stack.append(layers.Dense(classes, activation="softmax"))
    return stack


#: VGG's configuration D: filters and how many convolutions of them (source: Simonyan and
#: Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014, table 1).
_VGG_BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))

#: On every side: images of side 28 get 32, which five poolings bring down to one.
_VGG_PADDING = 2


def _vgg16(classes: int, *, dense1: int, dense2: int, dropout: float) -> list["keras.Layer"]:
    """VGG-16 on images padded with zeros to 32×32, which its five poolings bring down to one."""
    from keras import layers

    from .layers import dropout as dropped

    stack: list[keras.Layer] = [layers.ZeroPadding2D(_VGG_PADDING)]
    for count, times in _VGG_BLOCKS:
        stack += [layers.Conv2D(count, 3, activation="relu", padding="same") for _ in range(times)]
        stack.append(layers.MaxPooling2D(2))
    stack.append(layers.Flatten())
    for count in (dense1, dense2):
        stack += [layers.Dense(count, activation="relu"), *dropped(dropout)]
    stack.append(layers.Dense(classes, activation="softmax"))
    return stack


def _check_conv_stack(parameters: Parameters, shape: Shape) -> None:
    """Refuse convolutions for which no pixel is left."""
    side = min(shape[:2])
    kernel = parameters["kernel"]
    for position, _ in enumerate(levels(parameters, "layer")):
        side = (side // 2 if position > 0 else side) - kernel + 1
        if side < 1:
            raise SpecError(
                f"kernel = {kernel} is too large: at convolution {position + 1} nothing is left "
                f"of a {shape[0]}×{shape[1]} image; choose a smaller kernel or fewer layers."
            )


def _check_conv_network(parameters: Parameters, shape: Shape) -> None:
    count = len(levels(parameters, "layer"))
    levels(parameters, "dense")
    if parameters["pools"] > count:
        raise SpecError(f"pools = {parameters['pools']} is more than the {count} convolutions.")
    check_halved(shape, parameters["pools"], "conv_network")


def _check_four_conv(parameters: Parameters, shape: Shape) -> None:
    levels(parameters, "layer")
    check_halved(shape, 1, "four_conv")


def _check_block_cnn(parameters: Parameters, shape: Shape) -> None:
    check_halved(shape, len(levels(parameters, "layer")), "block_cnn")


def _check_vgg16(_: Parameters, shape: Shape) -> None:
    check_halved(shape, len(_VGG_BLOCKS), "vgg16", _VGG_PADDING)


CONVOLUTION = (
    Architecture(
        name="conv_stack",
        revision=1,
        about="one to three convolutions with pooling between them, one dense layer",
        required=("layer1", "layerdense"),
        defaults={"layer2": None, "layer3": None, "kernel": 3, "dropout": 0.0, "l2": 0.0},
        build=_conv_stack,
        weights=counting.conv_stack,
        check=_check_conv_stack,
        images=True,
    ),
    Architecture(
        name="conv_network",
        revision=1,
        about="one to three same-padded convolutions of any activation, one or two dense layers",
        required=("layer1", "dense1"),
        defaults={
            "layer2": None,
            "layer3": None,
            "kernel": 3,
            "conv_activation": "relu",
            "pools": 1,
            "pooling": "max",
            "dense2": None,
            "activation": "relu",
            "dropout": 0.0,
            "l2": 0.0,
        },
        build=_conv_network,
        weights=counting.conv_network,
        check=_check_conv_network,
        images=True,
    ),
    Architecture(
        name="four_conv",
        revision=1,
        about="up to four same-padded convolutions with dropout, one pooling, one dense layer",
        required=("layer1", "layerdense"),
        defaults={
            "layer2": None,
            "layer3": None,
            "layer4": None,
            "kernel": 3,
            "normalise": "first",
            "conv_dropout": 0.0,
            "dense_dropout": 0.0,
            "dropconnect": 0.0,
        },
        build=_four_conv,
        weights=counting.four_conv,
        check=_check_four_conv,
        images=True,
    ),
    Architecture(
        name="block_cnn",
        revision=1,
        about="blocks of two batch-normalised convolutions, pooling and dropout; one dense layer",
        required=("layer1", "layerdense"),
        defaults={"layer2": None, "layer3": None, "dropout": 0.0},
        build=_block_cnn,
        weights=counting.block_cnn,
        check=_check_block_cnn,
        images=True,
    ),
    Architecture(
        name="vgg16",
        revision=1,
        about="VGG-16 on images padded to 32×32",
        required=(),
        defaults={"dense1": 4096, "dense2": 4096, "dropout": 0.0},
        build=_vgg16,
        weights=counting.vgg(_VGG_BLOCKS, _VGG_PADDING),
        check=_check_vgg16,
        images=True,
    ),
)
