"""A licence that a group, or somebody, has given is in error.

State Error takes no seat, so there is no money in it: the person lacks what was meant for them (resource
`licenseAssignmentState`; Entra: "Resolve license problems"). A fault to mend; a false alarm costs a look. It must not
claim a SKU that the person holds by another path.
"""

from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.people import Assignment, Person
from licenseiq.readings import Source

KIND = "group_licence_error"
ERROR_STATES = frozenset({"Error", "ActiveWithError"})
# The words that Graph documents; what else comes is not repeated.
KNOWN = frozenset(
    {"CountViolation", "MutuallyExclusiveViolation", "DependencyViolation", "ProhibitedInUsageLocationViolation"}
    | {"UniquenessViolation"}
)


def group_licence_error(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding on all SKUs in error, CERTAIN; UNKNOWN where an error is told of a path that seems to work."""
    wrong = [a for a in person.assignments if a.state != "Active" or a.error is not None]
    wrong = [a for a in wrong if a.error is not None or a.state in ERROR_STATES]
    if not wrong:
        return None
    whole = {a.sku_id for a in person.assignments if a.state == "Active" and a.error is None}
    open_to = [a for a in wrong if a.sku_id not in whole and a.sku_id not in context.policy.excluded_skus]
    if not open_to:
        return None
    sure = any(a.state in ERROR_STATES for a in open_to)
    return Finding(
        kind=KIND,
        user_id=person.user_id,
        sku_ids=tuple(sorted({a.sku_id for a in open_to})),
        seats=0,
        confidence=Confidence.CERTAIN if sure else Confidence.UNKNOWN,
        reason=(
            "A licence that was given does not take effect."
            if sure
            else "An error is told of a licence, but not whether it takes effect."
        ),
        evidence=(
            Evidence("errors", " ".join(sorted({_word(a) for a in open_to})), Source.USERS),
            Evidence("by_group", any(a.group_id is not None for a in open_to), Source.USERS),
        ),
        claims_seats=False,
    )


def _word(assignment: Assignment) -> str:
    return assignment.error if assignment.error in KNOWN else "Other"
