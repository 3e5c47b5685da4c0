"""A model's function out of a Python file of the user's own."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

from ..errors import SpecError
from ..machine.files import is_file


def model_function(text: str) -> Callable[..., object]:
    """Import a function that makes a Keras model of a row.

    The file is run, as `python FILE.py` would run it, with its folder to import from.

    Args:
        text: FILE.py:FUNCTION.

    Raises:
        SpecError: when there is no such file or function, or the file cannot be run.
    """
    file, _, name = text.rpartition(":")
    path = Path(file)
    if path.suffix != ".py" or not name.isidentifier():
        raise SpecError(f"--model must be FILE.py:FUNCTION, as net.py:build, not {text!r}.")
    if not is_file(path):
        raise SpecError(f"--model: there is no file {path}.")
    described = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(described)
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        described.loader.exec_module(module)
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise SpecError(
            f"--model: {path} cannot be run ({type(error).__name__}: {said})."
        ) from error
    finally:
        sys.path.remove(str(path.parent.resolve()))
    function = getattr(module, name, None)
    if not callable(function):
        functions = [
            one for one, value in vars(module).items()
            if callable(value) and getattr(value, "__module__", None) == module.__name__
        ]  # fmt: skip
        there = f"it has {', '.join(functions)}" if functions else "it has none"
        raise SpecError(f"--model: {path} has no function {name}; {there}.")
    return function
