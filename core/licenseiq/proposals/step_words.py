"""A step of a plan, in words: 'Block sign-in.', 'Swap Microsoft 365 E5 for Microsoft 365 E3; newly on: …'."""

from collections.abc import Mapping

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import StepKind
from licenseiq.steps import KINDS
from licenseiq.steps.rules_of_groups import BRIDGE
from licenseiq.text import clean, one_line
from licenseiq.words import count

LONGEST = 300
_MOST_SKUS, _MOST_SERVICES = 3, 3
_BRIDGE = " in person until the mailbox is kept, as a group's rule takes it when sign-in is blocked"


def step_summary(step: Step) -> str:
    """One line of at most 300 characters; no text of the tenant stands in a step."""
    if (described := KINDS.get(step.kind)) is not None:
        words = described.summary(step) if described.summary is not None else f"{described.words.capitalize()}."
        return one_line(words, LONGEST)
    if step.kind is StepKind.DISABLE_SIGN_IN:
        return "Block sign-in."
    if step.kind is StepKind.REVOKE_SESSIONS:
        return "End all sessions."
    if step.kind is StepKind.ENABLE_SIGN_IN:
        return "Allow sign-in."
    if step.kind is StepKind.CHANGE_LICENCES:
        return _change(step)
    if step.kind in (StepKind.JOIN_GROUP, StepKind.LEAVE_GROUP):
        return _group(step)
    if step.kind is StepKind.SET_ATTRIBUTE:
        return f"Set {clean(str(step.arguments.get('attribute'))).text}; its values stand in the plan as commitments."
    number = len(_list(step.arguments.get("sku_ids")))
    return f"Take back {count(number, 'licence') if number else 'the licences'} assigned directly."


def _change(step: Step) -> str:
    names = step.arguments.get("names")
    known = names if isinstance(names, Mapping) else {}
    gone = [_name(sku, known) for sku in _list(step.arguments.get("remove"))]
    come = [_name(one.get("sku_id"), known) for one in _given(step)]
    if gone and come:
        words = f"Swap {_few(gone)} for {_few(come)}"
    elif come:
        words = f"Assign {_few(come)}"
    else:
        words = f"Take back {_few(gone)}"
    off = sum(len(_list(one.get("disabled_plans"))) for one in _given(step))
    before = f"{count(off, 'service')} off as before" if off else ""
    bridge = _BRIDGE if step.arguments.get("because") == BRIDGE else ""
    parts = [f"{words}{bridge}", before, "" if bridge else _new(step), _gone(step), _seats(step), _date(step)]
    return one_line("; ".join(part for part in parts if part) + ".", LONGEST)


def _group(step: Step) -> str:
    """'Take out of group 0a… (gives Microsoft 365 E3).'"""
    names = step.arguments.get("names")
    known = names if isinstance(names, Mapping) else {}
    given = _few([_name(sku, known) for sku in _list(step.arguments.get("sku_ids"))])
    verb = "Put into" if step.kind is StepKind.JOIN_GROUP else "Take out of"
    words = f"{verb} group {clean(str(step.arguments.get('group_id'))).text}"
    gives = f", which gives {given}" if given else ""
    new = _services(step.arguments["newly_enabled"], "newly on") if "newly_enabled" in step.arguments else ""
    parts = [f"{words}{gives}", new, _gone(step), _seats(step), _date(step)]
    return one_line("; ".join(part for part in parts if part) + ".", LONGEST)


def _new(step: Step) -> str:
    if not _given(step):
        return ""
    return _services(step.arguments.get("newly_enabled"), "newly on")


def _gone(step: Step) -> str:
    """Of a swap only: a licence that is taken back takes its services along."""
    swaps = _given(step) or "instead" in step.arguments
    if not swaps or "services_gone" not in step.arguments:
        return ""
    return _services(step.arguments["services_gone"], "no longer on")


def _services(found: Json, how: str) -> str:
    """'newly on: Copilot and 2 more'."""
    if not isinstance(found, Mapping):
        return f"which services are {how} is unknown"
    names = [clean(str(name)).text for name in _list(found.get("names"))]
    others = found.get("others")
    left = len(names[_MOST_SERVICES:]) + (others if isinstance(others, int) else 0)
    shown = ", ".join(names[:_MOST_SERVICES])
    if not shown and not left:
        return f"no service is {how}"
    return f"{how}: " + " and ".join(part for part in (shown, f"{left} more" if left else "") if part)


def _seats(step: Step) -> str:
    seats = step.arguments.get("seats")
    freed = isinstance(seats, Mapping) and "freed_here" in seats.values()
    twice = "a group goes on giving what it gives too" if step.arguments.get("by_group_too") else ""
    return "; ".join(part for part in (twice, "from a seat that this plan frees" if freed else "") if part)


def _date(step: Step) -> str:
    date = step.arguments.get("not_before")
    return f"not before {clean(date).text}" if isinstance(date, str) else ""


def _given(step: Step) -> list[Mapping[str, Json]]:
    return [one for one in _list(step.arguments.get("add")) if isinstance(one, Mapping)]


def _list(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list | tuple) else []


def _name(sku: Json, names: Mapping[str, Json]) -> str:
    return clean(str(names.get(str(sku), sku))).text


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_SKUS} more" if len(names) > _MOST_SKUS else ""
    return ", ".join(names[:_MOST_SKUS]) + more
