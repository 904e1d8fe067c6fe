"""Who joins or moves, and what they are to have, from the names of a request."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from licenseiq.context import Context
from licenseiq.errors import BadRequest, NotFound
from licenseiq.leaving_file import zone
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Person
from licenseiq.playbooks.onboarding.joiner import Joiner, Tier, TierBy, attributes_of
from licenseiq.playbooks.onboarding.request import JoinRequest, MadeBy
from licenseiq.policy_names import fold
from licenseiq.ports import Tenant
from licenseiq.prediction.predict import Prediction, prediction
from licenseiq.prediction.traits import Traits, ladder
from licenseiq.prediction.votes import Vote, vote_of
from licenseiq.steps.newcomer import ACTIVE_DIRECTORY, PROVISIONING

# Of so many people it is looked whether Active Directory masters them.
_MOST_LOOKED_AT = 20


async def joiner_of(tenant: Tenant, evaluation_id: str, context: Context, request: JoinRequest) -> Joiner:
    """The person of a checked request. Raises BadRequest for an account of that name that is somebody else's, and what
    the tenant's port raises."""
    found = await _account(tenant, evaluation_id, request)
    person = found or _newcomer(request)
    manager = await tenant.person(evaluation_id, request.manager) if request.manager else None
    if manager is not None and manager.user_id == person.user_id:
        raise BadRequest("Nobody is their own manager.", "Name somebody else in manager.")
    after = attributes_of(person) | request.attributes
    traits = Traits(
        department=after["department"],
        job_title=after["jobTitle"],
        location=after["officeLocation"] or after["usageLocation"],
        employee_type=after["employeeType"],
        manager_id=manager.user_id if manager is not None else person.manager_id,
    )
    return Joiner(
        person=person,
        wanted=request.attributes,
        tier=await _tier(tenant, evaluation_id, context, request, person, traits),
        context=context,
        manager=None if manager is not None and manager.user_id == person.manager_id else manager,
        employee_id=request.employee_id,
        made_by=None if found else await _made_by(tenant, evaluation_id, request),
        start=_start(request.start, context),
    )


async def groups_of_rules(tenant: Tenant, evaluation_id: str, joiner: Joiner) -> Mapping[str, LicenceGroup]:
    """The licensing groups among those of the policy's rules, and those that give the person licences today."""
    ids = {rule.group_id for rule in (*joiner.rules(), *joiner.old_rules())}
    ids |= {a.group_id for a in joiner.person.assignments if a.group_id is not None}
    return await tenant.licence_groups(evaluation_id, tuple(sorted(ids))) if ids else {}


async def _account(tenant: Tenant, evaluation_id: str, request: JoinRequest) -> Person | None:
    """The account that is there: of `user`, or of the principal name, which then has to be this person's."""
    if request.user is not None:
        return await tenant.person(evaluation_id, request.user)
    name = request.user_principal_name or ""
    try:
        found = await tenant.person(evaluation_id, name)
    except NotFound:
        return None
    if fold(found.user_principal_name) != fold(name):
        return None
    same_id = request.employee_id is not None and found.employee_id == request.employee_id
    if not same_id and (request.employee_id is not None or fold(found.display_name) != fold(request.display_name)):
        raise BadRequest(
            "An account of that principal name is there, and it is not known to be this person's.",
            "Choose another user_principal_name, or name the account in user if it is theirs.",
        )
    return found


def _newcomer(request: JoinRequest) -> Person:
    """What is known of somebody without an account: it holds no licence and no role."""
    return Person(
        user_id="",
        user_principal_name=request.user_principal_name,
        display_name=request.display_name,
        department=request.department,
        job_title=request.job_title,
        office=request.office,
        usage_location=request.usage_location,
        employee_type=request.employee_type,
        employee_id=request.employee_id,
        synced=False,
        roles=(),
    )


async def _made_by(tenant: Tenant, evaluation_id: str, request: JoinRequest) -> str | None:
    """None where this plan makes the account. Where colleagues of the department are mastered in Active Directory, a
    newcomer is made there, unless the request says other."""
    if request.account is MadeBy.HERE:
        return None
    if await _is_synchronised(tenant, evaluation_id, request):
        return ACTIVE_DIRECTORY
    return PROVISIONING if request.account is MadeBy.ELSEWHERE else None


async def _is_synchronised(tenant: Tenant, evaluation_id: str, request: JoinRequest) -> bool:
    """Whether most of those who are like the newcomer are mastered in Active Directory."""
    traits = Traits(department=request.department, job_title=request.job_title, location=request.office)
    for group in ladder(traits):
        people = (await tenant.similar(evaluation_id, group))[:_MOST_LOOKED_AT]
        if people:
            return 2 * sum(person.synced is True for person in people) > len(people)
    return False


async def _tier(
    tenant: Tenant, evaluation_id: str, context: Context, request: JoinRequest, person: Person, traits: Traits
) -> Tier:
    """The SKUs of the request, else of a persona, else what similar people need; of a mover only what follows the new
    work: somebody whose tier nobody names keeps it."""
    policy = context.policy
    before = policy.persona_of(person.department, person.job_title, person.employee_type) if person.user_id else None
    old = tuple(before.skus) if before is not None else ()
    if request.skus:
        named = [await tenant.sku_id(evaluation_id, sku) for sku in request.skus]
        skus = tuple(dict.fromkeys(named))
        because = ("The request names these seats.",)
        return Tier(skus, TierBy.REQUEST, because, tuple(sku for sku in old if sku not in skus))
    advice = await _predicted(tenant, evaluation_id, context, traits, person.user_id or None)
    if advice.recommended is not None and advice.by_persona:
        return Tier(
            advice.recommended,
            TierBy.PERSONA,
            advice.because,
            tuple(sku for sku in old if sku not in advice.recommended),
        )
    if person.user_id:
        return Tier((), TierBy.NOBODY, advice.because)
    if advice.recommended is None:
        return Tier((), TierBy.NOBODY, advice.because)
    return Tier(advice.recommended, TierBy.SIMILAR_PEOPLE, advice.because)


async def _predicted(
    tenant: Tenant, evaluation_id: str, context: Context, traits: Traits, without: str | None
) -> Prediction:
    """Asks for wider groups only while the closer ones settle nothing."""
    votes: list[Vote] = []
    for group in ladder(traits):
        votes.append(vote_of(group, await tenant.similar(evaluation_id, group), context, without))
        if votes[-1].settles:
            break
    return prediction(traits, votes, context)


def _start(day: date | None, context: Context) -> datetime | None:
    """The beginning of the first day in the policy's time zone; None for no day, and for one that has begun."""
    if day is None:
        return None
    name = context.policy.leaving.time_zone
    where = zone(name) if name is not None else None
    begins = datetime.combine(day, time(), where or UTC).astimezone(UTC)
    if (begins - context.now).days > 366:
        raise BadRequest("The first day is more than a year away.", "Propose it nearer to the day.")
    return begins if begins > context.now else None
