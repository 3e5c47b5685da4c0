"""One way to train a list of runs, in a process of its own: `fit`, and what people drive it with.

`python benchmarks/contestant.py keras-tuner WORK.json` trains what the file lists, one run each,
with the test images scored after each epoch, and prints the last accuracies as JSON. Each has the
setting in which it was fastest: steps_per_execution by configuration, and Ray a reused process
of one thread a core.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def arrays(split: object, spec: object) -> tuple:
    """Give images as float32 (n, 28, 28, 1) and labels as one-hot rows, to train and to test."""
    import keras
    import numpy as np

    scale = np.float32(255 if spec.data.scaling == "unit" else 1)
    return tuple(
        (x[..., None].astype(np.float32) / scale, keras.utils.to_categorical(y, 10))
        for x, y in ((split.x_train, split.y_train), (split.x_test, split.y_test))
    )


def recompile(model: object, steps_per_execution: int) -> None:
    """Compile a compiled model again, with so many steps in one call."""
    model.compile(
        optimizer=model.optimizer,
        loss=model.loss,
        metrics=["accuracy"],
        jit_compile=False,
        steps_per_execution=steps_per_execution,
    )


class Work:
    """A run, as `fit` needs it."""

    def __init__(self, spec: str, steps_per_execution: int) -> None:
        from tunegrid.plan.runs import RunSpec

        self.spec = RunSpec.from_json(spec)
        self.steps_per_execution = steps_per_execution

    def model(self) -> object:
        """Build and compile the run's model."""
        from tunegrid.train.one_run import fresh_model

        seeds, _, dropout = self.spec.streams()
        model = fresh_model(self.spec, seeds, dropout)
        recompile(model, self.steps_per_execution)
        return model

    def fit(self, model: object, **more: object) -> object:
        """Train for all epochs; return Keras's history."""
        from work import images_of

        from tunegrid.train.one_run import _split

        train, test = arrays(_split(images_of(self.spec), self.spec), self.spec)
        settings = {"epochs": self.spec.epochs, "batch_size": self.spec.batch_size}
        return model.fit(*train, validation_data=test, **{**more, **settings, "verbose": 0})

    def accuracy(self) -> float:
        """Train, and give the accuracy after the last epoch."""
        import keras

        keras.backend.clear_session()
        return self.fit(self.model()).history["val_accuracy"][-1]


def fit(works: Sequence[Work]) -> list[float]:
    """Loop over plain `Model.fit`."""
    return [work.accuracy() for work in works]


def keras_tuner(works: Sequence[Work]) -> list[float]:
    """Let KerasTuner's GridSearch drive `fit`."""
    import keras_tuner

    class Grid(keras_tuner.HyperModel):
        def build(self, hp: object) -> object:
            return works[hp.Choice("run", list(range(len(works))))].model()

        def fit(self, hp: object, model: object, **more: object) -> object:
            return works[hp.get("run")].fit(model, **more)

    with tempfile.TemporaryDirectory() as folder:
        tuner = keras_tuner.GridSearch(Grid(), objective="val_accuracy", directory=folder)
        tuner.search(verbose=0)
        trials = tuner.oracle.trials.values()
        scores = {trial.hyperparameters.get("run"): trial.score for trial in trials}
    return [scores[number] for number in range(len(works))]


def optuna(works: Sequence[Work]) -> list[float]:
    """Let Optuna's GridSampler drive `fit`."""
    import optuna

    numbers = list(range(len(works)))
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.GridSampler({"run": numbers})
    )
    study.optimize(lambda trial: works[trial.suggest_categorical("run", numbers)].accuracy())
    scores = {trial.params["run"]: trial.value for trial in study.trials}
    return [scores[number] for number in numbers]


def ray(works: Sequence[Work]) -> list[float]:
    """Let Ray Tune run `fit` in as many processes as there are cores, of one thread each."""
    import ray
    from ray import tune

    given = [(work.spec.to_json(), work.steps_per_execution) for work in works]
    here = str(Path(__file__).parent)

    class Train(tune.Trainable):
        def setup(self, config: Mapping) -> None:
            self.number = config["run"]

        reset_config = None

        def step(self) -> dict:
            sys.path.insert(0, here)
            from contestant import Work

            return {"accuracy": Work(*given[self.number]).accuracy(), "done": True}

    def reset(self: Train, config: Mapping) -> bool:
        self.number = config["run"]
        return True

    Train.reset_config = reset
    threads = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")
    path = {"PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])}
    variables = {"OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", **threads, **path}
    with tempfile.TemporaryDirectory() as folder:
        ray.init(include_dashboard=False, log_to_driver=False, runtime_env={"env_vars": variables})
        tuner = tune.Tuner(
            tune.with_resources(Train, {"cpu": 1}),
            param_space={"run": tune.grid_search(list(range(len(works))))},
            tune_config=tune.TuneConfig(reuse_actors=True),
            run_config=tune.RunConfig(storage_path=folder, verbose=0),
        )
        results = tuner.fit()
        scores = {one.config["run"]: one.metrics["accuracy"] for one in results}
        ray.shutdown()
    return [scores[number] for number in range(len(works))]


CONTESTANTS: Mapping[str, Callable[[Sequence[Work]], list[float]]] = {
    "fit": fit,
    "keras-tuner": keras_tuner,
    "optuna": optuna,
    "ray": ray,
}

if __name__ == "__main__":
    name, file = sys.argv[1:]
    listed = json.loads(Path(file).read_text(encoding="utf-8"))
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no result
    accuracies = CONTESTANTS[name]([Work(*one) for one in listed])
    print(json.dumps([float(one) for one in accuracies]), file=out)
