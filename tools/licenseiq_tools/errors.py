"""What goes wrong, in words that a model can act on.

Ambiguous              the words, and the cleaned candidates in a field of their own
any LicenseIQError     its words: they hold no tenant text by promise, and are flattened to one line all the same
anything else          a generic sentence; the type and the place go to the log, the text goes nowhere
"""

import functools
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import ParamSpec

from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult

from licenseiq.errors import Ambiguous, LicenseIQError
from licenseiq.text import clean
from licenseiq_tools.answers import refusal
from licenseiq_tools.wording import one_line

_LOG = logging.getLogger(__name__)
_MOST_CANDIDATES = 10
P = ParamSpec("P")


def guarded(function: Callable[P, Awaitable[CallToolResult]]) -> Callable[P, Awaitable[CallToolResult]]:
    """The tool, with every failure turned into an answer."""
    name = getattr(function, "__name__", "tool")

    @functools.wraps(function)
    async def safely(*args: P.args, **kwargs: P.kwargs) -> CallToolResult:
        try:
            return await function(*args, **kwargs)
        except MCPError:
            raise
        except Exception as error:  # noqa: BLE001 - the last line before the client
            return in_words(name, error)

    return safely


def in_words(tool: str, error: Exception) -> CallToolResult:
    if isinstance(error, Ambiguous):
        shown = [clean(candidate).text for candidate in error.candidates[:_MOST_CANDIDATES]]
        left_out = max(0, len(error.candidates) - _MOST_CANDIDATES)
        return refusal(_words(error), {"error": "Ambiguous", "candidates": shown, "candidates_left_out": left_out})
    if isinstance(error, LicenseIQError):
        return refusal(_words(error))
    _LOG.error("%s failed: %s at %s", tool, type(error).__name__, _place(error))
    return refusal(
        f"Could not answer {tool}: a fault inside LicenseIQ, not in your question. Nothing was changed. "
        "Try again; if it stays, a person can run 'licenseiq check' and look at the server's log."
    )


def _words(error: LicenseIQError) -> str:
    return one_line(str(error), 800)


def _place(error: Exception) -> str:
    """Module lines without values: the innermost frames of the traceback."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames)) or "unknown place"
