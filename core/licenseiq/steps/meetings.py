"""Meetings to come that somebody organises with others: called off, so that nobody waits in a room (field note 12).

It needs a live mailbox, so it comes before the licence goes. A series is called off as a whole. An attendee gets one
message for each; so no cancellation is sent twice.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target, only
from licenseiq.steps.kind import Facts, Kind, fact
from licenseiq.times import parse_iso

_GOAL: dict[str, Json] = {"meetings_cancelled": True}
_BODY: dict[str, Json] = {"comment": "The organizer has left. This meeting is cancelled."}
_SELECT = "id,seriesMasterId,isOrganizer,isCancelled,attendees"


async def _read(ask: Asking, target: Target, arguments: Mapping[str, Json]) -> Json:
    """Ids of meetings, of a series its master, between the step's `from` and `until`; null without a mailbox."""
    window = f"startDateTime={_moment(arguments['from'])}&endDateTime={_moment(arguments['until'])}"
    path = f"/users/{target.text('user_id')}/calendarView?{window}&$select={_SELECT}&$top=500"
    answer = await ask(Ask(path, pages=True))
    found = set[str]()
    for row in cast("list[Mapping[str, Json]]", answer["value"]):
        if row["isOrganizer"] is True and row["isCancelled"] is not True and row["attendees"]:
            found.add(str(row["seriesMasterId"] or row["id"]))
    return list[Json](sorted(found))


def _moment(found: Json) -> str:
    """A time of the plan, as it stands there. ValueError for one that is none."""
    text = str(found)
    parse_iso(text)
    if not text.endswith("Z"):
        raise ValueError("not in UTC")
    return text


MEETINGS = Reading("meetings", "the meetings to come", "Calendars.Read", _read, paths=("/users/{id}/calendarView",))


def _cancelled(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    return value is True and facts.get(MEETINGS.name) == []


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    base = f"/users/{target.text('user_id')}/events"
    found = cast("list[str]", fact(account, MEETINGS.name) or [])
    return tuple(Call("POST", f"{base}/{key}/cancel", _BODY) for key in found)


CANCEL_MEETINGS = Kind(
    name=StepKind.CANCEL_MEETINGS,
    words="call off meetings to come",
    effect_class=EffectClass.NOT_REPEATABLE,
    permissions=("Calendars.ReadWrite",),
    fits=lambda step: step.goal == _GOAL and {"from", "until"} <= step.arguments.keys(),
    calls=_calls,
    shapes=(Shape("POST", "/users/{id}/events/{key}/cancel", only(_BODY)),),
    readings=(MEETINGS,),
    clauses={"meetings_cancelled": _cancelled},
    hand_over=lambda _, target: (
        f"In Exchange Online PowerShell: Remove-CalendarEvents -Identity {target.principal} -CancelOrganizedMeetings "
        "-QueryWindowInDays 365."
    ),
    summary=lambda _: "Call off the meetings to come that the person organises with others.",
)
