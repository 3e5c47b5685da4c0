"""Settings and their limits."""

import keras
import numpy as np
import pytest

from tunegrid.errors import SpecError
from tunegrid.study.settings import DEFAULTS, NAMES, OPTIMIZERS, PRESETS, check_settings


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_defaults_are_keras_s(name):
    """The defaults that are part of every key are those of the Keras that trains."""
    own = keras.optimizers.get(name).get_config()
    assert OPTIMIZERS[name] == {key: pytest.approx(own[key]) for key in OPTIMIZERS[name]}
    general = {"name", "weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "use_ema"}
    general |= {"ema_momentum", "ema_overwrite_frequency", "loss_scale_factor"}
    assert set(own) - general - {"gradient_accumulation_steps"} == set(OPTIMIZERS[name])


def test_a_whole_number_from_r_is_a_whole_number():
    """R writes 16 as 16.0, and means the same run."""
    assert check_settings({"layer1": 16.0, "dropout": 0}) == {"layer1": 16, "dropout": 0.0}
    assert isinstance(check_settings({"layer1": 16.0})["layer1"], int)
    assert check_settings({"layer1": np.int64(16), "l2": np.float32(0.5)}) == {
        "layer1": 16,
        "l2": 0.5,
    }


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epochs": 0}, "epochs must be greater than or equal to 1, not 0"),
        ({"epochs": 2.5}, "epochs must be a valid integer, not 2.5"),
        ({"epochs": "20"}, "epochs must be a valid integer, not '20'"),
        ({"epochs": True}, "epochs must be a valid integer, not True"),
        ({"dropout": 1}, "dropout must be less than 1, not 1"),
        ({"learning_rate": float("inf")}, "learning_rate must be a finite number"),
        ({"epochs": 10**400}, "epochs must be less than or equal to 1000000000"),
        ({"dropout": 10**400}, "dropout must be less than 1, not inf"),
        ({"l2": -(10**400)}, "l2 must be greater than or equal to 0, not -inf"),
        ({"l2": float("nan")}, "l2 must be"),
        ({"scaling": "255"}, "scaling must be 'none', 'unit' or 'standard', not '255'"),
        ({"drop_out": 0.5}, "did you mean dropout?"),
        ({"zzz": 1}, "there are activation, amsgrad"),
    ],
)
def test_says_what_must_hold(settings, said):
    """A bad setting is answered with its name, what must hold, and what was given."""
    with pytest.raises(SpecError) as caught:
        check_settings(settings)
    assert said in str(caught.value)


def test_defaults_and_presets_are_settings():
    """What we set ourselves passes our own checks."""
    assert set(DEFAULTS) <= NAMES
    for preset in (DEFAULTS, *PRESETS.values()):
        assert check_settings(preset) == dict(preset)
