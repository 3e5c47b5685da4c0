"""A run's model as it was trained: built anew from its spec, given the weights that were kept."""

import hashlib
import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..architectures import ARCHITECTURES, parameter_counts, without_weights
from ..errors import StoreError, quoted
from ..machine.hdf5 import check_weights, opened_hdf5
from ..machine.outside import MIB, read_outside
from ..plan.runs import RunSpec
from ..store.store import Store
from ..store.weights import WEIGHTS_MOST, weights_file

if TYPE_CHECKING:
    import keras

#: The bytes of a weight in double precision; more than a file has beside its weights.
_WIDEST, _BESIDE = 8, 64 * MIB


def build(spec: RunSpec) -> "keras.Model":
    """Build a run's model, with weights as Keras draws them.

    Raises:
        StoreError: when this tunegrid has another revision of its architecture.
    """
    from ..train.one_run import model_of_spec

    known = ARCHITECTURES.get(spec.model.architecture)
    if known is None or known.revision != spec.model.revision:
        raise StoreError(
            f"Run {spec.key[:12]} has revision {spec.model.revision} of the architecture "
            f"{spec.model.architecture}, which this tunegrid cannot build: use the version that "
            f"trained it."
        )
    return model_of_spec(spec)


def kept_weights(store: Store, spec: RunSpec, sha256: str) -> bytes:
    """Read the weights that a store has kept of a run.

    Raises:
        StoreError: when the file is missing, has more than the run's model, or its SHA-256 is not
            the one that was stored.
    """
    file = weights_file(store.folder, spec.key)
    if not file.exists():
        raise StoreError(f"{file} is missing: see `tune-grid verify` and `tune-grid repair`.")
    numbers = parameter_counts(without_weights(lambda: build(spec)))["total"]
    limit = min(WEIGHTS_MOST, _WIDEST * numbers + _BESIDE)
    content = read_outside(file, limit=limit, error=StoreError, links=False)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StoreError(
            f"{file} is damaged (its SHA-256 is not the one that was stored): see `tune-grid "
            f"verify` and `tune-grid repair`."
        )
    return content


def load(model: "keras.Model", weights: bytes, spec: RunSpec) -> None:
    """Give a model the weights of a file's content, which must be its own and nothing else.

    Raises:
        StoreError: when they are not.
    """
    most = sum(math.prod(one.shape) for one in model.variables)
    said = f"The weights of run {spec.key[:12]} are not those of its model"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stored.weights.h5"
        file.write_bytes(weights)
        try:
            with opened_hdf5(file, limit=WEIGHTS_MOST, error=StoreError) as opened:
                check_weights(opened, most, StoreError)
        except StoreError as error:
            raise StoreError(f"{said}: {error}") from None
        try:
            model.load_weights(file)
        except Exception as error:  # noqa: BLE001 - Keras, h5py and the backend have a dozen kinds
            raise StoreError(f"{said} ({quoted(error)}): see `tune-grid verify`.") from None
