"""The optimizer's step as one function of XLA, compiled once for all models of the same make.

Dozens of small operations become one pass over the weights; for the largest models what counts
is how often these go through memory. What XLA has compiled stays for as long as the process
lives, and so does what TensorFlow has registered as a gradient: a worker that compiled for every
run would grow with every run.
"""

import json
from collections.abc import Sequence

import keras
import tensorflow as tf
from tensorflow.types.experimental import AtomicFunction, ConcreteFunction

# The function of a make of models, and what it captures: the position of a variable, or a value.
_compiled: dict[str, tuple[AtomicFunction, list[int | tf.Tensor]]] = {}


class Update:
    """The step of a compiled model's optimizer, which is built."""

    def __init__(self, model: keras.Model, penalized: Sequence[keras.Variable]) -> None:
        self._weights, self._penalized = model.trainable_variables, penalized
        self._optimizer = model.optimizer
        variables = [*self._weights, *self._optimizer.variables]
        self._handles = [variable.value.handle for variable in variables]
        self._make = model.to_json() + json.dumps(keras.optimizers.serialize(model.optimizer))

    @tf.autograph.experimental.do_not_convert
    def __call__(self, gradients: Sequence[tf.Tensor | None]) -> None:
        """Add the gradients of the weights' penalties, and apply the optimizer.

        Args:
            gradients: of the loss without penalties, one for each trainable variable; None
                where the loss does not depend on it.
        """
        used = [position for position, one in enumerate(gradients) if one is not None]
        given = [gradients[position] for position in used]
        make = f"{self._make} {used}"
        if make not in _compiled:
            concrete = self._compile(used, given)
            captured = [self._position(one) for one in concrete.captured_inputs]
            _compiled[make] = concrete.inference_fn, captured
            _forget_captures(concrete.graph)
        function, captured = _compiled[make]
        handles = [self._handles[one] if isinstance(one, int) else one for one in captured]
        function.call_flat(*given, *handles)

    def _compile(self, used: Sequence[int], gradients: Sequence[tf.Tensor]) -> ConcreteFunction:
        def trace(*given: tf.Tensor) -> None:
            summed = self._penalty_gradients()
            for position, gradient in zip(used, given, strict=True):
                penalty = summed[position]
                summed[position] = gradient if penalty is None else gradient + penalty
            # Outside a replica, for there Keras would add up the gradients of all replicas, and
            # TensorFlow registers that sum's gradient for ever. There is one replica.
            tf.distribute.get_replica_context().merge_call(
                lambda _: self._optimizer.apply(summed, self._weights)
            )

        shapes = [tf.TensorSpec(one.shape, one.dtype) for one in gradients]
        return tf.function(trace, jit_compile=True, autograph=False).get_concrete_function(*shapes)

    def _penalty_gradients(self) -> list[tf.Tensor | None]:
        with tf.GradientTape() as tape:
            penalties = [weight.regularizer(weight.value) for weight in self._penalized]
        return tape.gradient(penalties, [weight.value for weight in self._weights])

    def _position(self, captured: tf.Tensor) -> int | tf.Tensor:
        """Give the position of the variable that a tensor is the handle of, or the tensor."""
        of = (n for n, handle in enumerate(self._handles) if handle is captured)
        return next(of, captured)


def _forget_captures(graph: tf.Graph) -> None:
    """Let the variables go that a function was traced with: they would live as long as it."""
    graph.function_captures.clear()
    graph.captures  # noqa: B018 - computed, and kept from then on, when it is read
