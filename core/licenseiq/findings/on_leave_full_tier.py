"""A person who is on leave for long keeps a full tier.

During a leave nobody works, but mail and files have to stay: what is claimed is the difference to the cheapest
permitted set that keeps mailbox, archive, files and what a hold needs. HR's word is needed (graph-facts 6: a long
leave looks like waste, never take away by yourself), so the claim is likely at most. It must not claim leaves that
have just begun or end soon, nor the whole seat. Why somebody is on leave is not known here.
"""

from dataclasses import replace

from licenseiq.accounts import account_kind, is_on_leave
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding, dated
from licenseiq.findings.silence import days_between
from licenseiq.money import Money
from licenseiq.people import Employment, Person
from licenseiq.readings import Source
from licenseiq.right_size.needs import SIZED, State, needs_of
from licenseiq.right_size.rests import rests_of
from licenseiq.right_size.sizing import Choice, sizing_for
from licenseiq.skus import Tier

KIND = "on_leave_full_tier"
# A change for less is more trouble than it saves.
LEAST_DAYS = 30
_KEEPS_DATA = frozenset({*SIZED, "mailbox_hold", "sharepoint"})


def on_leave_full_tier(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding: LIKELY with the difference of the prices, UNKNOWN where no cheaper permitted set is known, or the
    days of the leave are not."""
    hr = person.hr
    if hr is None or hr.status is not Employment.ON_LEAVE or not is_on_leave(person, context):
        return None
    if person.account_enabled is False or not account_kind(person, context).can_be_claimed:
        return None
    away = days_between(hr.since, context) if hr.since else None
    if (away is not None and away < LEAST_DAYS) or (hr.until and -days_between(hr.until, context) < LEAST_DAYS):
        return None
    held = context.claimable_seats(person)
    suites = tuple(sku_id for sku_id in held if _has_a_lower_step(sku_id, context))
    if not suites:
        return None
    last = activity.last_human
    choice = set_without_work(person, context)
    claimed = _parts(choice, held, context) if choice is not None else None
    confidence = Confidence.UNKNOWN
    if hr.since is None or away is None:
        reason = "The person is on leave, but since when is not known."
    elif last is not None and last > hr.since:
        reason = "The person is on leave by what HR says, but was seen since."
    elif claimed is None:
        reason = "The person is on a long leave; no cheaper permitted product is known that keeps mail and files."
    else:
        confidence, reason = Confidence.LIKELY, "The person is on a long leave; a cheaper product keeps mail and files."
    instead = [context.sku(sku_id).name for sku_id in choice.added or choice.sku_ids] if choice and claimed else []
    return Finding(
        kind=KIND,
        user_id=person.user_id,
        sku_ids=tuple(sorted(claimed)) if claimed else suites,
        seats=0,
        confidence=confidence,
        reason=reason,
        evidence=(
            Evidence("hr_status", hr.status.value, Source.HR),
            dated("on_leave_since", hr.since, Source.HR),
            dated("on_leave_until", hr.until, Source.HR),
            Evidence("instead", ", ".join(instead) or None),
        ),
        claimed=claimed or dict.fromkeys(suites),
    )


def _has_a_lower_step(sku_id: str, context: Context) -> bool:
    tier = context.catalogue.contents(sku_id)
    if not isinstance(tier, Tier):
        return False
    return any(t.family == tier.family and t.rank < tier.rank for t in context.catalogue.tiers.values())


def set_without_work(person: Person, context: Context) -> Choice | None:
    """The cheapest permitted change for somebody who only has to keep what is stored; None where there is none."""
    needs = needs_of(person, context)
    states = tuple(
        (capability, state if capability in _KEEPS_DATA or state is State.REQUIRED else State.UNUSED)
        for capability, state in needs.states
    )
    best = sizing_for(replace(needs, states=states), context).best
    return best if best.changes and best.sku_ids else None


def _parts(choice: Choice, held: tuple[str, ...], context: Context) -> dict[str, Money | None] | None:
    """What is left of the prices of the seats that go, once those that come are paid, the dearest first; None where a
    price is not known, currencies differ, nothing is saved, or a seat is not to be claimed."""
    coming = [price for sku_id in choice.added if (price := context.price(sku_id)) is not None]
    going = [(sku_id, price) for sku_id in choice.removed if (price := context.price(sku_id)) is not None]
    if len(going) < len(choice.removed) or len(coming) < len(choice.added) or not {s for s, _ in going} <= set(held):
        return None
    rests = rests_of(sorted(going, key=lambda pair: (-pair[1].micros, pair[0])), coming)
    if not rests or not any(one.left.micros for one in rests):
        return None
    return {one.sku_id: one.left for one in rests}
