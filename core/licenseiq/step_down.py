"""One step down a ladder of suites, for one person: permitted, fitting, unused, cheaper, or why not."""

from dataclasses import dataclass
from enum import StrEnum

from licenseiq.capability_use import Use, fits, use_of
from licenseiq.context import Context
from licenseiq.money import Total, add_up
from licenseiq.people import Person
from licenseiq.skus import Downgrade, Tier


class Verdict(StrEnum):
    """What may be said of a step. REVIEW is for a person; NOT_READ means that a report is missing."""

    TAKE = "take"
    REVIEW = "review"
    KEEP = "keep"
    NOT_READ = "not read"


@dataclass(frozen=True, slots=True)
class Step:
    """`target` is the SKU below; `decide` what a person has to settle first. No text of the tenant."""

    verdict: Verdict
    because: tuple[str, ...]
    target: str | None = None
    saving: Total | None = None
    decide: tuple[str, ...] = ()
    would_lose: tuple[str, ...] = ()
    not_observable: tuple[str, ...] = ()


def step_down(person: Person, context: Context, suite: str, *, has_others: bool) -> Step:
    """The step from `suite` to the tier below. `has_others`: further paid SKUs are held, which may need the suite."""
    catalogue = context.catalogue
    tier = catalogue.tier_of(suite)
    step = next((d for d in catalogue.downgrades if tier and d.from_tier == tier.tier_id), None)
    if tier is None or step is None or step.to_tier not in catalogue.tiers:
        return Step(Verdict.KEEP, ("There is no lower tier in this ladder.",))
    target = catalogue.tiers[step.to_tier]
    refused = _not_permitted(person, context, target)
    if refused:
        return Step(Verdict.KEEP, (refused,))
    uses = {capability: use_of(capability, person) for capability in step.lost_observable}
    lose = _names(context, (*step.lost_observable, *step.lost_tenant_level))
    hidden = tuple(c for c, use in uses.items() if use is Use.NOT_SEEN_HERE) + step.lost_not_observable
    unseen = _names(context, (*hidden, *step.lost_tenant_level))
    used = [c for c, use in uses.items() if use is Use.USED]
    if used:
        words = ", ".join(_names(context, tuple(used)))
        return Step(Verdict.KEEP, (f"In use, and missing from {target.name}: {words}.",), None, None, (), lose, unseen)
    signals = person.signals
    mailbox = fits(signals.mailbox.used_bytes if signals.mailbox else None, target.mailbox_gb, tier.mailbox_gb)
    drive = fits(signals.drive.used_bytes if signals.drive else None, target.onedrive_gb, tier.onedrive_gb)
    if mailbox is False or drive is False:
        store = "mailbox" if mailbox is False else "OneDrive"
        return Step(Verdict.KEEP, (f"The {store} does not fit {target.name}.",), None, None, (), lose, unseen)
    missing = [n for c, use in uses.items() if use is Use.NOT_READ for n in _names(context, (c,))]
    missing += [n for n, fit in (("mailbox size", mailbox), ("OneDrive size", drive)) if fit is None]
    if missing:
        because = f"Not read for this person, so a step to {target.name} cannot be judged: {', '.join(missing)}."
        return Step(Verdict.NOT_READ, (because,), None, None, (), lose, unseen)
    return _priced(context, suite, target, step, has_others, lose, unseen, hidden)


def _priced(
    context: Context,
    suite: str,
    target: Tier,
    step: Downgrade,
    has_others: bool,
    lose: tuple[str, ...],
    unseen: tuple[str, ...],
    hidden: tuple[str, ...],
) -> Step:
    sku_id = _target_sku(context, target)
    if sku_id is None:
        return Step(Verdict.KEEP, (f"{target.name} is neither owned nor priced.",), None, None, (), lose, unseen)
    now, then = context.price(suite), context.price(sku_id)
    saving: Total | None = None
    if now is not None and then is not None and now.currency == then.currency:
        if then.micros >= now.micros:
            return Step(Verdict.KEEP, (f"{target.name} is not cheaper.",), None, None, (), lose, unseen)
        saving = add_up([now, then.times(-1)])
    decide = [f"Whether the tenant relies on {name}." for name in _names(context, step.lost_tenant_level)]
    decide += [f"Whether the person needs {name}, which no report shows." for name in _names(context, hidden)]
    if has_others:
        decide.append("Whether another product that the person holds needs the present suite.")
    if saving is None:
        decide.append("What both cost: one of the prices is not known.")
    because = [f"Nothing was seen that {target.name} lacks."]
    line = context.lines.get(sku_id)
    free = line.free() if line else None
    if free is None or free < 1:
        because.append(f"No seat of {target.name} is known to be free; it may have to be bought first.")
    verdict = Verdict.REVIEW if decide else Verdict.TAKE
    return Step(verdict, tuple(because), sku_id, saving, tuple(decide), lose, unseen)


def _not_permitted(person: Person, context: Context, target: Tier) -> str:
    if target.eligibility == "frontline" and "frontline" not in (person.employee_type or "").lower():
        return f"{target.name} is for frontline workers, and this person is not marked as one."
    owned = [line for sku_id in target.sku_ids if (line := context.lines.get(sku_id)) and line.enabled]
    if target.eligibility == "business" and not owned:
        return f"{target.name} is a Business plan that the tenant does not own."
    if target.seat_cap is not None and sum(line.consumed or 0 for line in owned) >= target.seat_cap:
        return f"{target.name} is limited to {target.seat_cap} seats, and they are taken."
    return ""


def _target_sku(context: Context, target: Tier) -> str | None:
    """An owned SKU of the tier first, the one with free seats before others; else one that has a price."""
    owned = [line for sku_id in target.sku_ids if (line := context.lines.get(sku_id)) and line.assignable]
    if owned:
        return max(owned, key=lambda line: line.free() or 0).sku_id
    return next((sku_id for sku_id in target.sku_ids if context.price(sku_id) is not None), None)


def _names(context: Context, capability_ids: tuple[str, ...]) -> tuple[str, ...]:
    known = context.catalogue.capabilities
    return tuple(known[c].name if c in known else c for c in capability_ids)
