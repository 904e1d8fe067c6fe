"""An automatic reply, inside and outside. It needs a live mailbox: it comes before the licence goes (graph-facts 1.6).

The text is a committed value, as it can name the successor. Exchange gives it back as HTML: the words are compared.
"""

import html
import re
from collections.abc import Mapping

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target
from licenseiq.steps.kind import Facts, Kind, fact

FIELD = "automatic_reply"
# The setting as it was before a run, to put it back: a committed value with Graph's members.
BEFORE = "automatic_reply_before"
_GOAL: dict[str, Json] = {"automatic_reply_is": FIELD}
_BACK: dict[str, Json] = {"automatic_reply_is_back": BEFORE}
_MEMBERS = ("status", "externalAudience", "internalReplyMessage", "externalReplyMessage")
_TIMES = ("scheduledStartDateTime", "scheduledEndDateTime")
_TAGS = re.compile(r"<[^>]*>")
_AUDIENCES = ("none", "contactsOnly", "all")


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    answer = await ask(Ask(f"/users/{target.text('user_id')}/mailboxSettings"))
    found = answer["automaticRepliesSetting"]
    if not isinstance(found, Mapping):
        raise TypeError("no setting")
    return {
        "status": str(found["status"]),
        "audience": str(found["externalAudience"]),
        "inside": _words(found["internalReplyMessage"]),
        "outside": _words(found["externalReplyMessage"]),
        "setting": _setting(found),
    }


def _setting(found: Mapping[str, Json]) -> Json:
    """What can be sent again: the times only where they count."""
    names = (*_MEMBERS, *_TIMES) if found["status"] == "scheduled" else _MEMBERS
    return {name: found[name] if name in _TIMES else str(found[name] or "") for name in names}


def _words(text: Json) -> str:
    """The words of a message, whatever markup stands around them."""
    return " ".join(html.unescape(_TAGS.sub(" ", str(text or ""))).split())


REPLY = Reading(
    "automatic_reply", "the automatic reply", "MailboxSettings.Read", _read, paths=("/users/{id}/mailboxSettings",)
)


def _is(value: Json, facts: Facts, values: Mapping[str, Json]) -> bool:
    found, wanted = facts.get(REPLY.name), values.get(str(value))
    if not isinstance(found, Mapping) or not isinstance(wanted, str):
        return False
    inside, outside = found.get("inside") == _words(wanted), found.get("outside") == _words(wanted)
    return found.get("status") == "alwaysEnabled" and inside and (outside or found.get("audience") == "none")


def _is_back(value: Json, facts: Facts, values: Mapping[str, Json]) -> bool:
    found, wanted = facts.get(REPLY.name), values.get(str(value))
    setting = found.get("setting") if isinstance(found, Mapping) else None
    if not isinstance(setting, Mapping) or not isinstance(wanted, Mapping) or setting.keys() != wanted.keys():
        return False
    texts = _MEMBERS[2:]
    return all(
        _words(setting[name]) == _words(wanted[name]) if name in texts else setting[name] == wanted[name]
        for name in wanted
    )


def _calls(step: Step, target: Target, account: Account) -> tuple[Call, ...]:
    if not isinstance(fact(account, REPLY.name), Mapping):
        return ()
    path = f"/users/{target.text('user_id')}/mailboxSettings"
    if step.goal == _BACK:
        return (Call("PATCH", path, {"automaticRepliesSetting": target.values.get(BEFORE)}),)
    message = target.text(FIELD)
    setting: dict[str, Json] = {
        "status": "alwaysEnabled",
        "externalAudience": step.arguments["audience"],
        "internalReplyMessage": message,
        "externalReplyMessage": message,
    }
    return (Call("PATCH", path, {"automaticRepliesSetting": setting}),)


def _shape(body: Json) -> bool:
    found = body.get("automaticRepliesSetting") if isinstance(body, Mapping) and len(body) == 1 else None
    if not isinstance(found, Mapping):
        return False
    timed = found.get("status") == "scheduled"
    return found.keys() == {*_MEMBERS, *(_TIMES if timed else ())} and found["externalAudience"] in _AUDIENCES


SET_AUTOMATIC_REPLY = Kind(
    name=StepKind.SET_AUTOMATIC_REPLY,
    words="set an automatic reply",
    effect_class=EffectClass.SET_VALUED,
    permissions=("MailboxSettings.ReadWrite",),
    fits=lambda step: step.goal == _BACK or (step.goal == _GOAL and step.arguments.get("audience") in _AUDIENCES),
    calls=_calls,
    shapes=(Shape("PATCH", "/users/{id}/mailboxSettings", _shape),),
    readings=(REPLY,),
    clauses={"automatic_reply_is": _is, "automatic_reply_is_back": _is_back},
    hand_over=lambda step, target: (
        f"Put the automatic reply of {target.principal} back to what it was, in the Exchange admin center."
        if step.goal == _BACK
        else f"Set an automatic reply for {target.principal} in the Exchange admin center."
    ),
    summary=lambda step: (
        "Put the automatic reply back to what it was, mostly off."
        if step.goal == _BACK
        else "Set an automatic reply, whose text stands in the plan as a commitment."
    ),
)
