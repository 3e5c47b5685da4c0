"""The command `tune-grid`: it parses, calls the verb of the same name, and prints."""

import os
import signal
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

from ..errors import SpecError, TunegridError, quoted
from ..machine.elsewhere import import_matplotlib
from ..version import __version__
from . import conclusions, machine, results, running, stores, studies
from .output import tell

app = typer.Typer(
    name="tune-grid",
    help="Run a published Keras tuning study again, with as many seeds as it takes, and see "
    "which of its conclusions survive.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (studies, running, results, conclusions, stores, machine):
    app.add_typer(group.app)


@app.callback(invoke_without_command=True)
def _begin(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"tune-grid {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command and end the process.

    Exit codes: 0 done; 1 some runs failed, a store is not whole or nothing was repaired,
    something is missing here, a strict audit found something; 2 bad request; 130 interrupted.
    """
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.reconfigure(errors="replace")  # a terminal without τ gets a question mark
        _check_arguments(sys.argv[1:])
        if os.path.lexists("matplotlibrc"):  # else it is left to whoever needs it
            import_matplotlib()
        code = app(standalone_mode=False, prog_name="tune-grid")
        if sys.stdout is not None:
            sys.stdout.flush()
    except TyperException as error:
        tell(error.format_message().replace("\n", " "))
        code = 2
    except TunegridError as error:
        tell(str(error))
        code = 2
    except (KeyboardInterrupt, typer.Abort):  # Abort: Ctrl-C or Ctrl-D at a question
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C finds us on the way out
        code = 130
    except (SystemExit, BrokenPipeError):
        code = 0  # whoever read our output has had enough, as `| head` does
    except OSError as error:
        tell(f"The output cannot be written: {error.strerror or error}.")
        code = 2
    sys.exit(code)


def _check_arguments(words: Sequence[str]) -> None:
    """Refuse arguments of bytes that are no characters: no store or study could name them."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise SpecError(f"The argument {quoted(word)} is no text in UTF-8.") from None
