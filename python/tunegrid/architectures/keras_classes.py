"""What may stand in a model's JSON: classes of Keras by kind, their texts, and what is refused.

A class is here when it runs no code that it is given, reads no file, and changes nothing outside
its model; a test holds the lists against all that Keras has.
"""

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: The layers of `keras.layers`, by the names that Keras writes.
LAYERS = _words(
    """
    Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D
    AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add
    AdditiveAttention AlphaDropout Attention AugMix AutoContrast Average AveragePooling1D
    AveragePooling2D AveragePooling3D BatchNormalization Bidirectional CategoryEncoding CenterCrop
    Concatenate ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D
    Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D
    Cropping3D CutMix Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU
    EinsumDense Embedding Equalization Flatten GRU GRUCell GaussianDropout GaussianNoise
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
    GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization GroupQueryAttention Hashing Identity
    InputLayer LSTM LSTMCell LayerNormalization LeakyReLU Masking MaxPooling1D MaxPooling2D
    MaxPooling3D Maximum MelSpectrogram Minimum MixUp MultiHeadAttention Multiply Normalization
    PReLU Permute Pipeline RMSNormalization RNN RandAugment RandomBrightness
    RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform
    RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert
    RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness
    RandomShear RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing
    ReversibleEmbedding STFTSpectrogram SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell
    Softmax Solarization SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization
    StackedRNNCells Subtract TimeDistributed UnitNormalization UpSampling1D UpSampling2D
    UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
    """
)

_CODE, _FILE = "it runs code that is not Keras's", "it can read any file"
_WORDS, _BASE = "it is for words, and data here are numbers", "it computes nothing of its own"

#: The layers of Keras's that no model may have, each with the reason.
REFUSED: Mapping[str, str] = {
    "Lambda": _CODE,
    "JaxLayer": _CODE,
    "FlaxLayer": _CODE,
    "TorchModuleWrapper": _CODE,
    "TFSMLayer": _FILE,
    "StringLookup": _FILE,
    "IntegerLookup": _FILE,
    "TextVectorization": _FILE,
    "HashedCrossing": _WORDS,
    "MaxNumBoundingBoxes": "it is for boxes, and data here are images and vectors",
    "Layer": _BASE,
    "Wrapper": _BASE,
}

MODELS: Mapping[str, frozenset[str]] = {
    "keras": frozenset({"Sequential"}),
    "keras.src.models.functional": frozenset({"Functional"}),
}

#: What tensors of a functional model are computed with: x + y, keras.ops.relu(x). None of them
#: makes more numbers than it is given, but by broadcasting.
OPERATIONS: Mapping[str, frozenset[str]] = {
    "keras.src.ops.numpy": _words(
        """
    Abs Absolute Add Amax Amin Average Clip Concatenate Cos Divide DivideNoNan Exp ExpandDims
    Expm1 Flip Floor GetItem Log Log1p Matmul Max Maximum Mean Min Minimum Moveaxis Multiply
    Negative Power Prod Ravel Reciprocal Reshape Roll Round Sign Sin Sqrt Square Squeeze Stack Std
    Subtract Sum Swapaxes Tanh Transpose TrueDivide Var Where
    """
    ),
    "keras.src.ops.nn": _words(
        """
    AveragePool Celu Elu Gelu Glu HardSigmoid HardSilu HardTanh LeakyRelu LogSigmoid LogSoftmax
    MaxPool Normalize Relu Relu6 Selu Sigmoid Silu Softmax Softplus Softsign
    """
    ),
}

INITIALIZERS = _words(
    """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones
    Orthogonal RandomNormal RandomUniform STFT TruncatedNormal VarianceScaling Zeros
    """
)
REGULARIZERS = frozenset({"L1", "L1L2", "L2", "OrthogonalRegularizer"})
CONSTRAINTS = frozenset({"MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"})

ACTIVATIONS = _words(
    """
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh
    leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink
    softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh
    tanh_shrink threshold
    """
)

_FLOATS = frozenset({"float16", "float32", "float64", "bfloat16"})
_WHOLE = frozenset(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))
#: The types of numbers, and Keras's mixed policies.
DTYPES = _FLOATS | _WHOLE | {"bool", "mixed_float16", "mixed_bfloat16"}

#: By kind of argument: the classes that may stand there, by module.
KINDS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "model": MODELS,
    "layer": {"keras.layers": LAYERS, **MODELS},
    "node": {"keras.layers": LAYERS, **MODELS, **OPERATIONS},
    "initializer": {"keras.initializers": INITIALIZERS},
    "regularizer": {"keras.regularizers": REGULARIZERS},
    "constraint": {"keras.constraints": CONSTRAINTS},
    "activation": {"keras.layers": LAYERS},
    "dtype": dict.fromkeys(("keras", "keras.dtype_policies"), frozenset({"DTypePolicy"})),
    "seed": {"keras.random": frozenset({"SeedGenerator"})},
}

#: By name of argument: of which kind it is. Those that end in a kind's name are of that kind.
ARGUMENTS: Mapping[str, str] = {
    "dtype": "dtype",
    "reverse_dtype": "dtype",
    "layer": "layer",
    "backward_layer": "layer",
    "cell": "layer",
    "cells": "layer",
    "layers": "layer",
    "seed": "seed",
}

#: By kind: the texts that may stand there. As Keras takes them: a class by its name as well.
TEXTS: Mapping[str, frozenset[str]] = {
    "activation": ACTIVATIONS,
    "dtype": DTYPES,
    "initializer": INITIALIZERS
    | _words(
        """
    constant glorot_normal glorot_uniform he_normal he_uniform identity lecun_normal lecun_uniform
    normal one ones orthogonal random_normal random_uniform truncated_normal uniform
    variance_scaling zero zeros
    """
    ),
    "regularizer": REGULARIZERS | {"l1", "l1_l2", "l2", "orthogonal_regularizer"},
    "constraint": CONSTRAINTS | {"max_norm", "min_max_norm", "non_neg", "unit_norm"},
}

#: By name of argument: the words that it may be.
WORDS: Mapping[str, frozenset[str]] = {
    name: _words(words)
    for name, words in {
        "data_format": "channels_last channels_first",
        "distribution": "normal truncated_normal untruncated_normal uniform",
        "fill_mode": "constant nearest reflect wrap",
        "interpolation": "area bicubic bilinear lanczos3 lanczos5 nearest",
        "merge_mode": "ave concat mul sum",
        "mode": "angle columns fan_avg fan_in fan_out horizontal horizontal_and_vertical imag log "
        "magnitude psd real rows stft vertical",
        "output_mode": "count int multi_hot one_hot",
        "padding": "causal same valid",
        "scaling": "density spectrum",
        "score_mode": "concat dot",
        "side": "imag real",
        "use_cudnn": "auto",
        "window": "hamming hann",
    }.items()
}

#: By name of argument: the most that it may be, where it says how often something is done, or how
#: large something is that is no weight.
LIMITS: Mapping[str, int] = {
    "bins": 65_536,
    "chain_depth": 20,
    "fft_length": 16_384,
    "frame_length": 16_384,
    "n": 100_000,
    "num_bins": 1_000_000,
    "num_chains": 20,
    "num_mel_bins": 1024,
    "num_ops": 20,
    "num_tokens": 1_000_000,
    "power_iterations": 100,
    "tile_grid_size": 256,
}
