"""An add-on without use, on an account that is in use: Copilot, Visio, Project, Teams Phone and the like.

Only where use can be seen and its report was read. To take an add-on away is soon undone, so a likely claim is worth
making where silence proves something (tiers.toml, `absence` strong: Copilot); where it proves little, as an activation
shows no use in the browser, a person has to look. What no report shows is claimed by nobody.
"""

from datetime import timedelta

from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.at_work import is_at_work
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.people import Person
from licenseiq.right_size.needs import SIZED, Needs, State, needs_of

KIND = "unused_addon"
# What is bought beside a suite. A product that gives more than this is judged as a whole set (unused_premium).
ADD_ONS = frozenset(
    {"copilot", "visio_desktop", "visio_web", "project_desktop", "planner_premium", "power_bi_pro", "power_bi_ppu"}
    | {"teams_phone", "calling_plan", "audio_conferencing", "teams_premium"}
)
_SEEN_UNUSED = frozenset({State.UNUSED, State.REVIEW})
_NOT_NEEDED = frozenset({State.UNUSED, State.RELEASED})


def unused_addon(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding: LIKELY on the add-ons of which all is known to be unused or released, else UNKNOWN on the others."""
    add_ons = [sku_id for sku_id in context.claimable_seats(person) if _is_add_on(sku_id, context)]
    if not add_ons or not is_at_work(person, context, activity):
        return None
    needs = needs_of(person, context)
    judged = {s: unused for s in add_ons if (unused := _is_unused(s, needs, context)) is not None}
    sure = tuple(sku_id for sku_id, unused in judged.items() if unused)
    chosen = sure or tuple(judged)
    if not chosen:
        return None
    return Finding(
        kind=KIND,
        user_id=person.user_id,
        sku_ids=chosen,
        seats=len(chosen),
        confidence=Confidence.LIKELY if sure else Confidence.UNKNOWN,
        reason=(
            "No use was seen; since when the person has it is not known."
            if sure
            else "No use was seen, but not every use of it leaves a trace."
        ),
        evidence=(
            Evidence("names", ", ".join(context.sku(sku_id).name for sku_id in chosen)),
            Evidence("others_to_review", len(judged) - len(chosen)),
            Evidence("looked_from", (context.today - timedelta(days=context.policy.inactive_days)).isoformat()),
        ),
    )


def _is_add_on(sku_id: str, context: Context) -> bool:
    gives = _gives(sku_id, context)
    return bool(gives) and gives <= ADD_ONS


def _gives(sku_id: str, context: Context) -> frozenset[str]:
    """What a product gives beside some room to store in."""
    contents = context.catalogue.contents(sku_id)
    return contents.includes - SIZED.keys() if contents is not None else frozenset()


def _is_unused(sku_id: str, needs: Needs, context: Context) -> bool | None:
    """Whether silence makes it likely that the add-on is unused; None where it is in use, needed, or cannot be seen."""
    gives = _gives(sku_id, context)
    states = {state for capability, state in needs.states if capability in gives}
    if not states & _SEEN_UNUSED or states & {State.USED, State.REQUIRED, State.NOT_READ} or _is_new(sku_id, context):
        return None
    return states <= _NOT_NEEDED


def _is_new(sku_id: str, context: Context) -> bool:
    """Whether every purchase of it is too recent for silence to mean anything."""
    line = context.lines.get(sku_id)
    ids = line.subscription_ids if line else ()
    mine = [s for s in context.subscriptions if s.sku_id == sku_id or s.subscription_id in ids]
    grace = timedelta(days=context.policy.never_used_grace_days)
    return bool(mine) and all(s.created is not None and context.now - s.created <= grace for s in mine)
