"""How far runs are: steps, people, and accounts that are to be blocked. Counted by the store, whatever their size."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from licenseiq.proposals.states import Outcome
from licenseiq.proposals.steps import StepKind

if TYPE_CHECKING:
    from sqlalchemy import Connection

_BY_HAND = StepKind.DISABLE_BY_HAND
_BLOCKS = ", ".join(f"'{kind.value}'" for kind in (StepKind.DISABLE_SIGN_IN, _BY_HAND))
_READ_BACK = ", ".join(f"'{outcome.value}'" for outcome in Outcome if outcome.is_read_back)


@dataclass(frozen=True, slots=True)
class Progress:
    """People and steps that have ended have all of their outcomes, whatever these are. Of the accounts `to_block` those
    `blocked` read back so; `urgent` is how many of them still wait for a person. `people` is 0 for a run of a version
    that did not note them."""

    steps: int = 0
    steps_ended: int = 0
    people: int = 0
    people_ended: int = 0
    to_block: int = 0
    blocked: int = 0
    urgent: int = 0

    def words(self) -> str:
        """'12 of 500 people finished, sign-in blocked for 500 of 500; 2167 of 10267 steps.'"""
        people = f"{self.people_ended} of {self.people} people finished" if self.people else ""
        blocked = f"sign-in blocked for {self.blocked} of {self.to_block}" if self.to_block else ""
        parts = [", ".join(one for one in (people, blocked) if one), f"{self.steps_ended} of {self.steps} steps"]
        return "; ".join(one for one in parts if one) + "."


def of_runs(db: "Connection", only: str | None = None) -> dict[str, Progress]:
    """By the run's id, of all or of one; a run without steps is missing."""
    rows = db.exec_driver_sql(
        "SELECT s.run_id, COUNT(*), COUNT(o.number), COUNT(DISTINCT NULLIF(s.subject, '')), "  # noqa: S608 - our words
        "COUNT(DISTINCT CASE WHEN o.number IS NULL THEN NULLIF(s.subject, '') END), "
        f"COUNT(CASE WHEN s.kind IN ({_BLOCKS}) THEN 1 END), "
        f"COUNT(CASE WHEN s.kind IN ({_BLOCKS}) AND o.outcome IN ({_READ_BACK}) THEN 1 END), "
        f"COUNT(CASE WHEN s.kind = '{_BY_HAND.value}' AND o.number IS NULL AND w.number IS NOT NULL THEN 1 END) "
        "FROM run_step s "
        "LEFT JOIN outcome o ON o.tenant_id = s.tenant_id AND o.run_id = s.run_id AND o.number = s.number "
        "LEFT JOIN waiting_step w ON w.tenant_id = s.tenant_id AND w.run_id = s.run_id AND w.number = s.number "
        f"{'' if only is None else 'WHERE s.run_id = ? '}GROUP BY s.run_id",
        () if only is None else (only,),
    ).all()
    return {
        str(run): Progress(steps, ended, people, people - left, to_block, blocked, urgent)
        for run, steps, ended, people, left, to_block, blocked, urgent in rows
    }
