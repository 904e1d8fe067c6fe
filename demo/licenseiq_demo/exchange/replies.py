"""Automatic replies and inbox rules as cmdlets; Graph speaks of the same ones."""

from licenseiq_demo.exchange.call import Call, Result
from licenseiq_demo.exchange.errors import wrong_parameter
from licenseiq_demo.exchange.shapes import alias, typed
from licenseiq_demo.mail.box import NO_REPLY

STATES = {"disabled": "Disabled", "alwaysEnabled": "Enabled", "scheduled": "Scheduled"}
AUDIENCES = {"none": "None", "contactsOnly": "Known", "all": "All"}
"""Graph's word, Exchange's word."""


def get_replies(call: Call) -> Result:
    """The automatic reply of a mailbox."""
    person, box, _ = call.seen(call.needed("Identity"))
    kept = box.replies
    return Result(
        [
            {
                "AutoReplyState": STATES[kept["status"]],
                "ExternalAudience": AUDIENCES[kept["externalAudience"]],
                "InternalMessage": kept["internalReplyMessage"],
                "ExternalMessage": kept["externalReplyMessage"],
                "MailboxOwnerId": alias(person),
                "Identity": alias(person),
            }
        ]
    )


def _word(call: Call, name: str, words: dict[str, str]) -> str | None:
    given = call.text(name)
    if given is None:
        return None
    for graph, exchange in words.items():
        if exchange.lower() == given.lower():
            return graph
    raise wrong_parameter(f"Cannot convert value \"{given}\" of parameter '{name}'.")


def set_replies(call: Call) -> Result:
    """Sets the automatic reply."""
    _, box = call.writing(call.needed("Identity"))
    state, audience = _word(call, "AutoReplyState", STATES), _word(call, "ExternalAudience", AUDIENCES)
    changed = {**NO_REPLY, **box.replies}
    if state is not None:
        changed["status"] = state
    if audience is not None:
        changed["externalAudience"] = audience
    for parameter, name in (("InternalMessage", "internalReplyMessage"), ("ExternalMessage", "externalReplyMessage")):
        if call.has(parameter):
            changed[name] = call.text(parameter) or ""
    box.replies = changed
    return Result()


def get_rules(call: Call) -> Result:
    """The rules of an inbox."""
    person, box, _ = call.seen(call.needed("Mailbox"))
    rows = []
    for rule in box.rules:
        targets = rule["actions"].get("forwardTo", []) + rule["actions"].get("redirectTo", [])
        rows.append(
            typed(
                {
                    "Identity": f"{alias(person)}\\{rule['id']}",
                    "Name": rule["displayName"],
                    "Enabled": rule["isEnabled"],
                    "Priority": rule["sequence"],
                    "ForwardTo": [
                        f'"{to["emailAddress"]["name"]}" [SMTP:{to["emailAddress"]["address"]}]' for to in targets
                    ],
                    "MailboxOwnerId": alias(person),
                }
            )
        )
    return Result(rows)
