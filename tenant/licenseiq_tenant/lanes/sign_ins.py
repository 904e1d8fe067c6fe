"""Sign-in activity of everybody, a page at a time: Graph allows ten such requests a minute, so the caller spaces them.

Permissions: User.Read.All and AuditLog.Read.All, and Entra ID P1 or P2 in the tenant (else NO_PREMIUM).
"""

from dataclasses import dataclass

import anyio
import msgspec

from licenseiq.errors import NotReadable
from licenseiq.readings import Reason, Source
from licenseiq.usage import SignIn
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Page, Sleep, fetch, get_request, not_readable
from licenseiq_tenant.graph.guard import is_below
from licenseiq_tenant.lanes import bodies, queries


@dataclass(frozen=True, slots=True)
class SignInPage:
    """User ids with what was seen of them. `next_link` continues the chain, in a later process too; None ends it."""

    rows: tuple[tuple[str, SignIn], ...]
    next_link: str | None
    unreadable: int


async def page(graph: Graph, link: str | None = None, sleep: Sleep = anyio.sleep) -> SignInPage:
    """One page: the first, or the one at `link`. Somebody without sign-ins was read and shows nothing.

    Raises NotReadable; INCOMPLETE means that the chain cannot be continued and has to start over without a link.
    Only a link to itself is seen here: a longer circle is the caller's to notice.
    """
    if link is not None and not is_below(graph.url(""), link):
        raise not_readable(Source.SIGN_INS, Reason.INCOMPLETE)
    info = queries.sign_ins(graph) if link is None else get_request(link)
    try:
        answer = await fetch(graph, info, Source.SIGN_INS, sleep)
    except NotReadable as error:
        # Graph answers a link that has grown too old with 400 or 410.
        if link is not None and error.reason == Reason.MALFORMED:
            raise not_readable(Source.SIGN_INS, Reason.INCOMPLETE) from error
        raise
    try:
        found = msgspec.json.decode(answer.content, type=Page)
    except ValueError as error:
        raise not_readable(Source.SIGN_INS, Reason.MALFORMED) from error
    if found.value is None:
        raise not_readable(Source.SIGN_INS, Reason.MALFORMED)
    onward = found.next_link
    if onward is not None and (onward == link or not is_below(graph.url(""), onward)):
        raise not_readable(Source.SIGN_INS, Reason.INCOMPLETE)
    users, unreadable = bodies.decode_items(found.value, bodies.UserSignIn)
    rows = tuple((user.id.lower(), _sign_in(user.sign_in_activity)) for user in users if user.id)
    return SignInPage(rows, onward, unreadable + len(users) - len(rows))


def _sign_in(activity: bodies.SignInActivity | None) -> SignIn:
    if activity is None:
        return SignIn()
    return SignIn(
        bodies.moment(activity.last_sign_in_date_time),
        bodies.moment(activity.last_non_interactive_sign_in_date_time),
        bodies.moment(activity.last_successful_sign_in_date_time),
    )
