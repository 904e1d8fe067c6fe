"""One person's mailbox settings."""

from typing import Any

from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.mail.box import Box
from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, entity

_REPLY_STATUS = ("disabled", "alwaysEnabled", "scheduled")
_AUDIENCE = ("none", "contactsOnly", "all")
_REPLY = frozenset(
    {
        "@odata.type",
        "status",
        "externalAudience",
        "internalReplyMessage",
        "externalReplyMessage",
        "scheduledStartDateTime",
        "scheduledEndDateTime",
    }
)


def mailbox_of(state: DemoState, keys: Keys, *, reading: bool = True) -> tuple[Person, Box]:
    """A mailbox that is there and licensed, or shared; 404 otherwise. A read may bring a conversion nearer."""
    someone, mail, today = person(state, keys), state.tenant.mail, state.now().date()
    found = mail.read(someone, today) if reading else mail.look(someone, today)
    if found is None or found[1] != "live":
        raise GraphError(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        )
    if not reading:
        mail.before_write(someone, state.tenant.lag)
    return someone, found[0]


def _settings(request: Asked, key: str, box: Box) -> Answer:
    fields = {"userPurpose": box.kind, "timeZone": "GMT Standard Time", "automaticRepliesSetting": box.replies}
    return entity(request, f"users('{key}')/mailboxSettings", fields)


def settings(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/mailboxSettings`."""
    return _settings(request, keys["id"], mailbox_of(state, keys)[1])


def change_settings(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`PATCH /users/{id}/mailboxSettings`: the automatic reply; the purpose is read-only."""
    changes = request.json()
    reply = changes.get("automaticRepliesSetting")
    if set(changes) - {"@odata.context", "@odata.type", "automaticRepliesSetting"} or not isinstance(reply, dict):
        raise GraphError(400, "ErrorInvalidProperty", "A property of mailboxSettings cannot be set.")
    _check(reply)
    box = mailbox_of(state, keys, reading=False)[1]
    kept = {name: value for name, value in reply.items() if not name.startswith("@")}
    box.replies = {**box.replies, **kept}
    return _settings(request, keys["id"], box)


def _check(reply: dict[str, Any]) -> None:
    unknown = set(reply) - _REPLY
    status, audience = reply.get("status", "disabled"), reply.get("externalAudience", "all")
    if unknown or status not in _REPLY_STATUS or audience not in _AUDIENCE:
        raise GraphError(400, "RequestBodyRead", "The automaticRepliesSetting could not be read.")
    if status == "scheduled" and not {"scheduledStartDateTime", "scheduledEndDateTime"} <= set(reply):
        raise GraphError(400, "ErrorInvalidTimeInterval", "A scheduled reply needs a start and an end.")


def purpose(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/mailboxSettings/userPurpose`."""
    box = mailbox_of(state, keys)[1]
    return entity(request, f"users('{keys['id']}')/mailboxSettings/userPurpose", {"value": box.kind})
