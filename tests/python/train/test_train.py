"""One run: what it returns, what it depends on, and that the engines agree."""

import dataclasses
import gc
import math
from collections import Counter

import keras
import numpy as np
import pytest
from keras import layers, regularizers

from tunegrid import RunError, load_study
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.train import precision
from tunegrid.train.dropout import replace_dropout
from tunegrid.train.one_run import DivergedError, compile_model, fresh_model, train

BATCH = 64


@pytest.fixture(scope="module")
def images(fashion_mnist):
    """The real Fashion-MNIST with the first 1 000 test images: scoring is not what is tested."""
    few = {name: getattr(fashion_mnist, name)[:1000] for name in ("x_test", "y_test")}
    return dataclasses.replace(fashion_mnist, **few)


def spec_of(**overrides):
    """Give a short run of the smallest two-layer configuration on scaled images."""
    settings = {"epochs": 1, "train_size": 10 * BATCH, "scaling": "unit", **overrides}
    where = "layer2 == 16 and layerdense == 16"
    found = configurations(
        load_study("kh2021"), experiments="two-layer", where=where, overrides=settings
    )
    return plan(found)[0].spec


def reference(spec):
    """Give the same run for plain `Model.fit`."""
    return dataclasses.replace(spec, engine="reference")


def train_as_fit(spec, images):
    """Train with plain `Model.fit`, and the masks of dropout that the fast engine has."""
    seeds, _, dropout_seed = spec.streams()
    model = fresh_model(spec, seeds, dropout_seed)
    replace_dropout(model)
    return train(reference(spec), images, model=model)


def model_with(spec, *, normalised):
    """Build and compile a model of the test's own, alike for each call.

    A bias before a normalisation has no gradient but rounding noise, so there is none then.
    """
    keras.utils.set_random_seed(1)
    norm = [layers.BatchNormalization()] if normalised else []
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 3, activation="relu", use_bias=not normalised),
            *norm,
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(16, activation="relu", kernel_regularizer=regularizers.L2(1e-3)),
            layers.Dense(10, activation="softmax"),
        ]
    )
    compile_model(model, spec)
    return model


@pytest.mark.parametrize("optimizer", ["rmsprop", "sgd", "adam", "nadam", "adadelta"])
@pytest.mark.parametrize("normalised", [False, True], ids=["plain", "batch-norm"])
@pytest.mark.parametrize("size", [10 * BATCH, 9 * BATCH + 10], ids=["even", "partial-batch"])
def test_engines_agree_after_ten_steps(images, optimizer, normalised, size):
    """Same weights, same order, ten steps, L2: the weights agree to 1e-5."""
    spec = spec_of(optimizer=optimizer, train_size=size)
    ours, theirs = (model_with(spec, normalised=normalised) for _ in range(2))
    start = [weight.copy() for weight in ours.get_weights()]
    train(spec, images, model=ours)
    train(reference(spec), images, model=theirs)
    assert ours.optimizer.iterations == theirs.optimizer.iterations == 10
    for before, one, other in zip(start, ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.linalg.norm(one - other) <= 1e-5 * np.linalg.norm(other)
        assert not np.array_equal(one, before)


def test_engines_agree_on_any_penalty(images):
    """L1 on a kernel, L2 on a bias, a penalty on what a layer puts out: ten steps, to 1e-5."""
    spec = spec_of()
    ours, theirs = (
        keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Flatten(),
                layers.Dense(16, kernel_regularizer="l1", bias_regularizer="l2"),
                layers.Dense(10, activation="softmax", activity_regularizer="l2"),
            ]
        )
        for _ in range(2)
    )
    theirs.set_weights(ours.get_weights())
    for model in (ours, theirs):
        compile_model(model, spec)
    fast = train(spec, images, model=ours).history[0]
    plain = train(reference(spec), images, model=theirs).history[0]
    assert fast.loss == pytest.approx(plain.loss, rel=1e-5)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.linalg.norm(one - other) <= 1e-5 * np.linalg.norm(other)


@pytest.mark.parametrize("optimizer", ["rmsprop", "sgd", "adam", "nadam", "adadelta"])
def test_engines_agree_after_an_epoch(fashion_mnist, optimizer):
    """Losses after an epoch of 6 000 images agree to 5e-3, with the same masks of dropout."""
    spec = spec_of(optimizer=optimizer, train_size=6_000)
    ours = train(spec, fashion_mnist).history[0]
    theirs = train_as_fit(spec, fashion_mnist).history[0]
    assert ours.loss == pytest.approx(theirs.loss, rel=5e-3)
    assert ours.val_loss == pytest.approx(theirs.val_loss, rel=5e-3)
    assert ours.accuracy == pytest.approx(theirs.accuracy, abs=2e-3)
    assert ours.val_accuracy == pytest.approx(theirs.val_accuracy, abs=2e-3)


def test_a_result_holds_what_it_says(fashion_mnist):
    """Scores for each epoch, classes for each test image, of the last and of the best epoch."""
    result = train(spec_of(epochs=3), fashion_mnist)
    accuracies = [epoch.val_accuracy for epoch in result.history]
    assert result.best_epoch == accuracies.index(max(accuracies)) + 1
    for score, accuracy in ((result.last, accuracies[-1]), (result.best, max(accuracies))):
        predicted = np.frombuffer(score.classes, np.uint8)
        assert np.mean(predicted == fashion_mnist.y_test) == accuracy == score.accuracy
    assert result.last.loss == result.history[-1].val_loss
    assert result.parameters == 33_642
    assert result.environment["packages"]["keras"] == keras.__version__
    assert result.weights is None


@pytest.mark.parametrize("engine", ["tensorflow", "reference"])
def test_a_run_is_the_same_whatever_ran_before(images, engine):
    """Nothing of an earlier run in the same process is left: bit for bit."""
    spec = dataclasses.replace(spec_of(), engine=engine)
    first = train(spec, images)
    train(dataclasses.replace(spec, seed=2), images)
    again = train(spec, images)
    assert again.history == first.history
    assert again.last == first.last


def test_nothing_of_a_run_outlives_it(images):
    """TensorFlow keeps gradients that it registered, and what these hold, for good."""
    kept = []
    for seed in (1, 2, 3):
        keras.backend.clear_session()  # as a worker does
        train(dataclasses.replace(spec_of(), seed=seed), images)
        kept.append(alive())
    assert kept[2] == kept[1] == kept[0]


def alive():
    """Count the graphs, and the weights and images that they hold."""
    gc.collect()
    kinds = Counter(type(thing).__name__ for thing in gc.get_objects())
    return {kind: kinds[kind] for kind in ("FuncGraph", "WhileBodyFuncGraph", "EagerTensor")}


def test_a_user_s_keras_settings_decide_no_numbers(images):
    """What keras.json says of precision and epsilon is not in the key, so it must not matter."""
    plain = train(spec_of(), images)
    keras.config.set_epsilon(1e-3)
    keras.config.set_floatx("float64")
    assert train(spec_of(), images).history == plain.history


def test_a_replicate_is_another_run(images):
    """Another seed gives other weights and another order."""
    spec = spec_of()
    first = train(spec, images)
    assert train(dataclasses.replace(spec, seed=2), images).history != first.history


def test_a_longer_run_begins_like_a_shorter_one(images):
    """Epochs are no part of the seed."""
    short = train(spec_of(epochs=1), images)
    assert train(spec_of(epochs=2), images).history[0] == short.history[0]


@pytest.mark.parametrize("engine", ["tensorflow", "reference"])
def test_a_loss_that_is_no_number_is_a_failure(images, engine):
    """A run that diverges says in which epoch."""
    spec = dataclasses.replace(spec_of(optimizer="sgd", learning_rate=1e30), engine=engine)
    with pytest.raises(DivergedError, match=r"the loss became (nan|inf) in epoch 1 of 1"):
        train(spec, images)


def test_held_out_images_are_scored_and_the_test_images_predicted(fashion_mnist):
    """With a validation split the scores are the split's, the classes still the test images'."""
    spec = spec_of(validation="last", validation_size=1_000)
    result = train(spec, fashion_mnist)
    assert math.isclose(result.history[0].val_accuracy * 1_000 % 1, 0, abs_tol=1e-9)
    assert len(result.last.classes) == 10_000
    assert result.last.loss != result.history[-1].val_loss


def test_weights_are_a_file_that_keras_reads(fashion_mnist, tmp_path):
    """The weights sent back predict what the run predicted."""
    spec = spec_of()
    result = train(spec, fashion_mnist, keep_weights=lambda result: result.best_epoch == 1)
    file = tmp_path / "model.weights.h5"
    file.write_bytes(result.weights)
    from tunegrid.architectures import build_model

    model = build_model(spec.model.architecture, dict(spec.model.parameters))
    model.load_weights(file)
    images = fashion_mnist.x_test[:500].transpose(0, 2, 1)[..., None].astype("float32") / 255
    predicted = model.predict(images, verbose=0).argmax(-1)
    assert predicted.astype(np.uint8).tobytes() == result.last.classes[:500]


@pytest.mark.parametrize("direction", ["DropConnect", "rotations", "every layer normalised"])
def test_engines_agree_where_layers_draw_their_own_numbers(images, direction):
    """Dropped weights, turned images: the same ones in both engines, from the run's seed."""
    found = configurations(
        load_study("dress-in-layers"),
        where=f"direction == '{direction}'",
        overrides={"epochs": 1, "train_size": 3 * 128, "layerdense": 16},
    )
    spec = plan(found)[0].spec
    fast, plain = train(spec, images), train_as_fit(spec, images)
    (ours,), (theirs,) = fast.history, plain.history
    assert ours.loss == pytest.approx(theirs.loss, rel=1e-4)
    assert ours.val_accuracy == pytest.approx(theirs.val_accuracy, abs=0.002)


def test_a_rotation_of_nothing_is_none():
    """It is the same run, under the same key."""
    assert spec_of(rotation=0.0).key == spec_of().key != spec_of(rotation=0.1).key


def test_bfloat16_is_another_run_with_nearly_the_same_scores(images):
    """Layers compute in 16 bits, weights and the last layer in 32, and Keras is left as it was."""
    spec = spec_of(train_size=6_400)
    short = dataclasses.replace(spec, precision="bfloat16")
    assert short.key != spec.key
    plain, rough = train(spec, images), train(short, images)
    assert rough.history != plain.history
    assert rough.history[0].loss == pytest.approx(plain.history[0].loss, rel=0.02)
    assert train(spec, images).history == plain.history


def test_a_processor_without_bfloat16_is_not_asked_for_it(tmp_path, monkeypatch):
    """It would be imitated, slower than float32."""
    monkeypatch.setattr(precision, "_CPUINFO", tmp_path / "cpuinfo")
    precision.check_precision("bfloat16")  # a system that does not say
    (tmp_path / "cpuinfo").write_text("flags\t\t: fpu avx2 avx512_bf16\n")
    precision.check_precision("bfloat16")
    (tmp_path / "cpuinfo").write_text("flags\t\t: fpu avx2\n")
    precision.check_precision("float32")
    with pytest.raises(RunError, match="no arithmetic for precision = bfloat16"):
        precision.check_precision("bfloat16")
