"""Blockers that an approver may let pass with a reason: a short list, and never one that keeps data or people safe."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from licenseiq.errors import BadRequest
from licenseiq.policy import Policy
from licenseiq.proposals.plan import Blocker, Plan
from licenseiq.proposals.statement import Statement
from licenseiq.steps.holds import UNREADABLE

WAIVABLE = frozenset({"prerequisite_to_check"})
# A waiver that is somebody's word about the world, and so counts for some days only.
ATTESTED = frozenset({UNREADABLE})
_LONGEST_REASON = 300


def checked(
    plan: Plan, waivers: Iterable[Mapping[str, str]], held: frozenset[str] = frozenset()
) -> tuple[dict[str, str], ...]:
    """The waivers of a plan as they are signed. `held` are the kinds that its preflight lets an approver waive. Raises
    BadRequest for a blocker that is not there or cannot be waived, and for one without a reason."""
    there = {blocker.kind for blocker in plan.blockers if blocker.kind in WAIVABLE} | held
    found = []
    for one in waivers:
        kind, reason = one.get("kind", ""), " ".join(one.get("reason", "").split())
        if kind not in there:
            raise BadRequest("This blocker cannot be waived.", "Cure it as its words say, then propose again.")
        if not 3 <= len(reason) <= _LONGEST_REASON:
            raise BadRequest("A waiver needs a reason of 3 to 300 characters.", "Say why it may pass.")
        found.append({"proposal": plan.digest(), "kind": kind, "reason": reason})
    if len({one["kind"] for one in found}) != len(found):
        raise BadRequest("A blocker is waived twice.", "Give one reason.")
    return tuple(found)


def let_pass(digest: str, statements: Iterable[Statement], at: datetime, policy: Policy) -> frozenset[str]:
    """The kinds that every approver has waived for the plan of this digest, as it counts at a time: a word that is
    older than the policy allows counts no more."""
    age = timedelta(days=policy.attestation_days)
    return _waived(digest, statements, lambda kind, since: kind not in ATTESTED or at < since + age)


def left(plan: Plan, statements: Iterable[Statement]) -> tuple[Blocker, ...]:
    """The blockers that stay: each that not every one of the approvers has waived."""
    waived = _waived(plan.digest(), statements) & WAIVABLE
    return tuple(blocker for blocker in plan.blockers if blocker.kind not in waived)


def _waived(
    digest: str, statements: Iterable[Statement], counts: Callable[[str, datetime], bool] = lambda *_: True
) -> frozenset[str]:
    """The kinds that everybody waived; `counts` is asked with the time of each signature."""
    signed = [
        {
            one["kind"]
            for one in statement.waivers
            if one.get("proposal") == digest and counts(one["kind"], statement.not_before)
        }
        for statement in statements
    ]
    return frozenset(set.intersection(*signed)) if signed else frozenset()
