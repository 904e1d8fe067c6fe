"""The `licenseiq` command: reads the arguments, runs one command's module, and words what went wrong."""

import gc
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, cast

from licenseiq.errors import LicenseIQError, SettingsError
from licenseiq.text import one_line
from licenseiq_cli.arguments import build_parser
from licenseiq_demo.errors import DemoError

if TYPE_CHECKING:
    from licenseiq_tenant.postgresql.server import Server

WRONG, WRONG_USE, INTERRUPTED, PIPE_CLOSED = 1, 2, 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns the exit code: 0 success, 1 something found wrong, 2 wrong use or settings,
    130 for Ctrl-C, 141 when the reader of the output went away."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name of the tenant may hold what the terminal's encoding lacks: show its code instead of failing.
            stream.reconfigure(errors="backslashreplace")
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        if options.version:
            print(f"licenseiq {version()}")  # noqa: T201 - what was asked for
            code = 0
        elif options.command is None:
            parser.print_help()
            code = 0
        else:
            # What is loaded now stays: looking through it for garbage, again and again, takes a tenth of the start.
            gc.disable()
            _place_stores()
            module = importlib.import_module(f"licenseiq_cli.{options.module}")
            gc.freeze()
            gc.enable()
            code = cast("Callable[[object], int]", module.run)(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # What is still buffered would fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except Exception as error:  # noqa: BLE001 - a traceback would print texts of the tenant, or worse
        return _tell(_innermost(error))


def _place_stores() -> None:
    """Says, before anybody opens a store, that the settings decide where it is; they are read when one is opened."""
    from licenseiq_tenant.places import place_stores

    place_stores(_stores_of)


def _stores_of(folder: Path) -> "Server | None":
    from licenseiq_cli.database_url import stores_of

    return stores_of(folder)


def version() -> str:
    """The installed version; 'unknown' in a bare checkout."""
    from importlib import metadata

    try:
        return metadata.version("licenseiq")
    except metadata.PackageNotFoundError:
        return "unknown"


def _tell(error: Exception) -> int:
    """One message on stderr. Only our own errors may speak: the text of any other could quote the tenant."""
    if isinstance(error, LicenseIQError | DemoError):
        words = str(error)
    else:
        words = f"Stopped by an unexpected {type(error).__name__} at {_place(error)}. Please report this line."
    print(f"licenseiq: {one_line(words)}", file=sys.stderr)  # noqa: T201 - the one place where errors are told
    return WRONG_USE if isinstance(error, SettingsError) else WRONG


def _innermost(error: Exception) -> Exception:
    """A task group wraps what one of its tasks raised."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _place(error: Exception) -> str:
    """The last line of ours that was reached, 'licenseiq_cli.report:12'."""
    reached = [(frame.f_globals.get("__name__", ""), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [(module, line) for module, line in reached if module.startswith("licenseiq")] or reached
    return f"{ours[-1][0]}:{ours[-1][1]}" if ours else "an unknown place"


if __name__ == "__main__":
    sys.exit(main())
