"""Which seats somebody needs: a person by use, a newcomer by what similar people need."""

from typing import Annotated, TypedDict

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.context import Context
from licenseiq.errors import BadRequest
from licenseiq.money import Total
from licenseiq.peers import recommend_for_newcomer
from licenseiq.people import Person
from licenseiq.ports import EvaluationHead
from licenseiq.privacy import is_too_small
from licenseiq.right_sizing import recommend
from licenseiq.text import clean_or_none
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_tools.answers import answer
from licenseiq_tools.arguments import Name, optional_selector
from licenseiq_tools.deps import Call, Deps, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.shapes import MoneyList, SkuRef, money, sku_refs
from licenseiq_tools.wording import few, money_words, sentences, unknown_words


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
    saving: MoneyList | None = Field(description="Per month; null = unknown, or a newcomer")
    confidence: str
    because: list[str]
    would_lose: list[str]
    not_observable: list[str]
    review_candidate: ReviewOption | None = Field(description="A cheaper set that only a person can release")
    similar_people: int | None = Field(description="Size of the group compared; null when asked for one person")
    agreement: float | None = Field(description="Share (0 to 1) of them who need these seats")
    monthly_cost: MoneyList | None = Field(description="Of the seats recommended to a newcomer")
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
    department: Annotated[Name | None, Field(description="Of a newcomer")] = None,
    job_title: Annotated[Name | None, Field(description="Of a newcomer")] = None,
    location: Annotated[Name | None, Field(description="Of a newcomer: office or usage location")] = None,
    employee_type: Annotated[Name | None, Field(description="Of a newcomer")] = None,
) -> Annotated[CallToolResult, Tier]:
    """The cheapest Microsoft 365 seats that fit: for one person by observed use (user), or for a newcomer by what
    similar people need (any of department, job_title, location, employee_type). Says why, what would be lost and what
    cannot be observed, and abstains rather than guesses."""
    deps = await deps_of(call)
    user = optional_selector(user, "user")
    given = {"department": department, "job_title": job_title, "location": location, "employee_type": employee_type}
    asked = {name: optional_selector(value, name) for name, value in given.items()}
    if (user is None) == (not any(asked.values())):
        raise BadRequest(
            "Either user or attributes of a newcomer are needed, not both.",
            "Give user, or at least one of department, job_title, location and employee_type.",
        )
    head = await deps.tenant.evaluation(progress_of(call))
    context = await deps.tenant.context(head.evaluation_id)
    if user is not None:
        return _for_person(await deps.tenant.person(head.evaluation_id, user), context, head)
    return await _for_newcomer(deps, context, head, asked)


def _saves(saving: Total | None) -> str:
    return "what it saves is unknown" if saving is None else f"saves {money_words(saving)} a month"


def _for_person(person: Person, context: Context, head: EvaluationHead) -> CallToolResult:
    advice = recommend(person, context)
    option = advice.review_candidate
    keeps = advice.recommended == advice.current
    if advice.recommended is None:
        headline = sentences("No recommendation: it is not known what this person needs.", *few(advice.because, 300))
        step = "Let a person choose, or ask again when more can be read."
    elif keeps:
        headline = "The seats held fit what is known of the person's use."
        step = "A person decides on review_candidate." if option else "Nothing needs to change."
    else:
        headline = (
            f"{count(len(advice.current), 'paid seat')} held, {len(advice.recommended)} recommended; "
            f"{_saves(advice.saving)} ({advice.confidence})."
        )
        step = "A person decides; offboard_user proposes to take a leaver out."
    review = "A cheaper set is possible if a person releases something: see review_candidate." if option else ""
    content = Tier(
        user=TierUser(
            id=person.user_id,
            user_principal_name=clean_or_none(person.user_principal_name),
            display_name=clean_or_none(person.display_name),
        ),
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
        similar_people=None,
        agreement=None,
        monthly_cost=None,
        next_step=step,
        **_frame(head),
    )
    return answer(sentences(headline, review, unknown_words(content.unknown), step), content)


async def _for_newcomer(
    deps: Deps, context: Context, head: EvaluationHead, asked: dict[str, str | None]
) -> CallToolResult:
    people = await deps.tenant.similar(head.evaluation_id, **asked)
    advice = recommend_for_newcomer(people, context, **asked)
    if advice.recommended is None:
        headline = sentences("No recommendation.", *few(advice.because, 300))
        step = "Ask with fewer or other attributes, or let a person choose."
    else:
        headline = (
            f"{count(len(advice.recommended), 'paid seat')} recommended ({advice.confidence}), by "
            f"{count(advice.group_size, 'similar person', 'similar people')}; {money_words(advice.monthly)} a month."
        )
        step = "list_inactive_users may show a seat that could be freed for the newcomer."
    content = Tier(
        user=None,
        current=[],
        recommended=None if advice.recommended is None else sku_refs(context, advice.recommended),
        saving=None,
        confidence=advice.confidence.value,
        because=few(advice.because, 700),
        would_lose=[],
        not_observable=[],
        review_candidate=None,
        similar_people=advice.group_size if deps.shows_people or not is_too_small(advice.group_size) else None,
        agreement=None if advice.agreement is None else advice.agreement / 1000,
        monthly_cost=money(advice.monthly),
        next_step=step,
        **_frame(head),
    )
    return answer(sentences(headline, unknown_words(content.unknown), step), content)


def _frame(head: EvaluationHead) -> _Frame:
    return {
        "as_of": iso(head.as_of),
        "simulated": head.simulated,
        "evaluation_id": head.evaluation_id,
        "unknown": few((*head.summary.unknown, *head.notes), 900),
    }
