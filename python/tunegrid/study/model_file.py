"""A model's function out of a Python file of the user's own."""

import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ..errors import SpecError
from ..machine.files import is_file


def model_function(text: str) -> Callable[..., object]:
    """Import a function that makes a Keras model of a row.

    The file is imported as a module of its name, and its folder is one to import from.

    Args:
        text: FILE.py:FUNCTION.

    Returns:
        A function of a row, which raises a SpecError where the file's own function fails.

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
    sys.path.insert(0, str(path.parent.resolve()))  # for what the function imports later, too
    sys.modules[path.stem] = module
    try:
        described.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())[:200]
        raise SpecError(
            f"--model: {path} cannot be run ({type(error).__name__}: {said})."
        ) from error
    function = getattr(module, name, None)
    if not callable(function):
        functions = [
            one for one, value in vars(module).items()
            if callable(value) and getattr(value, "__module__", None) == module.__name__
        ]  # fmt: skip
        there = f"it has {', '.join(functions)}" if functions else "it has none"
        raise SpecError(f"--model: {path} has no function {name}; {there}.")

    def made(row: Mapping[str, object]) -> object:
        try:
            return function(row)
        except (Exception, SystemExit) as error:
            said = " ".join(str(error).split())[:200]
            raise SpecError(
                f"--model: {text} failed for the row {dict(row)} ({type(error).__name__}: {said})."
            ) from error

    return made
