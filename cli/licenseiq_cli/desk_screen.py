"""What the desk's commands show: styled on a terminal, plain lines in a pipe. No text is read as markup."""

import signal
import sys
from typing import TYPE_CHECKING, TextIO

from licenseiq_cli.screen import is_terminal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status


class Screen:
    """Lines on one stream. On a terminal they may be styled, and a spinner may run below them."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._console = _console(stream) if is_terminal(stream) else None
        self._status: Status | None = None

    def line(self, text: str = "", style: str = "") -> None:
        """One line; on a terminal one that is too long goes on below its own indentation."""
        if self._console is None:
            print(text, file=self._stream, flush=True)
            return
        from rich.padding import Padding
        from rich.text import Text

        words = text.lstrip(" ")
        left = len(text) - len(words)
        if not words:
            self._console.print()
            return
        self._console.print(Padding(Text(words, style=style), (0, 0, 0, left), expand=False))

    def busy(self, text: str) -> None:
        """What is being done at this moment; shown on a terminal only, until `rest`."""
        if self._console is None:
            return
        from rich.text import Text

        if self._status is None:
            self._status = self._console.status(Text(text, style="dim"))
            self._status.start()
        else:
            self._status.update(Text(text, style="dim"))

    def rest(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def ask(self, question: str) -> str | None:
        """One line of standard input; None for Ctrl-C and for an input that has ended."""
        self.line(question, "bold")
        print("> ", end="", file=self._stream, flush=True)
        # An event loop turns the first Ctrl-C into a cancellation, which a blocking read never sees.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            typed = sys.stdin.readline()
        except KeyboardInterrupt:
            typed = ""
        finally:
            signal.signal(signal.SIGINT, before)
        if not typed or not sys.stdin.isatty():
            self.line()
        return typed or None


def _console(stream: TextIO) -> "Console":
    from rich.console import Console

    return Console(file=stream, markup=False, highlight=False, emoji=False)
