"""What Keras and TensorFlow keep for a whole process, put where every run finds it the same.

A worker trains run after run, and a keras.json of the user's own is read before the first. No
model can change any of this (see `plain_json`); that it decides no numbers does not rest on that.
"""

import keras

from .precision import POLICIES

#: What layers of tunegrid's own are registered under: the only ones that a model may find.
_OWN = "tunegrid>"


def set_known_state(precision: str) -> None:
    """Set everything global that can decide a run's numbers, but for the seed.

    Args:
        precision: of the run, a key of `POLICIES`.
    """
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy(POLICIES[precision])
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)
    keras.config.enable_flash_attention()
    keras.distribution.set_distribution(None)
    known = keras.saving.get_custom_objects()
    for name in [name for name in known if not name.startswith(_OWN)]:
        del known[name]
    if keras.backend.backend() == "tensorflow":
        _set_tensorflow()


def _set_tensorflow() -> None:
    import tensorflow as tf

    tf.config.run_functions_eagerly(run_eagerly=False)
    tf.config.experimental.enable_tensor_float_32_execution(enabled=True)
    if tf.config.optimizer.get_jit():
        tf.config.optimizer.set_jit(enabled=False)
    tf.debugging.disable_check_numerics()
