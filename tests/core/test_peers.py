"""What a newcomer will need, by similar people."""

from licenseiq.peers import recommend_for_newcomer
from licenseiq.people import Person
from tests.core.builders import BASIC, E3, NO_MAIL, STANDARD, make_context, make_line, make_person, signals
from tests.core.test_right_sizing import OWNED, WEB_ONLY

CONTEXT = make_context(OWNED)


def sales(count: int, sku: str, start: int = 0, **more: object) -> list[Person]:
    return [make_person(f"p{start + i}", [sku], department="Sales ", **more) for i in range(count)]


def test_it_recommends_what_most_similar_people_need() -> None:
    found = recommend_for_newcomer(sales(4, E3) + sales(1, STANDARD, 10), CONTEXT, department="sales")
    assert (found.recommended, found.group_size, found.agreement) == ((E3,), 5, 800)


def test_need_counts_and_not_what_is_held() -> None:
    people = sales(5, STANDARD, signals=signals(1, apps=WEB_ONLY))
    assert recommend_for_newcomer(people, CONTEXT, department="Sales").recommended == (BASIC,)


def test_it_abstains_below_five_people() -> None:
    found = recommend_for_newcomer(sales(4, E3), CONTEXT, department="Sales")
    assert (found.recommended, found.group_size, found.agreement) == (None, 4, None)


def test_it_abstains_where_people_differ() -> None:
    people = sales(3, E3) + sales(3, NO_MAIL, 10)
    found = recommend_for_newcomer(people, CONTEXT, department="Sales")
    assert (found.recommended, found.agreement) == (None, 500)


def test_unused_accounts_are_no_example() -> None:
    assert recommend_for_newcomer(sales(9, E3, days=200), CONTEXT, department="Sales").group_size == 0


def test_it_abstains_where_nothing_is_said_of_the_newcomer() -> None:
    assert recommend_for_newcomer(sales(9, E3), make_context([make_line()])).recommended is None


def test_a_location_matches_office_or_usage_location() -> None:
    people = sales(3, E3, office="Brno") + sales(2, E3, 10, usage_location="brno")
    assert recommend_for_newcomer(people, CONTEXT, location="BRNO").group_size == 5
