"""What rules keep between people changes no finding: in a crowd the same is said of each as of the person alone."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.evaluate import findings_of
from licenseiq.people import Assignment, Person
from licenseiq.policy import Policy
from licenseiq.right_sizing import recommend
from licenseiq.usage import AppUse, LastUse
from tests.core.builders import day
from tests.core.test_right_size_products import ALL, BASIC, CATALOGUE, SKU, STANDARD, tenant, worker

PARTS = ("SPE_E5", "SPE_E3", STANDARD, BASIC, "EMS", "Microsoft_365_Copilot", "EXCHANGESTANDARD")
POLICIES = (
    Policy(),
    Policy(released_capabilities=ALL - {"mailbox_hold"}),
    Policy(required_capabilities=frozenset({"teams"}), excluded_skus=frozenset({SKU["EMS"]})),
)


@st.composite
def people(draw: st.DrawFn) -> Person:
    parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3, unique=True))
    person = worker(
        *parts,
        mailbox_gb=draw(st.sampled_from([1, 45, 99])),
        archive=draw(st.booleans()),
        apps=draw(st.sampled_from([None, AppUse(day(1)), AppUse(day(1), frozenset({"word"}))])),
        teams=draw(st.sampled_from([None, LastUse(None), LastUse(day(1))])),
    )
    off = tuple(sorted(CATALOGUE.plans[SKU[parts[0]]]))[: draw(st.sampled_from([0, 0, 5, 100]))]
    first = Assignment(SKU[parts[0]], disabled_plans=off)
    also = (Assignment(SKU[parts[0]], "g"),) if draw(st.booleans()) else ()
    return replace(person, assignments=(first, *person.assignments[1:], *also))


@settings(max_examples=60, deadline=None)
@given(st.lists(people(), min_size=2, max_size=8), st.sampled_from(POLICIES))
def test_in_a_crowd_the_same_is_found_and_recommended_as_alone(crowd: list[Person], policy: Policy) -> None:
    shared = tenant(*PARTS, policy=policy)
    for person in crowd:
        alone = tenant(*PARTS, policy=policy)
        assert findings_of(person, shared) == findings_of(person, alone)
        assert recommend(person, shared) == recommend(person, tenant(*PARTS, policy=policy))
