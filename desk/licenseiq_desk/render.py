"""The lines that a person reads before deciding: made from the plan's canonical bytes and the opened values.

Ids stand exactly; text that a user of the tenant controls is cleaned. Nothing of the plan is left out: what has no
words here stands as its canonical JSON.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from licenseiq.ports import Protection
from licenseiq.proposals.canonical import Json, canonical
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import DATA_AS_OF, Plan, Step, read_plan
from licenseiq.proposals.steps import StepKind
from licenseiq.steps import KINDS
from licenseiq.steps.asking import Target
from licenseiq.text import LONGEST, clean
from licenseiq.times import iso
from licenseiq.words import count

SkuName = Callable[[str], str]

VERBS = {
    StepKind.DISABLE_SIGN_IN: "block sign-in",
    StepKind.REVOKE_SESSIONS: "end all sessions",
    StepKind.REMOVE_DIRECT_LICENCES: "take back direct licences",
    StepKind.CHANGE_LICENCES: "change direct licences",
    StepKind.ENABLE_SIGN_IN: "allow sign-in",
    StepKind.JOIN_GROUP: "put into a group",
    StepKind.LEAVE_GROUP: "take out of a group",
    StepKind.SET_ATTRIBUTE: "set an attribute",
    **{name: kind.words for name, kind in KINDS.items()},
}


SET_BY, AT_RISK, UNTIL = "set_by", "data_at_risk_on", "undo_valid_until"
_UNDONE = {"enable_sign_in": "allow sign-in", "disable_sign_in": "block sign-in"}
_NOT_TOUCHED = "this person is not touched."
_BLOCKED = " [blocked, not taken]"
_SHOWN_AS = {"display_name": "", "user_principal_name": "", "user_id": "id "}


def _by_id(sku_id: str) -> str:
    return sku_id


def render(
    plan_bytes: bytes,
    openings: Mapping[str, Opening],
    protections: Mapping[str, Protection],
    sku_name: SkuName = _by_id,
    said: Mapping[int, Sequence[str]] | None = None,
) -> list[str]:
    """The whole plan in lines. `protections` and `said`, the words of the checks by step, are empty before the
    preflight. Raises Tampered."""
    plan = read_plan(plan_bytes)
    blocked = plan.blocked_steps()
    versions = {name: value for name, value in plan.versions.items() if name != DATA_AS_OF}
    lines = [
        f"Plan {plan.digest()}",
        f"Kind {_clean(plan.kind)}; tenant {_clean(plan.tenant_id)}{' (the demo tenant)' if plan.simulated else ''}",
        f"Asked for by {_pairs(plan.requested_by)} (nobody proved these); made {iso(plan.created)}, "
        f"expires {iso(plan.expires)}",
        f"From data as of {_clean(plan.versions.get(DATA_AS_OF, 'a time that the plan does not tell'))}, evaluation "
        f"{_clean(plan.evaluation_id)}; versions {_pairs(versions)}",
        f"{count(len(plan.subjects), 'person', 'people')}, {count(len(plan.steps), 'step', 'steps')}, "
        f"{count(len(plan.hand_offs), 'hand-off', 'hand-offs')}, {count(len(plan.blockers), 'blocker', 'blockers')}",
        f"Steps: {_kinds(plan)}{f'; {len(blocked)} of them blocked' if blocked else ''}",
    ]
    for subject in plan.subjects:
        opening = openings.get(subject.reference)
        lines += ["", f"{subject.reference}: {_who(opening)}", *_because(opening)]
        if subject.reference in protections:
            lines.append(f"  {_protection(protections[subject.reference])}")
        for step in plan.steps:
            if step.subject == subject.reference:
                lines += _step(step, step.number in blocked, sku_name)
                lines += [f"     {_clean(words)}" for words in (said or {}).get(step.number, ())]
                lines += _instructions(step, opening)
    lines += [""] if plan.hand_offs or plan.blockers or plan.not_yet_possible else []
    lines += [f"By hand ({_clean(h.kind)}, {h.subject}): {_clean(h.instructions)}" for h in plan.hand_offs]
    for blocker in plan.blockers:
        numbers = ", ".join(map(str, blocker.applies_to))
        steps = "step" if len(blocker.applies_to) == 1 else "steps"
        lines.append(f"Blocked ({_clean(blocker.kind)}), {steps} {numbers}: {_clean(blocker.cure)}")
    lines += [f"Not yet possible: {_clean(part)}" for part in plan.not_yet_possible]
    return [*lines, "", f"Freed a month: {_money(plan.money, plan.unpriced_seats)}", *_saving(plan)]


def kind_of(line: str) -> str:
    """What a line of `render` is, so that it can be styled: 'person', 'step', 'detail', 'warn', 'total', 'fine', or '';
    'warn' also beside another one. It tells by how our own words begin or end, and changes nothing of what is shown."""
    if line.startswith(("Blocked (", "By hand (")) or line.endswith(_NOT_TOUCHED):
        return "warn"
    if re.match(r"s\d+: ", line):
        return "person"
    if re.match(r"  \d+\. ", line):
        return "step warn" if line.endswith(_BLOCKED) else "step"
    if line.startswith("Freed a month"):
        return "total"
    if line.startswith(("Plan ", "Kind ", "From data", "Not yet possible")):
        return "fine"
    if line.startswith(("     kept back (", "     data at risk: ")):
        return "detail warn"
    return "detail" if line.startswith("  ") else ""


def _kinds(plan: Plan) -> str:
    """'25 block sign-in, 25 end all sessions'."""
    found: dict[str, int] = {}
    for step in plan.steps:
        found[VERBS[step.kind]] = found.get(VERBS[step.kind], 0) + 1
    return ", ".join(f"{number} {verb}" for verb, number in found.items()) or "none"


def _step(step: Step, is_blocked: bool, sku_name: SkuName) -> list[str]:
    lines = [f"  {step.number}. {VERBS[step.kind]}{_BLOCKED if is_blocked else ''}"]
    skus = step.arguments.get("sku_ids")
    if isinstance(skus, list):
        lines += [f"     - {_sku(sku, sku_name)}" for sku in skus]
    if step.kind is StepKind.CHANGE_LICENCES:
        lines += _changed(step, sku_name)
    worded = {name for name in ("sku_ids", SET_BY, AT_RISK) if _has_words(name, step.arguments.get(name))}
    if rest := {name: value for name, value in step.arguments.items() if name not in worded}:
        lines.append(f"     with {_value(rest)}")
    lines += _worded(step.arguments)
    lines.append(f"     done when {_predicate(step.goal, skus)}; only if {_predicate(step.precondition, skus)}")
    if step.after:
        lines.append(f"     after {count(len(step.after), 'step', 'steps')} {', '.join(map(str, step.after))}")
    return [*lines, f"     {_undo(step, skus)}"]


def _instructions(step: Step, opening: Opening | None) -> list[str]:
    """What a person has to do for a step that is taken by hand."""
    kind = KINDS.get(step.kind)
    if kind is None or kind.hand_over is None or not kind.by_hand or opening is None:
        return []
    return [f"     by hand: {_clean(kind.hand_over(step, Target(opening.values)))}"]


def _has_words(name: str, value: Json) -> bool:
    """Whether an argument has the form that we have words for; any other stands as JSON."""
    if name == AT_RISK:
        return isinstance(value, dict) and bool(value) and all(isinstance(day, str) for day in value.values())
    return isinstance(value, str) if name == SET_BY else isinstance(value, list)


def _worded(arguments: Mapping[str, Json]) -> list[str]:
    lines = []
    days, by = arguments.get(AT_RISK), arguments.get(SET_BY)
    if isinstance(days, dict) and _has_words(AT_RISK, days):
        told = ", ".join(f"{_clean(what)} from {_text(day)} on" for what, day in sorted(days.items()))
        lines.append(f"     data at risk: {told}")
    if isinstance(by, str):
        lines.append(f"     set by: {_clean(by)}")
    return lines


def _changed(step: Step, sku_name: SkuName) -> list[str]:
    """What goes and what comes, by the desk's own names; the arguments follow whole."""
    gone, come = step.arguments.get("remove"), step.arguments.get("add")
    lines = [f"     - take away {_sku(sku, sku_name)}" for sku in (gone if isinstance(gone, list) else ())]
    for one in come if isinstance(come, list) else ():
        lines.append(f"     - give {_sku(one.get('sku_id') if isinstance(one, dict) else one, sku_name)}")
    return lines


def _sku(sku: Json, sku_name: SkuName) -> str:
    if not isinstance(sku, str):
        return _value(sku)
    name = _clean(sku_name(sku))
    return sku if name == sku else f"{name} ({_clean(sku)})"


def _predicate(predicate: Mapping[str, Json], skus: Json) -> str:
    return " and ".join(_condition(name, value, skus) for name, value in sorted(predicate.items())) or "always"


_GIVES = {"group_licences_active": "gives", "group_licences_absent": "gives nothing of"}


def _condition(name: str, value: Json, skus: Json) -> str:
    if name == "account_enabled" and isinstance(value, bool):
        return "sign-in is allowed" if value else "sign-in is blocked"
    if name == "sessions_revoked_since_intent" and value is True:
        return "all sessions were ended after this step began"
    if name == "direct_licences_absent" and value == skus:
        return "none of these is assigned directly"
    if name == "direct_licences_present" and value == skus:
        return "all of these are assigned directly"
    if name in ("in_group", "not_in_group") and isinstance(value, str):
        return f"{'a' if name == 'in_group' else 'no'} member of group {_clean(value)}"
    given = _GIVES.get(name)
    if given is not None and isinstance(value, Mapping) and set(value) == {"group_id", "sku_ids"}:
        skus = value["sku_ids"] if isinstance(value["sku_ids"], list | tuple) else [value["sku_ids"]]
        return f"group {_text(value['group_id'])} {given} {', '.join(map(_text, skus))}"
    if name == "services_lost_only" and isinstance(value, list | tuple):
        return f"no service is lost{' but ' if value else ''}{', '.join(map(_text, value))}"
    if name == "services_there" and isinstance(value, list | tuple):
        return f"these services are there: {', '.join(map(_text, value))}"
    if name == "exists" and value is True:
        return "the account exists"
    if value is True or isinstance(value, str):
        return f"{_clean(name).replace('_', ' ')}{'' if value is True else f' {_clean(value)}'}"
    return _value({name: value})


def _undo(step: Step, skus: Json) -> str:
    if step.undo is None:
        return f"no way back: {_clean(step.undo_note) or 'no reason given'}"
    rest = {name: value for name, value in step.undo.items() if name != UNTIL}
    until = f" until {_text(step.undo[UNTIL])}" if UNTIL in step.undo else ""
    if rest == {"kind": "add_licences", "sku_ids": skus}:
        return f"way back{until}: assign these again"
    if rest.keys() == {"kind"}:
        return f"way back{until}: {_UNDONE.get(str(rest['kind']), _text(rest['kind']).replace('_', ' '))}"
    return f"way back{until}: {_value(rest)}"


def _who(opening: Opening | None) -> str:
    if opening is None:
        return "(erased)"
    rest = {name: value for name, value in opening.values.items() if name not in ("findings", *_SHOWN_AS)}
    known = [f"{said}{_text(opening.values[name])}" for name, said in _SHOWN_AS.items() if name in opening.values]
    return ", ".join([*known, *(f"{name} {_text(value)}" for name, value in sorted(rest.items()))])


def _because(opening: Opening | None) -> list[str]:
    """The findings that the changes of a person rest on, with their evidence."""
    found = opening.values.get("findings") if opening is not None else None
    lines = []
    for one in found if isinstance(found, list) else () if found is None else (found,):
        if not isinstance(one, dict):
            lines.append(f"  because {_value(one)}")
            continue
        rest = {name: value for name, value in one.items() if name not in ("kind", "confidence", "reason")}
        words = f"{_text(one.get('kind'))} ({_text(one.get('confidence'))}): {_text(one.get('reason'))}"
        lines.append(f"  because {words} {_value(rest)}")
    return lines


def _protection(found: Protection) -> str:
    if not found.readable:
        return f"Protection could not be read: {_NOT_TOUCHED}"
    if found.listed:
        return f"On the list of protected accounts: {_NOT_TOUCHED}"
    if found.roles:
        return f"Holds {count(len(found.roles), 'directory role', 'directory roles')}: {_NOT_TOUCHED}"
    return "Not protected, as of just now."


def _money(amounts: Mapping[str, int], unpriced: int = 0) -> str:
    parts = [f"{_amount(micros)} {_clean(currency)}" for currency, micros in sorted(amounts.items())]
    if unpriced:
        parts.append(f"{count(unpriced, 'seat', 'seats')} without a price")
    return ", ".join(parts) or "nothing"


def _saving(plan: Plan) -> list[str]:
    saving = plan.saving
    if saving is None:
        return []
    net = "not known" if saving.net_this_term is None else _money(saving.net_this_term)
    buys = " Seats have to be bought." if saving.needs_purchase else ""
    since = _clean(saving.realisable_from) if saving.realisable_from is not None else "a day that is not known"
    return [f"It pays from {since}; left of it in this term: {net}.{buys} {_clean(saving.basis)}"]


def _amount(micros: int) -> str:
    whole, rest = divmod(abs(micros), 1_000_000)
    digits = f"{rest:06d}"
    return f"{'-' if micros < 0 else ''}{whole}.{digits[:2]}{digits[2:].rstrip('0')}"


def _pairs(found: Mapping[str, str]) -> str:
    return ", ".join(f"{_clean(name)} {_clean(str(value))}" for name, value in sorted(found.items())) or "nobody named"


def _value(value: Json) -> str:
    """Ids, states and SKU ids exactly; canonical JSON is ASCII, so nothing in it can hide."""
    return canonical(value).decode("ascii")


def _text(value: Json) -> str:
    return _clean(value) if isinstance(value, str) else _value(value)


def _clean(text: str) -> str:
    """Cleaned word by word, so that long instructions are shown whole."""
    parts = (word[at : at + LONGEST] for word in text.split() for at in range(0, len(word), LONGEST))
    return " ".join(filter(None, (clean(part).text for part in parts)))
