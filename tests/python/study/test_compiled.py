"""Models that are compiled: what they were compiled with holds, or is refused."""

import pytest
from test_own_grid import network

from tunegrid import SpecError, own_study
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.study.compiled import compiled_settings


def compiled(**how):
    """Give a function that compiles its model."""

    def made(row):
        model = network(row)
        model.compile(**{"loss": "categorical_crossentropy", **how})
        return model

    return made


def _optimizer(**how):
    rows = [{"width": 2}]
    (one,) = plan(configurations(own_study(rows, model=compiled(**how), set={"epochs": 1})))
    return dict(one.spec.optimizer)


def test_an_optimizer_comes_with_all_its_settings():
    """As it was written, to the last digit, and into the key."""
    import keras

    found = _optimizer(optimizer=keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True))
    assert found == {"name": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True}
    assert _optimizer(optimizer="adam")["beta_1"] == 0.9


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_the_loss_of_the_runs_is_taken_in_both_forms(loss):
    """Labels as numbers are the same labels."""
    assert _optimizer(optimizer="sgd", loss=loss)["name"] == "sgd"


def test_a_model_that_is_not_compiled_has_no_settings():
    """The grid's hold, and tunegrid's defaults."""
    assert compiled_settings(network({"width": 2})) == {}


def _scheduled():
    import keras

    return keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 100))


def _smoothed():
    import keras

    return keras.losses.CategoricalCrossentropy(label_smoothing=0.1)


def _clipped():
    import keras

    return keras.optimizers.SGD(0.1, clipnorm=1.0)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"optimizer": "lion"}, "optimizer Lion, and runs are trained by one of adadelta"),
        ({"optimizer": "sgd", "loss": "mse"}, "with the loss mean_squared_error"),
        ({"optimizer": "sgd", "loss": _smoothed}, "crossentropy with label_smoothing"),
        ({"optimizer": _scheduled}, "a learning rate that changes by a schedule"),
        ({"optimizer": _clipped}, r"SGD\(clipnorm=1.0\), which runs do not have"),
    ],
)
def test_what_no_run_is_trained_by_is_refused(how, said):
    """With the row, and what to write."""
    how = {name: one() if callable(one) else one for name, one in how.items()}
    with pytest.raises(SpecError, match=rf"The model of row 1 .*{said}"):
        own_study([{"width": 2}], model=compiled(**how), set={"epochs": 1})


@pytest.mark.parametrize(
    ("row", "more"),
    [({"width": 2, "learning_rate": 0.1}, {}), ({"width": 2}, {"optimizer": "sgd"})],
)
def test_what_is_said_twice_must_be_the_same(row, more):
    """One of the two would be ignored."""
    model = compiled(optimizer="adam")
    with pytest.raises(SpecError, match="say it once"):
        own_study([row], model=model, set={"epochs": 1, **more})
