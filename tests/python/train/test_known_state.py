"""What was done to Keras and TensorFlow before a run does not decide its numbers."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from test_train import images, reference, spec_of  # noqa: F401 - a fixture

from tunegrid.train.known_state import set_known_state
from tunegrid.train.one_run import train

config = keras.config

#: For each name of `keras.config` that changes something: how it would spoil a run.
POISONS = {
    "set_floatx": lambda: config.set_floatx("float64"),
    "set_dtype_policy": lambda: config.set_dtype_policy("mixed_float16"),
    "set_epsilon": lambda: config.set_epsilon(0.1),
    "set_image_data_format": lambda: config.set_image_data_format("channels_first"),
    "set_max_epochs": lambda: config.set_max_epochs(1),
    "set_max_steps_per_epoch": lambda: config.set_max_steps_per_epoch(2),
    "disable_flash_attention": config.disable_flash_attention,
    "enable_unsafe_deserialization": config.enable_unsafe_deserialization,
    "disable_interactive_logging": config.disable_interactive_logging,
    "disable_traceback_filtering": config.disable_traceback_filtering,
}
#: Names that put back what others change, and one that a running process does not obey.
HARMLESS = {
    "enable_flash_attention", "enable_interactive_logging", "enable_traceback_filtering",
    "set_backend",
}  # fmt: skip


def poison():
    """Change all that a process keeps."""
    for one in POISONS.values():
        one()
    keras.saving.get_custom_objects().update(Dense=keras.layers.Flatten, relu=keras.ops.tanh)
    tf.config.run_functions_eagerly(run_eagerly=True)
    tf.config.optimizer.set_jit("autoclustering")
    tf.debugging.enable_check_numerics()
    keras.utils.set_random_seed(99)
    random.seed(98)
    np.random.seed(97)  # noqa: NPY002 - Keras reads it
    tf.random.set_seed(96)


@pytest.fixture
def poisoned():
    """A process in which all is changed; other tests find it as it was."""
    yield poison
    set_known_state("float32")
    config.enable_interactive_logging()
    config.enable_traceback_filtering()
    keras.backend.clear_session()


@pytest.mark.parametrize("engine", [lambda spec: spec, reference], ids=["tensorflow", "reference"])
def test_no_poison_changes_a_run(engine, images, poisoned):  # noqa: F811
    """Neither that of a keras.json nor that of a run before."""
    spec = engine(spec_of())
    before = train(spec, images)
    poisoned()
    after = train(spec, images)
    assert (after.history, after.last, after.best) == (before.history, before.last, before.best)


def test_every_switch_of_keras_is_known():
    """A new one of a later Keras has to be answered here."""
    switches = {n for n in dir(config) if n.startswith(("set_", "enable_", "disable_"))}
    assert switches == set(POISONS) | HARMLESS
