"""Words for what goes wrong: a page for a person, JSON for a script; no traceback, and nothing of the tenant."""

import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from licenseiq.errors import LicenseIQError, NotFound

log = logging.getLogger(__name__)

View = Callable[[Request], Awaitable[Response]]
# (status, what happened, what to do next) -> a page.
Trouble = Callable[[int, str, str], Response]


def answering(view: View, page: Trouble | None = None) -> View:
    """The view, with its errors told: by `page`, or as JSON."""

    def tell(status: int, words: str, next_step: str) -> Response:
        if page is not None:
            return page(status, words, next_step)
        return JSONResponse({"error": words, "next_step": next_step}, status)

    async def answer(request: Request) -> Response:
        try:
            return await view(request)
        except LicenseIQError as error:
            return tell(404 if isinstance(error, NotFound) else 409, error.what_happened, error.next_step)
        except Exception as error:  # noqa: BLE001 - its text could quote the tenant
            log.error("A page could not be answered (%s).", type(error).__name__)
            return tell(
                500,
                f"The desk could not do this because of a fault ({type(error).__name__}). Nothing was decided by it.",
                "Load the page again. If it happens again, restart the desk and report that word.",
            )

    return answer
