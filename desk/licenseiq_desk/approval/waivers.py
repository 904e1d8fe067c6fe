"""Blockers that an approver may let pass with a reason: a short list, and never one that keeps data or people safe."""

from collections.abc import Iterable, Mapping

from licenseiq.errors import BadRequest
from licenseiq.proposals.plan import Blocker, Plan
from licenseiq.proposals.statement import Statement

WAIVABLE = frozenset({"prerequisite_to_check"})
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


def let_pass(plan: Plan, statements: Iterable[Statement]) -> frozenset[str]:
    """The kinds that every approver has waived for this plan."""
    signed = [
        {one["kind"] for one in statement.waivers if one.get("proposal") == plan.digest()} for statement in statements
    ]
    return frozenset(set.intersection(*signed)) if signed else frozenset()


def left(plan: Plan, statements: Iterable[Statement]) -> tuple[Blocker, ...]:
    """The blockers that stay: each that not every one of the approvers has waived."""
    waived = let_pass(plan, statements) & WAIVABLE
    return tuple(blocker for blocker in plan.blockers if blocker.kind not in waived)
