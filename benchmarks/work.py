"""What is measured: configurations of kh2021, and how many operations one image costs."""

from tunegrid.data.datasets import Images
from tunegrid.data.reading import load_dataset
from tunegrid.data.sources import find_dataset
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import PlannedRun, plan
from tunegrid.plan.runs import RunSpec
from tunegrid.study.study import load_study

STUDY = "kh2021"
GRID = ("one-layer", "two-layer", "three-layer")

#: From the smallest to the largest, and the ANN: name, experiment, condition.
FEATURED = {
    "1 conv × 16, dense 16": ("one-layer", "layer1 == 16 and layerdense == 16"),
    "2 conv × 16, dense 16": ("two-layer", "layer2 == 16 and layerdense == 16"),
    "3 conv × 16, dense 16": ("three-layer", "layer3 == 16 and layerdense == 16"),
    "ANN 512-256": ("compare", "model == 'ANN' and dataset == 'fashion_mnist'"),
    "2 conv × 64, dense 128": ("two-layer", "layer1 == 64 and layer2 == 64 and layerdense == 128"),
    "2 conv × 128, dense 128": ("two-layer", "layer1 == 128"),
    "3 conv × 128, dense 128": ("three-layer", "layer1 == 128"),
    "1 conv × 128, dense 128": ("one-layer", "layer1 == 128"),
}
SMALL = ("1 conv × 16, dense 16", "2 conv × 16, dense 16", "3 conv × 16, dense 16", "ANN 512-256")


def featured(**overrides: object) -> dict[str, PlannedRun]:
    """Give the featured configurations as runs, by name."""
    return {
        name: plan(
            configurations(
                load_study(STUDY), experiments=experiment, where=where, overrides=overrides
            )
        )[0]
        for name, (experiment, where) in FEATURED.items()
    }


def whole_grid() -> list[PlannedRun]:
    """Give the 65 configurations of the study's three tables as runs of the full protocol."""
    return plan(configurations(load_study(STUDY), experiments=GRID))


def name_of(run: PlannedRun) -> str:
    """Name a configuration of the grid, as `64-64-128`."""
    columns = run.configuration.columns
    return "-".join(str(v) for k, v in columns.items() if k.startswith("layer") and v is not None)


def images_of(spec: RunSpec) -> Images:
    """Load a run's data set."""
    return load_dataset(find_dataset(spec.data.dataset, download=False))


def operations(model: object) -> int:
    """Count the floating-point operations that training needs for one image.

    A multiplication and an addition are two. Forward, to the weights and to the inputs, each as
    many; the first layer needs nothing to its inputs. Pooling, activations and the optimizer are
    not counted.
    """
    total, times = 0, 2
    for layer in model.layers:
        if not hasattr(layer, "kernel"):
            continue
        pixels = layer.output.shape[1] * layer.output.shape[2] if layer.kernel.ndim == 4 else 1  # noqa: PLR2004
        size = 1
        for extent in layer.kernel.shape:
            size *= extent
        total += 2 * times * pixels * size
        times = 3
    return total
