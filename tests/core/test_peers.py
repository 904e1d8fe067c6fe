"""What somebody will need, by similar people."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.findings import Confidence
from licenseiq.people import Assignment, Person
from licenseiq.policy import Persona, Policy
from licenseiq.prediction.predict import Prediction, predict
from licenseiq.prediction.traits import Traits, ladder, traits_of
from licenseiq.prediction.votes import Gap, interval, need_of
from licenseiq.readings import Reason, Source
from licenseiq.right_sizing import recommend, sure_need
from licenseiq.usage import AppUse, Signals
from tests.core.builders import (
    BASIC,
    E3,
    FREE,
    NO_MAIL,
    STANDARD,
    UNPRICED,
    day,
    make_context,
    make_line,
    make_person,
    signals,
)
from tests.core.test_right_sizing import ENTERPRISE, OWNED, WEB_ONLY

CONTEXT = make_context((*OWNED, make_line(NO_MAIL)))
SALES = Traits(department="sales")
WRITER = Traits(department="Sales", job_title="Writer")


def sales(count: int, sku: str = E3, start: int = 0, *, also: tuple[str, ...] = (), **more: object) -> list[Person]:
    """People of Sales who need what they hold."""
    fields = {"department": "Sales "} | more
    return [make_person(f"p{start + i}", [sku, *also], **fields) for i in range(count)]


def ask(people: list[Person], traits: Traits = SALES, **more: object) -> Prediction:
    return predict(traits, people, make_context((*OWNED, make_line(NO_MAIL)), **more))


def test_it_recommends_what_most_similar_people_need() -> None:
    found = ask(sales(9) + sales(1, STANDARD, 10))
    assert (found.recommended, found.peers, found.group_size, found.agreement) == ((E3,), (E3,), 10, 900)
    assert found.because[0].startswith("9 of 10 people with the same department need E3")
    assert found.compared == "department"


def test_what_a_group_proves_is_less_than_what_it_shows() -> None:
    found = ask(sales(9) + sales(1, STANDARD, 10))
    assert found.agreement is not None
    assert found.at_least is not None
    assert 600 <= found.at_least < found.agreement
    assert f"at least {found.at_least // 10} %" in found.because[0]
    assert found.confidence is Confidence.LIKELY


def test_need_counts_and_not_what_is_held() -> None:
    people = sales(5, STANDARD, signals=signals(1, apps=WEB_ONLY))
    assert ask(people).recommended == (BASIC,)


def test_it_abstains_below_five_people_and_tells_nothing_of_them() -> None:
    found = ask(sales(4))
    assert (found.recommended, found.agreement, found.at_least) == (None, None, None)
    assert found.because == (
        "Fewer than 5 people with the same department are at work whose need is known: too few to go by.",
    )


def test_it_abstains_where_people_differ_and_says_what_would_help() -> None:
    found = ask(sales(30) + sales(30, STANDARD, 30))
    assert (found.recommended, found.agreement, found.confidence) == (None, 500, Confidence.UNKNOWN)
    assert found.because[0] == "60 people with the same department differ in what they need: 50 % E3, 50 % Standard."
    assert found.because[2] == "A job title may tell them apart."


def test_the_same_share_is_enough_in_a_large_group_and_not_in_a_small_one() -> None:
    assert ask(sales(8) + sales(2, STANDARD, 8)).recommended is None
    assert ask(sales(80) + sales(20, STANDARD, 80)).recommended == (E3,)


def test_unused_and_blocked_accounts_are_no_example() -> None:
    people = sales(9, days=200) + sales(9, start=9, account_enabled=False) + sales(9, start=18, user_type="Guest")
    assert (ask(people).group_size, ask(people).unknown) == (0, 0)


def test_whose_need_is_unknown_has_no_vote_and_is_counted() -> None:
    unread = signals(1, apps=None)
    found = ask(sales(6) + sales(7, STANDARD, 6, signals=unread))
    assert (found.recommended, found.group_size, found.unknown) == ((E3,), 6, 7)
    assert "What 7 more of them need is not known, so they have no vote." in found.because
    few = ask(sales(6) + sales(2, STANDARD, 6, signals=unread))
    assert "What a few more of them need is not known, so they have no vote." in few.because


def test_an_unreadable_tenant_is_not_guessed_about_and_says_which_permission_helps() -> None:
    unread = {Source.SIGN_INS: Reason.NO_PERMISSION, Source.ACTIVE_USERS: Reason.NO_PERMISSION}
    found = ask(sales(9, signals=Signals()), unread=unread)
    assert (found.recommended, found.group_size, found.unknown) == (None, 0, 9)
    assert found.because[-1] == "Grant Reports.Read.All."


def test_it_abstains_where_nothing_is_said_of_the_newcomer() -> None:
    for nothing in (Traits(), Traits(department=" ")):
        found = ask(sales(9), nothing)
        assert (found.recommended, found.group_size) == (None, 0)
        assert found.because[0].startswith("Name at least one")


def test_a_location_matches_office_or_usage_location() -> None:
    people = sales(3, office="Brno") + sales(2, E3, 10, usage_location="brno")
    assert ask(people, Traits(location="BRNO")).group_size == 5


@pytest.mark.parametrize("trait", ["department", "job_title", "location", "employee_type", "manager_id"])
def test_each_trait_is_compared_without_case_and_spaces_around(trait: str) -> None:
    person = make_person(**{"office" if trait == "location" else trait: " Same"})
    assert Traits(**{trait: "sAME "}).fits(person)
    assert not Traits(**{trait: "other"}).fits(person)


# Wider groups


def test_the_closest_group_that_is_large_enough_decides() -> None:
    people = sales(9, job_title="Writer") + sales(90, STANDARD, 9, job_title="Seller")
    found = ask(people, WRITER)
    assert (found.recommended, found.compared) == ((E3,), "department and job title")


def test_a_thin_group_gives_way_to_a_wider_one_and_that_is_said() -> None:
    people = sales(2, job_title="Writer") + sales(20, start=2, job_title="Seller")
    found = ask(people, WRITER)
    assert (found.recommended, found.compared, found.group_size) == ((E3,), "department", 22)
    assert "Those who have more in common are too few to go by, or differ." in found.because


def test_a_group_that_proves_that_it_differs_does_not_give_way() -> None:
    people = sales(60, job_title="Writer") + sales(60, STANDARD, 60, job_title="Writer") + sales(900, start=120)
    found = ask(people, WRITER)
    assert (found.recommended, found.group_size) == (None, 120)


def test_a_group_as_large_as_any_that_is_looked_at_does_not_give_way() -> None:
    def writers(half: int) -> list[Person]:
        """Three of five need E3: that is neither proof nor disproof."""
        return sales(3 * half, job_title="Writer") + sales(2 * half, STANDARD, 3 * half, job_title="Writer")

    others = sales(100, start=100, job_title="Seller")
    assert ask(writers(10) + others, WRITER).compared == "department and job title"
    assert ask(writers(10) + others, WRITER).recommended is None
    assert ask(writers(9) + others, WRITER).recommended == (E3,)


def test_a_wider_group_is_no_answer_where_a_closer_one_rules_it_out() -> None:
    writers = sales(4, STANDARD, job_title="Writer") + sales(1, start=4, job_title="Writer")
    found = ask(writers + sales(90, start=10, job_title="Seller"), WRITER)
    assert (found.recommended, found.peers) == (None, None)
    assert found.because[0] == (
        "Most people with the same department need E3, and most of those with the same department and job title do not."
    )


def test_groups_widen_in_one_order_and_never_to_the_whole_tenant() -> None:
    asked = Traits("Sales", "Writer", "Brno", "Employee", "boss")
    assert [one.words for one in ladder(asked)] == [
        "department, job title, manager, employee type and location",
        "department, job title, manager and employee type",
        "department, job title and employee type",
        "department and employee type",
        "department",
    ]
    assert [one.words for one in ladder(Traits(location="Brno", employee_type="Employee"))] == [
        "employee type and location"
    ]
    assert [one.words for one in ladder(Traits(job_title="Writer", employee_type="Employee"))] == [
        "job title and employee type",
        "job title",
    ]


# Beside the suite


def test_what_most_need_beside_the_suite_is_recommended_and_what_some_need_is_said() -> None:
    people = sales(12, also=(NO_MAIL,)) + sales(8, start=12)
    assert ask(people).recommended == (E3, NO_MAIL)
    fewer = ask(sales(8, also=(NO_MAIL,)) + sales(12, start=8))
    assert fewer.recommended == (E3,)
    assert "8 of these 20 need Visio as well, which is not in this answer: ask for it." in fewer.because


def test_an_addon_of_single_people_is_not_told() -> None:
    found = ask(sales(4, also=(NO_MAIL,)) + sales(16, start=4))
    assert not any("Visio" in words for words in found.because)


# Persona


def persona(**more: object) -> Policy:
    fields = {"name": "seller", "skus": (STANDARD,), "departments": frozenset({"sales"})} | more
    return Policy(personas=(Persona(**fields),))  # type: ignore[arg-type]


def test_a_persona_beats_what_similar_people_need_and_both_are_there() -> None:
    found = ask(sales(5), policy=persona())
    assert (found.recommended, found.peers, found.by_persona) == ((STANDARD,), (E3,), True)
    assert found.because[:2] == (
        "A persona of the policy gives these seats.",
        "It differs from what similar people need: E3.",
    )
    assert found.monthly is not None
    assert found.monthly[0].micros == 14_000_000


def test_a_persona_needs_no_similar_people() -> None:
    found = ask([], policy=persona())
    assert (found.recommended, found.peers, found.confidence) == ((STANDARD,), None, Confidence.CERTAIN)
    assert found.because[1] == "What similar people need cannot be said."
    assert ask(sales(5, STANDARD), policy=persona()).because[1] == "Similar people need the same."


def test_a_persona_of_others_changes_nothing() -> None:
    found = ask(sales(5), policy=persona(departments=frozenset({"finance"})))
    assert (found.recommended, found.by_persona) == ((E3,), False)


# Somebody who is there already


def test_for_somebody_who_is_there_the_own_vote_does_not_count() -> None:
    people = sales(5)
    assert predict(traits_of(people[0]), people, CONTEXT).group_size == 5
    found = predict(traits_of(people[0]), people, CONTEXT, without="p0")
    assert (found.recommended, found.group_size) == (None, 4)


# What no answer may depend on or hold


@given(st.lists(st.sampled_from([E3, STANDARD, BASIC]), max_size=14), st.randoms())
def test_the_order_of_people_does_not_matter(held: list[str], dice: object) -> None:
    people = [person for i, sku in enumerate(held) for person in sales(1, sku, i, job_title=f"T{i % 2}")]
    shuffled = list(people)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    asked = Traits("sales", "t1")
    assert ask(people, asked) == ask(shuffled, asked)


@given(st.integers(0, 25), st.integers(0, 25))
def test_it_never_recommends_what_fewer_than_the_needed_share_of_five_people_need(e3: int, standard: int) -> None:
    found = ask(sales(e3) + sales(standard, STANDARD, e3))
    if found.recommended is not None:
        votes = e3 if found.recommended == (E3,) else standard
        assert votes >= 5
        assert interval(votes, e3 + standard)[0] >= 600


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_interval_holds_the_share_and_narrows_with_more_people(votes: int, more: int) -> None:
    size = votes + more
    low, high = interval(votes, size)
    assert 0 <= low <= high <= 1000
    if size:
        assert low <= 1000 * votes / size <= high
        assert interval(10 * votes, 10 * size)[0] >= low


def test_nobodys_name_and_no_text_of_the_tenant_is_in_an_answer() -> None:
    secret = "Zebra"
    people = [
        replace(
            one, display_name=secret, job_title=secret, office=secret, manager_id=secret, user_principal_name=secret
        )
        for one in sales(9, department=secret) + sales(9, STANDARD, 20, department=secret)
    ]
    asked = Traits(secret, secret, secret, None, secret)
    for crowd in (people[:9], people, people[:2], []):
        assert secret not in repr(ask(crowd, asked))


@pytest.mark.parametrize("apps", [None, WEB_ONLY, AppUse(day(1), frozenset({"word"}))])
@pytest.mark.parametrize("days", [1, 200, None])
@pytest.mark.parametrize(
    "skus", [(E3,), (STANDARD, E3), (STANDARD,), (UNPRICED,), (STANDARD, UNPRICED), (FREE,), (NO_MAIL,)]
)
def test_the_short_way_to_a_need_comes_to_the_same(
    apps: AppUse | None, days: int | None, skus: tuple[str, ...]
) -> None:
    person = make_person(skus=skus, days=days, signals=signals(days, apps=apps))
    for one in (person, replace(person, licences_known=False), replace(person, user_type="Guest")):
        assert sure_need(one, CONTEXT) == recommend(one, CONTEXT).recommended


def test_a_seat_that_is_switched_off_for_good_is_no_need() -> None:
    nothing = make_person(skus=[])
    assert need_of(nothing, CONTEXT) is Gap.IDLE
    failed = replace(nothing, assignments=(Assignment(E3, state="Error"),))
    assert need_of(failed, CONTEXT) is Gap.IDLE


# What has to be looked at before


def test_frontline_tiers_and_seats_that_are_not_free_are_pointed_out() -> None:
    def frontline(policy: Policy) -> Prediction:
        return predict(SALES, sales(6, "f3"), make_context(ENTERPRISE, policy=policy))

    found = frontline(Policy())
    assert found.recommended == ("f3",)
    assert "F3 is for frontline workers, and no persona of the policy says that this is one." in found.because
    assert "No seat of F3 is known to be free; it may have to be bought first." in found.because
    marked = frontline(persona(skus=(), frontline=True))
    assert (marked.recommended, marked.by_persona) == (("f3",), False)
    assert not any("frontline" in words for words in marked.because)
