"""One person's mailbox and OneDrive."""

from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.people.person import Mailbox
from licenseiq_demo.people.population import GIB
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, entity

TIB = 1024 * GIB


def _mailbox(state: DemoState, keys: Keys) -> Mailbox:
    found = person(state, keys).mailbox
    if found is None:
        raise GraphError(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        )
    return found


def settings(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/mailboxSettings`."""
    box = _mailbox(state, keys)
    fields = {
        "userPurpose": box.kind,
        "timeZone": "GMT Standard Time",
        "automaticRepliesSetting": {"status": "disabled", "externalAudience": "all"},
    }
    return entity(request, f"users('{keys['id']}')/mailboxSettings", fields)


def purpose(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/mailboxSettings/userPurpose`."""
    box = _mailbox(state, keys)
    return entity(request, f"users('{keys['id']}')/mailboxSettings/userPurpose", {"value": box.kind})


def drive(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/drive`; 404 when it was never provisioned."""
    someone = person(state, keys)
    used = someone.drive_bytes
    if used is None:
        raise GraphError(404, "ResourceNotFound", "User's mysite not found.")
    local = someone.upn.replace("@", "_").replace(".", "_")
    fields = {
        "id": f"b!{someone.id.replace('-', '')}",
        "driveType": "business",
        "webUrl": f"https://larkfield-my.sharepoint.example/personal/{local}/Documents",
        "quota": {
            "total": TIB,
            "used": used,
            "remaining": TIB - used,
            "deleted": 0,
            "state": "normal",
        },
    }
    return entity(request, "drives/$entity", fields)
