"""Everything that is known of one person's seats, and why the findings say what they say."""

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from licenseiq.account_words import why_kind
from licenseiq.activity import activity_of
from licenseiq.evaluate import findings_of
from licenseiq.findings.stale_identity import KIND as STALE
from licenseiq.holders import monthly_cost
from licenseiq.money import money_words
from licenseiq.people import Person
from licenseiq.right_sizing import SINGLE_SEATS, Recommendation, recommend
from licenseiq.sightings import sightings_of
from licenseiq.text import clean
from licenseiq.times import iso
from licenseiq.words import a_or_an, count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Name, selector
from licenseiq_tools.deps import Call, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.explain_rows import (
    activity_words,
    advice_words,
    finding_rows,
    left_rows,
    licence_rows,
    signal_row,
    user_row,
)
from licenseiq_tools.explain_shapes import AccountWords, UserExplained
from licenseiq_tools.shapes import money
from licenseiq_tools.wording import few, sentences, unknown_words

_MOST_ROLES, _MOST_FINDINGS = 5, 3
_NOT_READ = "Not read: holds; and of nobody but leavers devices, sign-in methods, applications and groups."
_NOT_READ_OF_A_LEAVER = "Not read: holds."


@guarded
async def explain_user(
    call: Call, user: Annotated[Name, Field(description="Principal name, id, or unambiguous name")]
) -> Annotated[CallToolResult, UserExplained]:
    """One person in full: licences with their path (direct or group) and state, signs of use with date and source,
    how sure inactivity is, findings with evidence, what kind of account it is, roles, and the recommended tier."""
    deps = await deps_of(call)
    who = selector(user, "user", "Name one person by principal name or id.")
    head = await deps.tenant.evaluation(progress_of(call))
    person = await deps.tenant.person(head.evaluation_id, who)
    context = await deps.tenant.context(head.evaluation_id)
    group_ids = tuple(sorted({a.group_id for a in person.assignments if a.group_id}))
    groups = await deps.tenant.licence_groups(head.evaluation_id, group_ids)
    kind, why = why_kind(person, context)
    held = context.paid_seats(person)
    cost = monthly_cost(held, context) if person.licences_known else None
    licences = licence_rows(person, context, groups)
    found = findings_of(person, context)
    findings = finding_rows(found, context)
    advice = recommend(person, context)
    activity = activity_words(person, context, activity_of(person, context))
    signals = [signal_row(seen) for seen in sightings_of(person, context)]
    left = left_rows(person, context)
    unknown = few((_NOT_READ if left is None else _NOT_READ_OF_A_LEAVER, *head.summary.unknown, *head.notes), 700)
    whole = [f for f in found if f.claims_whole_seats and f.kind not in SINGLE_SEATS]
    is_left = any(f.kind == STALE and f.counts for f in found) and not any(f.exception for f in found)
    step = _next_step(person, advice, counting=any(f.counts for f in whole), is_left=is_left)

    def build(rows: int) -> UserExplained:
        return UserExplained(
            user=user_row(person),
            account=AccountWords(kind=kind.value, why=why),
            roles=None if person.roles is None else [clean(role).text for role in person.roles[:_MOST_ROLES]],
            roles_total=None if person.roles is None else len(person.roles),
            licences=licences[:rows] if person.licences_known else None,
            licences_total=len(licences) if person.licences_known else None,
            licences_left_out=len(licences) - rows,
            monthly_cost_held=money(cost),
            signals=signals,
            activity=activity,
            findings=findings[:_MOST_FINDINGS],
            findings_total=len(findings),
            recommendation=advice_words(advice, context),
            left=left,
            holds="not read in this version",
            as_of=iso(head.as_of),
            simulated=head.simulated,
            evaluation_id=head.evaluation_id,
            next_step=step,
            unknown=unknown,
        )

    content = build(fitting(len(licences), build))
    headline = (
        f"{a_or_an(kind.value).capitalize()} with {count(len(held), 'paid seat')}, {money_words(cost)} a month."
        if person.licences_known
        else f"{a_or_an(kind.value).capitalize()}; which licences it holds is not known."
    )
    last = f"Last human signal: {activity.last_activity or ('never seen' if activity.never_active else 'unknown')}."
    claims = f"{count(len(found), 'finding')}: {found[0].reason}" if found else "No finding."
    return answer(sentences(headline, last, claims, unknown_words(unknown), step), content)


def _next_step(person: Person, advice: Recommendation, *, counting: bool, is_left: bool) -> str:
    if counting:
        return "If nobody needs this account, offboard_user proposes to take it out; a person approves."
    if is_left:
        return "If nobody needs what is left, offboard_user proposes to take it away; a person approves."
    if advice.review_candidate is not None or advice.recommended not in (None, advice.current):
        return "recommend_tier says which cheaper seats would do, and what has to be decided."
    if not person.licences_known or advice.recommended is None:
        return "A person has to look: see recommendation and unknown."
    return "Nothing needs to change."
