"""Sending a message for somebody, and the rules of an inbox.

"user: sendMail", "List rules" (graph). What was sent leaves the tenant in no way: tests read it from the control API.
"""

from typing import Any

from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.graph.mailbox import mailbox_of
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection


def rules(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/mailFolders/inbox/messageRules`."""
    box = mailbox_of(state, keys)[1]
    return collection(request, f"users('{keys['id']}')/mailFolders('inbox')/messageRules", box.rules)


def remove_rule(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /users/{id}/mailFolders/inbox/messageRules/{rule}`."""
    box = mailbox_of(state, keys, reading=False)[1]
    kept = [rule for rule in box.rules if rule["id"] != keys["rule"]]
    if len(kept) == len(box.rules):
        raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    box.rules = kept
    return Answer(204)


def _addresses(message: dict[str, Any], field: str) -> list[str]:
    rows = message.get(field) or []
    try:
        return [str(row["emailAddress"]["address"]) for row in rows]
    except (KeyError, TypeError):
        raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.") from None


def send(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /users/{id}/sendMail`: accepted, and kept for the tests."""
    message = request.json().get("message")
    if not isinstance(message, dict):
        raise GraphError(400, "ErrorInvalidParameter", "The parameter 'message' is missing.")
    to = {field: _addresses(message, field) for field in ("toRecipients", "ccRecipients", "bccRecipients")}
    everybody = [address for addresses in to.values() for address in addresses]
    if not everybody or not all("@" in address for address in everybody):
        raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient isn't valid, resolve it and resend.")
    sender = mailbox_of(state, keys, reading=False)[0]
    body = message.get("body") or {}
    state.tenant.mail.sent.append(
        {
            "what": "message",
            "at": state.stamp(),
            "from": sender.upn,
            "to": to["toRecipients"],
            "cc": to["ccRecipients"],
            "bcc": to["bccRecipients"],
            "subject": message.get("subject", ""),
            "content_type": body.get("contentType", "text"),
            "content": body.get("content", ""),
            "attachments": [item.get("name") for item in message.get("attachments") or []],
        }
    )
    return Answer(202)
