"""A person at work uses nothing that a cheaper permitted set of products lacks.

The money is the difference of the prices: the person goes on to need a seat. A false alarm takes protection or data
away, so it is worse than a miss. Whatever the tenant relies on as a whole, and whatever no report shows, counts as
required: to lose it is for a person to release, and such a finding is to review (data README, "Cheapest set").
"""

from dataclasses import dataclass, replace

from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.at_work import is_at_work
from licenseiq.findings.finding import Confidence, Evidence, Finding, dated
from licenseiq.money import Money
from licenseiq.people import Person
from licenseiq.readings import Source
from licenseiq.right_size.covering import covered
from licenseiq.right_size.needs import State
from licenseiq.right_size.rests import rests_of
from licenseiq.right_size.saving import saving_of
from licenseiq.right_size.sizing import Choice, Sizing, sizing_of
from licenseiq.right_size.why import names
from licenseiq.skus import Tier
from licenseiq.words import count

KIND = "unused_premium"


def unused_premium(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding, LIKELY where nothing has to be released for the cheaper set, else UNKNOWN."""
    if not is_at_work(person, context, activity):
        return None
    sizing = _sizing(person, context)
    # People with equal needs share one sizing, which lives as long as the context, and all of the finding but the id.
    known: dict[int, Finding | None] = context.memo.setdefault(KIND, {})
    if id(sizing) not in known:
        known[id(sizing)] = _of_anybody(sizing, context)
    found = known[id(sizing)]
    return None if found is None else replace(found, user_id=person.user_id)


def _of_anybody(sizing: Sizing, context: Context) -> Finding | None:
    """The finding on whoever has this sizing, without an id."""
    if sizing.is_sure and (claim := _claim(sizing.best, context)) is not None:
        return _finding(sizing, sizing.best, claim, Confidence.LIKELY, context)
    choice = sizing.review or (sizing.best if sizing.best.changes else None)
    claim = _claim(choice, context) if choice is not None else None
    if choice is None or claim is None:
        return None
    return _finding(sizing, choice, claim, Confidence.UNKNOWN, context)


def recommended_set(person: Person, context: Context) -> Choice:
    """What would do instead of the seats that a likely finding claims."""
    return _sizing(person, context).best


def _sizing(person: Person, context: Context) -> Sizing:
    """Without the seats that others cover: overlapping_skus claims those, and their money counts once."""
    gone = frozenset(one.sku_id for one in covered(person, context) if not one.for_review)
    return sizing_of(person, context, gone)


@dataclass(frozen=True, slots=True)
class _Claim:
    """`parts` are the seats that are replaced, with what is left of their price; of the others all is claimed."""

    sku_ids: tuple[str, ...]
    parts: dict[str, Money]


def _claim(choice: Choice, context: Context) -> _Claim | None:
    """The seats whose price pays for what comes instead, suites first, and suites that nothing replaces.

    None where the change is no matter of tiers (an add-on too many has its own rule), or saves nothing for sure. The
    parts add up to what is saved.
    """
    coming = [price for sku_id in choice.added if (price := context.price(sku_id)) is not None]
    prices = {sku_id: context.price(sku_id) for sku_id in choice.removed}
    going = [(sku_id, price) for sku_id, price in prices.items() if price is not None]
    unpriced = [sku_id for sku_id, price in prices.items() if price is None]
    if not choice.sku_ids or len(coming) < len(choice.added) or any(_is_suite(one, context) for one in unpriced):
        return None
    rests = rests_of(
        sorted(going, key=lambda pair: (not _is_suite(pair[0], context), -pair[1].micros, pair[0])), coming
    )
    if not rests:
        return None
    parts = {one.sku_id: one.left for one in rests if one.pays}
    others = [one.sku_id for one in rests if not one.pays]
    whole = [one for one in others if _is_suite(one, context) and not _is_within(one, choice, context)]
    if not (whole or any(part.micros for part in parts.values())):
        return None
    claimed = tuple(sorted((*parts, *whole)))
    return None if context.policy.excluded_skus.intersection(claimed) else _Claim(claimed, parts)


def _is_suite(sku_id: str, context: Context) -> bool:
    return isinstance(context.catalogue.contents(sku_id), Tier)


def _is_within(sku_id: str, choice: Choice, context: Context) -> bool:
    """Whether a suite gives nothing beside what stays: overlapping_skus looks at such, service by service."""
    contents = context.catalogue.contents(sku_id)
    there = [found.includes for other in choice.sku_ids if (found := context.catalogue.contents(other)) is not None]
    return contents is not None and contents.includes <= frozenset().union(*there)


def _finding(sizing: Sizing, choice: Choice, claim: _Claim, confidence: Confidence, context: Context) -> Finding:
    instead = ", ".join(context.sku(sku_id).name for sku_id in choice.added or choice.sku_ids)
    open_to = choice.those_lost(State.ASSUMED, State.REVIEW)
    if confidence.counts:
        reason = f"Nothing was seen in use, and nothing is required, that {instead} lacks."
    elif open_to:
        first = ", ".join(names(open_to[:2], context))
        reason = f"Nothing was seen in use that {instead} lacks; a person has to release what cannot be seen: {first}"
        reason += f" and {count(len(open_to) - 2, 'other')}." if len(open_to) > 2 else "."
    else:
        reason = f"Nothing was seen in use that {instead} lacks, but a product beside it may need the present seat."
    terms = saving_of(choice.removed, choice.added, context)
    day = terms.realisable_from
    evidence = (
        Evidence("instead", instead),
        Evidence("to_release", len(open_to)),
        Evidence("needs_purchase", terms.needs_purchase, Source.SKUS),
        dated("realisable_from", day),
        Evidence("proven_cheapest", sizing.is_proven),
    )
    return Finding(
        kind=KIND,
        user_id=None,
        sku_ids=claim.sku_ids,
        seats=len(claim.sku_ids) - len(claim.parts),
        confidence=confidence,
        reason=reason,
        evidence=evidence,
        claimed=claim.parts or None,
    )
