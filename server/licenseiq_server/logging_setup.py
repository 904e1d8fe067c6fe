"""Logging that cannot leak: to stderr only, one line each, and without the text of any exception.

Exceptions can carry bodies of Graph, tokens and names. A record keeps its own words and the exception's type.
"""

import logging
import sys
from typing import TextIO

# Libraries that write addresses, which hold ids and names, into their INFO lines.
_TALKATIVE = ("httpx", "httpx2", "httpcore", "httpcore2", "msal", "azure", "kiota_http", "mcp")


class SafeFormatter(logging.Formatter):
    """The level, the logger's name and the message. Arguments that are exceptions shrink to their type."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.msg if isinstance(record.msg, str) else f"<{type(record.msg).__name__}>"
        if record.args:
            args = record.args
            shown = (
                tuple(_shown(arg) for arg in args)
                if isinstance(args, tuple)
                else {k: _shown(v) for k, v in args.items()}
            )
            try:
                message = message % shown
            except (TypeError, ValueError, KeyError):
                message = "a message that could not be put together"
        chain = _chain(record.exc_info[1] if record.exc_info else None)
        for error in chain:
            message = message.replace(str(error), "…") if str(error) else message
        suffix = f" ({' from '.join(type(error).__name__ for error in chain)})" if chain else ""
        return f"{record.levelname} {record.name}: {_flat(message)}{suffix}"


class _StderrHandler(logging.StreamHandler[TextIO]):
    """Looks stderr up at each line, and never prints a traceback of its own."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(SafeFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        return


def configure() -> None:
    """Replaces stderr and stdout handlers of the root logger by the safe one; other handlers stay."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _StderrHandler) or _writes_to_console(handler):
            root.removeHandler(handler)
    root.addHandler(_StderrHandler())
    root.setLevel(logging.INFO)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _writes_to_console(handler: logging.Handler) -> bool:
    return getattr(handler, "stream", None) in (sys.stderr, sys.stdout) or hasattr(handler, "console")


def _chain(error: BaseException | None) -> list[BaseException]:
    """An exception and what caused it, at most five deep."""
    found: list[BaseException] = []
    while error is not None and len(found) < 5:
        found.append(error)
        error = error.__cause__
    return found


def _shown(value: object) -> object:
    return f"<{type(value).__name__}>" if isinstance(value, BaseException) else value


def _flat(message: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in message).split())[:500]
