"""A proposal to take one or several people out."""

from typing import Annotated, Literal

from mcp_types import CallToolResult
from pydantic import Field

from licenseiq.errors import BadRequest, Refused
from licenseiq.leaving import EndState, Skip
from licenseiq.playbooks.offboarding.request import OffboardingRequest, check
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.disable_by_hand import PRIVILEGED
from licenseiq.words import count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Day, Name, day, optional_selector, selector
from licenseiq_tools.deps import Call, client_of, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.proposal_shapes import Proposed
from licenseiq_tools.proposal_view import fields, how_to_approve, plan_words
from licenseiq_tools.wording import sentences

_MOST = 500
Skipped = Literal[
    "authentication_methods", "password", "devices", "delegated_rights", "ownership", "groups", "apps", "meetings",
    "automatic_reply", "address_lists", "successor_access", "external_sharing", "notices",
]  # fmt: skip


@guarded
async def offboard_user(
    call: Call,
    user: Annotated[Name | None, Field(description="One person: principal name, id, or unambiguous name")] = None,
    users: Annotated[
        list[Name] | None, Field(min_length=1, max_length=_MOST, description="Several people, instead of user")
    ] = None,
    last_day: Annotated[Day | None, Field(description="YYYY-MM-DD: all happens at its end. Without: at once")] = None,
    time_zone: Annotated[Name | None, Field(description="IANA name, where last_day ends")] = None,
    successor: Annotated[Name | None, Field(description="Who gets mailbox and files. Without: the manager")] = None,
    end_state: Annotated[
        Literal["shared_keep_account", "inactive_mailbox_then_delete", "keep_licensed", "delete"] | None,
        Field(description="What is left. Without: the policy's, usually a shared mailbox"),
    ] = None,
    skip: Annotated[list[Skipped] | None, Field(max_length=13, description="Parts to leave out")] = None,
) -> Annotated[CallToolResult, Proposed]:
    """Propose to offboard people: block sign-in, cut access, hand over mailbox and files, take licences back last.
    Stores a proposal and changes nothing; only a person can approve it, outside of this chat, with the command in
    approve_at. Asking again for the same returns the same open proposal."""
    deps = await deps_of(call)
    if deps.read_only:
        raise Refused("Proposals are switched off here.", "A person can unset LICENSEIQ_READ_ONLY and restart.")
    request = OffboardingRequest(
        users=_people(user, users),
        last_day=day(last_day, "last_day"),
        time_zone=time_zone.strip() if time_zone is not None else None,
        successor=optional_selector(successor, "successor"),
        end_state=EndState(end_state) if end_state is not None else None,
        skip=frozenset(Skip(one) for one in skip) if skip is not None else None,
    )
    check(request)
    record = await deps.proposals.offboard(request, client_of(call.session), progress_of(call))
    step = _next_step(record.plan, how_to_approve(record, f"{deps.approve_command} {record.proposal_id}"))
    now = deps.now()
    total = len(record.plan.steps)

    def build(rows: int) -> Proposed:
        more = f" More steps: get_proposal with from_step={rows + 1}." if rows < total else ""
        return Proposed(
            **fields(record, deps.approve_command, now, 1, rows),
            next_step=step + more,
            unknown=[
                *deps.privacy_note,
                "Holds, the mailbox's size and files: read by the desk, just before a person approves.",
                "When the money is realised: Microsoft Graph tells neither price nor term of a subscription.",
            ],
        )

    content = build(fitting(total, build))
    found = "A proposal was stored" if record.is_new else "The same proposal is there already"
    changed = (
        "Nothing has changed yet." if content.nothing_changed_yet else "It may already be under way: get_proposal."
    )
    return answer(sentences(f"{found}: {record.proposal_id}.", plan_words(record), changed, step), content)


def _next_step(plan: Plan, approve: str) -> str:
    """What is urgent and only people can do, then how a person approves."""
    urgent = sum(
        step.kind is StepKind.DISABLE_BY_HAND and step.arguments.get("because") == PRIVILEGED for step in plan.steps
    )
    if not urgent:
        return approve
    return (
        f"Urgent: {count(urgent, 'person', 'people')} hold a directory role, and only people may block them. {approve}"
    )


def _people(user: str | None, users: list[str] | None) -> tuple[str, ...]:
    """The selectors as given, trimmed. Nothing selects everybody, and nobody is named twice."""
    if (user is None) == (users is None):
        raise BadRequest("Exactly one of user and users is needed.", "Name one person in user, or several in users.")
    given = [user] if user is not None else list(users or ())
    people = tuple(selector(name, "user", "Name each person by principal name or id.") for name in given)
    if len({name.casefold() for name in people}) != len(people):
        raise BadRequest("A person is named twice in users.", "Name each person once.")
    return people
