"""Which seats somebody needs: by own use, or by what similar people need."""

from typing import Annotated, TypedDict

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.context import Context
from licenseiq.errors import BadRequest, NotReadable
from licenseiq.money import Total, money_words
from licenseiq.people import Person
from licenseiq.ports import EvaluationHead
from licenseiq.prediction.predict import Prediction, prediction
from licenseiq.prediction.traits import Traits, ladder, traits_of
from licenseiq.prediction.votes import Vote, vote_of
from licenseiq.privacy import is_too_small
from licenseiq.readings import Source
from licenseiq.right_size.saving import Saving as Terms
from licenseiq.right_sizing import recommend
from licenseiq.text import clean_or_none
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_tools.answers import answer
from licenseiq_tools.arguments import Name, optional_selector
from licenseiq_tools.deps import Call, Deps, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.proposal_shapes import Saving
from licenseiq_tools.shapes import MoneyList, SkuRef, money, sku_refs
from licenseiq_tools.wording import few, one_line, sentences, unknown_words


class TierUser(BaseModel):
    id: str
    user_principal_name: str | None
    display_name: str | None


class ReviewOption(BaseModel):
    skus: list[SkuRef]
    saving: MoneyList | None
    decide: list[str] = Field(description="What a person has to decide before")


class Tier(BaseModel):
    user: TierUser | None = Field(description="Who was found; null for a newcomer")
    current: list[SkuRef]
    recommended: list[SkuRef] | None = Field(description="null = abstains, see because; empty = no paid seat needed")
    saving: MoneyList | None = Field(description="Per month; null = unknown, or not by use")
    confidence: str
    because: list[str]
    would_lose: list[str]
    not_observable: list[str]
    review_candidate: ReviewOption | None = Field(description="A cheaper set that only a person can release")
    saving_terms: Saving | None = Field(
        description="Of recommended, else of review_candidate: from when, and this term"
    )
    why_not_lower: list[str] = Field(description="What stands against the next lower tier")
    proven: bool | None = Field(description="false = a product without a known price may make a cheaper set")
    could_be_cheaper: list[SkuRef]
    shrinks: list[str] = Field(description="What the tenant as a whole would have less of")
    warnings: list[str] = Field(description="Data at risk")
    kept_unjudged: list[SkuRef] = Field(description="Seats whose contents are not known: they stay")
    similar_people: int | None = Field(description="Size of the group compared, by known need; null when by use")
    compared_by: str | None = Field(description="What that group has in common")
    agreement: float | None = Field(description="Share (0 to 1) of them who need the same suite")
    by_persona: bool = Field(description="true = a persona of the policy decides, whatever similar people need")
    similar_people_need: list[SkuRef] | None = Field(description="null = by use, or no answer from similar people")
    monthly_cost: MoneyList | None = Field(description="Of the seats recommended by persona or similar people")
    as_of: str
    simulated: bool
    evaluation_id: str
    next_step: str
    unknown: list[str]


class _Frame(TypedDict):
    as_of: str
    simulated: bool
    evaluation_id: str
    unknown: list[str]


@guarded
async def recommend_tier(
    call: Call,
    user: Annotated[Name | None, Field(description="One person: principal name, id, or unambiguous name")] = None,
    peers: Annotated[bool, Field(description="With user: by similar people's needs instead of own use")] = False,
    department: Annotated[Name | None, Field(description="Of a newcomer")] = None,
    job_title: Annotated[Name | None, Field(description="Of a newcomer")] = None,
    location: Annotated[Name | None, Field(description="Of a newcomer: office or usage location")] = None,
    employee_type: Annotated[Name | None, Field(description="Of a newcomer")] = None,
    manager: Annotated[Name | None, Field(description="Of a newcomer, named as user is")] = None,
) -> Annotated[CallToolResult, Tier]:
    """The cheapest Microsoft 365 seats that fit: for one person by observed use (user), or for a newcomer by what
    similar people need (any of department, job_title, location, employee_type, manager). Says why, why not a tier
    lower, what would be lost and what cannot be observed, and abstains rather than guesses."""
    deps = await deps_of(call)
    user = optional_selector(user, "user")
    given = {"department": department, "job_title": job_title, "location": location, "employee_type": employee_type}
    asked = {name: optional_selector(value, name) for name, value in given.items()}
    manager = optional_selector(manager, "manager")
    if (user is None) == (not any((manager, *asked.values()))):
        raise BadRequest(
            "Either user or attributes of a newcomer are needed, not both.",
            "Give user, or at least one of department, job_title, location, employee_type and manager.",
        )
    head = await deps.tenant.evaluation(progress_of(call))
    context = await deps.tenant.context(head.evaluation_id)
    if user is not None:
        person = await deps.tenant.person(head.evaluation_id, user)
        if not peers:
            return _for_person(person, context, head)
        advice = await _predict(deps, context, head, traits_of(person), person.user_id)
        return _by_peers(deps, advice, context, head, person)
    traits = Traits(**asked, manager_id=await _manager(deps, context, head, manager))
    return _by_peers(deps, await _predict(deps, context, head, traits), context, head, None)


async def _manager(deps: Deps, context: Context, head: EvaluationHead, who: str | None) -> str | None:
    if who is None:
        return None
    if not context.is_read(Source.MANAGERS):
        raise NotReadable(
            "Who is whose manager could not be read, so nobody can be compared by it.",
            "Ask without manager; refresh_tenant says what could not be read.",
            reason=str(context.reading(Source.MANAGERS).reason),
        )
    return (await deps.tenant.person(head.evaluation_id, who)).user_id


async def _predict(
    deps: Deps, context: Context, head: EvaluationHead, traits: Traits, without: str | None = None
) -> Prediction:
    """Asks for wider groups only while the closer ones settle nothing."""
    votes: list[Vote] = []
    for group in ladder(traits):
        people = await deps.tenant.similar(head.evaluation_id, group)
        votes.append(vote_of(group, people, context, without))
        if votes[-1].settles:
            break
    return prediction(traits, votes, context)


def _terms(terms: Terms) -> Saving:
    return Saving(
        amount=money(terms.amount),
        basis=one_line(terms.basis, 300),
        realisable_from=terms.realisable_from.isoformat() if terms.realisable_from else None,
        needs_purchase=terms.needs_purchase,
        net_this_term=money(terms.net_this_term),
    )


def _too_early(terms: Terms) -> str:
    net = terms.net_this_term
    if not net or all(part.micros >= 0 for part in net):
        return ""
    return f"Changed now it costs more in this term ({money_words(net)} net): propose it for the renewal."


def _saves(saving: Total | None) -> str:
    return "what it saves is unknown" if saving is None else f"saves {money_words(saving)} a month"


def _for_person(person: Person, context: Context, head: EvaluationHead) -> CallToolResult:
    advice = recommend(person, context)
    option = advice.review_candidate
    keeps = advice.recommended == advice.current
    if advice.recommended is None:
        headline = sentences("No recommendation: it is not known what this person needs.", *few(advice.because, 300))
        step = "Ask with peers for what similar people need, or again when more can be read."
    elif keeps:
        headline = "The seats held fit what is known of the person's use."
        step = "A person decides on review_candidate." if option else "Nothing needs to change."
    else:
        headline = (
            f"{count(len(advice.current), 'paid seat')} held, {len(advice.recommended)} recommended; "
            f"{_saves(advice.saving)} ({advice.confidence})."
        )
        step = "A person decides; propose_license_changes proposes a swap, offboard_user takes a leaver out."
    review = "A cheaper set is possible if a person releases something: see review_candidate." if option else ""
    content = Tier(
        user=_user(person),
        current=sku_refs(context, advice.current),
        recommended=None if advice.recommended is None else sku_refs(context, advice.recommended),
        saving=money(advice.saving),
        confidence=advice.confidence.value,
        because=few(advice.because, 700),
        would_lose=few(advice.would_lose, 500),
        not_observable=few(advice.not_observable, 500),
        review_candidate=None
        if option is None
        else ReviewOption(
            skus=sku_refs(context, option.sku_ids), saving=money(option.saving), decide=few(option.decide, 500)
        ),
        saving_terms=None if advice.terms is None else _terms(advice.terms),
        why_not_lower=few(advice.why_not_lower, 500),
        proven=advice.is_proven,
        could_be_cheaper=sku_refs(context, advice.could_be_cheaper, 3),
        shrinks=few(advice.pooled, 300),
        warnings=few(advice.warnings, 300),
        kept_unjudged=sku_refs(context, advice.untouched, 3),
        similar_people=None,
        compared_by=None,
        agreement=None,
        by_persona=False,
        similar_people_need=None,
        monthly_cost=None,
        next_step=step,
        **_frame(head),
    )
    late = "" if keeps or advice.terms is None else _too_early(advice.terms)
    return answer(sentences(headline, late, review, unknown_words(content.unknown), step), content)


def _by_peers(
    deps: Deps, advice: Prediction, context: Context, head: EvaluationHead, person: Person | None
) -> CallToolResult:
    if advice.recommended is None:
        headline = sentences("No recommendation.", *few(advice.because, 300))
        step = "Ask with fewer or other attributes, or let a person choose."
    else:
        similar = count(advice.group_size, "similar person", "similar people")
        whose = "a persona of the policy" if advice.by_persona else similar
        headline = (
            f"{count(len(advice.recommended), 'paid seat')} recommended ({advice.confidence}), by {whose}; "
            f"{money_words(advice.monthly)} a month."
        )
        step = "list_inactive_users may show a seat that could be freed for the newcomer."
    if person is not None:
        step = "Ask without peers for what this person's own use shows; own use says more."
    content = Tier(
        user=None if person is None else _user(person),
        current=[] if person is None else sku_refs(context, context.paid_seats(person)),
        recommended=None if advice.recommended is None else sku_refs(context, advice.recommended),
        saving=None,
        confidence=advice.confidence.value,
        because=few(advice.because, 900),
        would_lose=[],
        not_observable=[],
        review_candidate=None,
        saving_terms=None,
        why_not_lower=[],
        proven=None,
        could_be_cheaper=[],
        shrinks=[],
        warnings=[],
        kept_unjudged=[],
        similar_people=advice.group_size if deps.shows_people or not is_too_small(advice.group_size) else None,
        compared_by=advice.compared or None,
        agreement=None if advice.agreement is None else advice.agreement / 1000,
        by_persona=advice.by_persona,
        similar_people_need=None if advice.peers is None else sku_refs(context, advice.peers),
        monthly_cost=money(advice.monthly),
        next_step=step,
        **_frame(head),
    )
    return answer(sentences(headline, unknown_words(content.unknown), step), content)


def _user(person: Person) -> TierUser:
    return TierUser(
        id=person.user_id,
        user_principal_name=clean_or_none(person.user_principal_name),
        display_name=clean_or_none(person.display_name),
    )


def _frame(head: EvaluationHead) -> _Frame:
    return {
        "as_of": iso(head.as_of),
        "simulated": head.simulated,
        "evaluation_id": head.evaluation_id,
        "unknown": few((*head.summary.unknown, *head.notes), 900),
    }
