"""In words without text of the tenant: why not one tier lower, what a change loses, and what a person has to decide."""

from collections.abc import Iterable

from licenseiq.context import Context
from licenseiq.right_size.needs import SIZED, Needs, State
from licenseiq.right_size.offers import Offer, offer_of, offers_of, refusal
from licenseiq.right_size.sizing import Choice
from licenseiq.skus import Tier

_HOLD = "mailbox_hold"
_STORES = {"mailbox": "mailbox", "onedrive": "OneDrive", "archive_plan2": "archive"}


def names(capability_ids: Iterable[str], context: Context) -> tuple[str, ...]:
    """What Microsoft calls these capabilities."""
    known = context.catalogue.capabilities
    return tuple(known[c].name if c in known else c for c in capability_ids)


def next_lower(sku_ids: Iterable[str], context: Context) -> Tier | None:
    """The tier one step below the highest suite of a set; None for a set without a suite, or with a lowest one."""
    tiers = [tier for sku_id in sku_ids if (tier := context.catalogue.tier_of(sku_id)) is not None]
    if not tiers:
        return None
    top = max(tiers, key=lambda tier: (tier.rank, tier.tier_id))
    lower = [t for t in context.catalogue.tiers.values() if t.family == top.family and t.rank < top.rank]
    return max(lower, key=lambda tier: tier.rank, default=None)


def lacks(tier: Tier, beside: Iterable[str], needs: Needs, context: Context) -> tuple[tuple[str, State], ...]:
    """What `needs` has today that neither the tier gives nor those of `beside` that are no suites."""
    given = set(Offer(tier.sku_ids[0], tier, None, False).gives(needs))
    for sku_id in beside:
        offer = offer_of(sku_id, context)
        if offer is not None and not offer.is_suite:
            given |= offer.gives(needs)
    return tuple((capability, state) for capability, state in needs.states if capability not in given)


def why_not(tier: Tier, beside: Iterable[str], needs: Needs, context: Context) -> tuple[str, ...]:
    """What stands against this tier in the place of the suite, a sentence each, the strongest first."""
    said = []
    missing = lacks(tier, beside, needs, context)

    def of(state: State) -> str:
        told_apart = state in (State.USED, State.REQUIRED, State.NOT_READ)
        found = (c for c, mine in missing if mine is state and not (told_apart and _is_too_small(c, tier)))
        return ", ".join(names(found, context))

    refused = refusal(tier, needs, context)
    if refused:
        said.append(refused)
    for capability, state in missing:
        if _is_too_small(capability, tier) and state in (State.USED, State.REQUIRED):
            said.append(f"The {_STORES[capability]} does not fit {tier.name}.")
    for words, state in (
        (f"In use, and missing from {tier.name}", State.USED),
        ("Required by the policy", State.REQUIRED),
        ("Required until a person releases it, as no report shows its use", State.ASSUMED),
        ("Not read for this person", State.NOT_READ),
        ("No use was seen, which alone proves little", State.REVIEW),
    ):
        if listed := of(state):
            said.append(f"{words}: {listed}.")
    unread = [c for c, state in missing if state is State.NOT_READ and _is_too_small(c, tier)]
    if unread:
        stores = ", ".join(_STORES[c] for c in unread)
        said.append(f"Not read for this person: how full these are: {stores}.")
    if not refused and not any(offer.contents is tier for offer in offers_of(context)):
        said.append(f"{tier.name} is neither owned nor permitted by the policy.")
    elif not said:
        said.append(f"{tier.name} is not known to be cheaper together with what else is needed.")
    return tuple(said)


def _is_too_small(capability: str, tier: Tier) -> bool:
    return capability in SIZED and bool(getattr(tier, SIZED[capability]))


def decisions(choice: Choice, context: Context, untouched: tuple[str, ...]) -> tuple[str, ...]:
    """What a person has to settle before this set is right."""
    levels = {c: known.observable for c, known in context.catalogue.capabilities.items()}
    asked = []
    lost = choice.those_lost(State.ASSUMED, State.REVIEW)
    # A hold comes first: to lose it can destroy what the law asks to keep.
    for capability in sorted(lost, key=lambda c: (c != _HOLD, levels.get(c) == "tenant", c)):
        (name,) = names((capability,), context)
        state = dict(choice.lost)[capability]
        if capability == _HOLD:
            asked.append(f"Whether the mailbox is on hold ({name}): it is never dropped while it is.")
        elif state is State.REVIEW:
            asked.append(f"Whether the person needs {name}: no use was seen, which alone proves little.")
        elif levels.get(capability) == "tenant":
            asked.append(f"Whether the tenant relies on {name}.")
        else:
            asked.append(f"Whether the person needs {name}, which no report shows.")
    if untouched and choice.removed:
        asked.append("Whether another product that the person holds needs the present seats.")
    if not choice.sku_ids:
        asked.append("Whether the person needs a seat at all: sign-ins were seen, and no use of what the seats give.")
    return tuple(asked)


def pooled(choice: Choice, context: Context) -> tuple[str, ...]:
    """What belongs to the tenant as a whole and shrinks with these seats."""
    known = context.catalogue.capabilities
    lost = [c for c, _ in choice.lost if c in known and known[c].observable == "tenant"]
    found = list(names(lost, context))
    before = any(_adds_storage(sku_id, context) for sku_id in (*choice.removed, *choice.sku_ids))
    if choice.removed and before and not any(_adds_storage(sku_id, context) for sku_id in choice.sku_ids):
        found.append("SharePoint storage of the tenant (10 GB a seat)")
    return tuple(found)


def _adds_storage(sku_id: str, context: Context) -> bool:
    """Each seat with SharePoint adds 10 GB to the tenant, but for frontline plans (SharePoint limits, Microsoft)."""
    contents = context.catalogue.contents(sku_id)
    return contents is not None and "sharepoint" in contents.includes and contents.eligibility != "frontline"


def warnings(choice: Choice, needs: Needs) -> tuple[str, ...]:
    """Which data a change puts at risk."""
    lost = {capability for capability, _ in choice.lost}
    said = []
    if "mailbox" in lost:
        said.append("The mailbox goes with its licence: its data is deleted 30 days later.")
    if "onedrive" in lost:
        said.append("OneDrive goes with its licence: its data is deleted 93 days later.")
    if "archive_plan2" in lost and needs.state("archive_plan2") is not State.UNUSED:
        said.append("A large archive is lost; see that there is none.")
    if _HOLD in lost:
        said.append("A mailbox on hold loses what the hold keeps.")
    return tuple(said)
