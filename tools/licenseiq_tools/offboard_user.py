"""A proposal to take one or several people out."""

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from licenseiq.errors import BadRequest, Refused
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Name, selector
from licenseiq_tools.deps import Call, client_of, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.proposal_shapes import Proposed
from licenseiq_tools.proposal_view import fields, plan_words
from licenseiq_tools.wording import sentences

_MOST = 25


@guarded
async def offboard_user(
    call: Call,
    user: Annotated[Name | None, Field(description="One person: principal name, id, or unambiguous name")] = None,
    users: Annotated[
        list[Name] | None, Field(min_length=1, max_length=_MOST, description="Several people, instead of user")
    ] = None,
) -> Annotated[CallToolResult, Proposed]:
    """Propose to offboard one person or several: block sign-in, end sessions, take directly assigned licences back.
    Stores a proposal and changes nothing; only a person can approve it, outside of this chat, with the command in
    approve_at. Asking again for the same people returns the same open proposal."""
    deps = await deps_of(call)
    if deps.read_only:
        raise Refused("Proposals are switched off here.", "A person can unset LICENSEIQ_READ_ONLY and restart.")
    people = _people(user, users)
    record = await deps.proposals.offboard(people, client_of(call.session), progress_of(call))
    approve = f"{deps.approve_command} {record.proposal_id}"
    step = f"A person reads and approves it in a terminal: {approve}"
    now = deps.now()
    total = len(record.plan.steps)

    def build(rows: int) -> Proposed:
        more = f". More steps: get_proposal with from_step={rows + 1}" if rows < total else ""
        return Proposed(
            **fields(record, deps.approve_command, now, 1, rows),
            next_step=step + more,
            unknown=[
                *deps.privacy_note,
                "Legal holds and what else the mailbox needs: not read by this version.",
                "When the money is realised: Microsoft Graph tells neither price nor term of a subscription.",
            ],
        )

    content = build(fitting(total, build))
    found = "A proposal was stored" if record.is_new else "The same proposal is there already"
    changed = (
        "Nothing has changed yet." if content.nothing_changed_yet else "It may already be under way: get_proposal."
    )
    return answer(sentences(f"{found}: {record.proposal_id}.", plan_words(record), changed, step), content)


def _people(user: str | None, users: list[str] | None) -> tuple[str, ...]:
    """The selectors as given, trimmed. Nothing selects everybody, and nobody is named twice."""
    if (user is None) == (users is None):
        raise BadRequest("Exactly one of user and users is needed.", "Name one person in user, or up to 25 in users.")
    given = [user] if user is not None else list(users or ())
    people = tuple(selector(name, "user", "Name each person by principal name or id.") for name in given)
    if len({name.casefold() for name in people}) != len(people):
        raise BadRequest("A person is named twice in users.", "Name each person once.")
    return people
