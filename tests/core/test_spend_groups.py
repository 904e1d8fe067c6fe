"""Spend in groups: every paid seat is in exactly one row, and the rows add up to the spend, to the millionth."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.context import Context
from licenseiq.evaluate import evaluate
from licenseiq.money import Money, add_up
from licenseiq.people import Person
from licenseiq.prices import OwnPrice, PriceBook
from licenseiq.readings import Reason, Source
from licenseiq.spend import spend_of
from licenseiq.spending.days import Day, day_of
from licenseiq.spending.managers import Organisation
from licenseiq.spending.table import Role, SpendBy, SpendRow
from tests.core.builders import BASIC, E3, NO_MAIL, STANDARD, UNPRICED, make_context, make_line, make_person, make_view

SKUS = (E3, STANDARD, BASIC, NO_MAIL, UNPRICED)
usd = st.integers(1, 60_000_000).map(lambda micros: Money("USD", micros))
eur = st.integers(1, 60_000_000).map(lambda micros: Money("EUR", micros))


def summed(context: Context, people: tuple[Person, ...]) -> Day:
    view = make_view(people, context)
    found = day_of(view, evaluate(view))
    assert found is not None
    return found


def by_key(rows: tuple[SpendRow, ...]) -> dict[str | None, SpendRow]:
    return {row.key or row.role.value: row for row in rows}


@st.composite
def tenants(draw: st.DrawFn) -> tuple[Context, tuple[Person, ...]]:
    people = []
    for number in range(draw(st.integers(0, 8))):
        people.append(
            make_person(
                f"u{number}",
                draw(st.sets(st.sampled_from(SKUS))),
                draw(st.sampled_from((1, 200))),
                department=draw(st.sampled_from((None, "Sales", " sales", "Legal"))),
                country=draw(st.sampled_from((None, "DE"))),
                usage_location=draw(st.sampled_from((None, "de", "FR"))),
                cost_center=draw(st.sampled_from((None, "4711", "4712"))),
                manager_id=draw(st.sampled_from((None, "u0", "u1", "u2", "gone"))),
            )
        )
    numbers = st.one_of(st.none(), st.integers(0, 12))
    lines = [make_line(sku, draw(numbers), draw(numbers)) for sku in draw(st.sets(st.sampled_from(SKUS)))]
    rows = [
        OwnPrice(sku, draw(st.one_of(st.none(), usd, eur)), subscription, quantity=draw(st.integers(0, 6)))
        for sku in SKUS
        for subscription in draw(st.sets(st.sampled_from(("a", "b", None))))
    ]
    lines = [replace(line, subscription_ids=("a", "b")) for line in lines]
    return make_context(lines, prices=PriceBook("p", None, tuple(rows))), tuple(people)


@given(tenants())
def test_the_rows_of_every_grouping_add_up_to_spend_exposure_and_seats(
    tenant: tuple[Context, tuple[Person, ...]],
) -> None:
    context, people = tenant
    evaluation = evaluate(make_view(people, context))
    day = summed(context, people)
    held = Counter(sku_id for person in people for sku_id in context.paid_seats(person))
    whole = spend_of(context, held)
    for by in SpendBy:
        rows = day.groups[by]
        assert len({row.name for row in rows}) == len(rows)
        assert add_up(money for row in rows for money in row.spend if money.micros) == tuple(whole.monthly or ())
        assert sum(row.seats for row in rows) == whole.total_seats == evaluation.summary.paid_seats
        assert add_up(money for row in rows for money in row.exposure) == (evaluation.summary.exposure or ())
        assert all(money.micros >= 0 for row in rows for money in row.spend)
        assert sum(row.unpriced for row in rows) >= whole.unpriced
        if by is not SpendBy.SKU:
            assert sum(row.people for row in rows) == len(evaluation.holders)
    assert day.spend == (whole.monthly or ())
    assert day.exposure == (evaluation.summary.exposure or ())


def test_a_department_pays_for_what_its_people_hold_and_nobody_for_the_rest() -> None:
    people = (
        make_person("a", (E3, BASIC), department="Sales"),
        make_person("b", (E3,), department=" SALES "),
        make_person("c", (E3,), department=None),
    )
    day = summed(make_context([make_line(E3, 10, 3), make_line(BASIC, 1, 1)]), people)
    rows = by_key(day.groups[SpendBy.DEPARTMENT])
    assert set(rows) == {"sales", "none", "unassigned"}
    assert (rows["sales"].people, rows["sales"].seats) == (2, 3)
    assert rows["sales"].label in ("Sales", "SALES")
    assert rows["sales"].spend == (Money("USD", 85_000_000),)
    assert rows["none"].spend == (Money("USD", 39_000_000),)
    assert (rows["unassigned"].people, rows["unassigned"].seats) == (0, 7)
    assert rows["unassigned"].spend == (Money("USD", 273_000_000),)
    assert rows["unassigned"].exposure == (Money("USD", 6 * 39_000_000),)


def test_the_country_is_where_the_account_may_be_used_if_no_other_is_known() -> None:
    people = (make_person("a", country="DE", usage_location="FR"), make_person("b", country=" ", usage_location="fr"))
    rows = by_key(summed(make_context([make_line(E3, 2, 2)]), people).groups[SpendBy.COUNTRY])
    assert set(rows) == {"de", "fr"}


def test_a_code_of_a_country_is_told_by_the_name_that_most_people_there_have() -> None:
    people = (
        make_person("a", country="Germany", usage_location="DE"),
        make_person("b", country="germany ", usage_location="de"),
        make_person("c", country="Germany", usage_location="DE"),
        make_person("d", country=None, usage_location="DE"),
        make_person("e", country="DE", usage_location="DE"),
        make_person("f", country="France", usage_location="GB"),
        make_person("g", country="Wales", usage_location="GB"),
        make_person("h", country=None, usage_location="GB"),
    )
    rows = by_key(summed(make_context([make_line(E3, 8, 8)]), people).groups[SpendBy.COUNTRY])
    assert {key: row.people for key, row in rows.items()} == {"germany": 5, "france": 1, "wales": 1, "gb": 1}


def test_a_sku_has_a_row_with_all_of_its_seats_held_or_not() -> None:
    day = summed(make_context([make_line(E3, 10, 1), make_line(UNPRICED, 4, 4)]), (make_person("a"),))
    rows = by_key(day.groups[SpendBy.SKU])
    assert (rows[E3].people, rows[E3].seats, rows[E3].spend) == (1, 10, (Money("USD", 390_000_000),))
    assert (rows[UNPRICED].seats, rows[UNPRICED].spend, rows[UNPRICED].unpriced) == (4, (), 4)


def test_what_rounding_an_averaged_price_leaves_is_nobodys() -> None:
    book = PriceBook("p", None, (OwnPrice(E3, Money("USD", 10), "a", quantity=2), OwnPrice(E3, Money("USD", 11))))
    line = make_line(E3, 3, 3, subscription_ids=("a",))
    people = tuple(make_person(f"u{n}", department="Sales") for n in range(3))
    rows = by_key(summed(make_context([line], prices=book), people).groups[SpendBy.DEPARTMENT])
    assert rows["sales"].spend == (Money("USD", 30),)
    assert (rows["unassigned"].seats, rows["unassigned"].spend) == (0, (Money("USD", 1),))


def test_money_of_a_sku_with_two_currencies_is_split_between_nobody() -> None:
    book = PriceBook(
        "p", None, (OwnPrice(E3, Money("EUR", 10_000_000), "a", quantity=1), OwnPrice(E3, Money("USD", 20_000_000)))
    )
    people = (make_person("a", department="Sales"), make_person("b", department="Sales"))
    line = make_line(E3, 2, 2, subscription_ids=("a",))
    rows = by_key(summed(make_context([line], prices=book), people).groups[SpendBy.DEPARTMENT])
    assert (rows["sales"].seats, rows["sales"].spend, rows["sales"].unpriced) == (2, (), 2)
    assert rows["not_split"].seats == 0
    assert rows["not_split"].spend == (Money("EUR", 10_000_000), Money("USD", 20_000_000))


def test_half_a_reading_leaves_no_day() -> None:
    for source in (Source.USERS, Source.SKUS):
        view = make_view((make_person("a"),), make_context([make_line()], {source: Reason.NO_PERMISSION}))
        assert day_of(view, evaluate(view)) is None
    view = make_view((make_person("a"),), make_context([make_line()], {Source.MANAGERS: Reason.NOT_YET}))
    found = day_of(view, evaluate(view))
    assert found is not None
    assert set(SpendBy) - set(found.groups) == {SpendBy.MANAGER}
    assert (found.day, found.as_of) == (date(2026, 11, 23), datetime(2026, 11, 23, 12, tzinfo=UTC))


CHAIN = {"ceo": None, "cfo": "ceo", "cto": "ceo", "dev": "cto", "clerk": "cfo", "temp": None, "orphan": "left"}


@pytest.mark.parametrize(
    ("under", "expected"),
    [
        (None, {"ceo": "ceo", "cfo": "cfo", "cto": "cto", "dev": "cto", "clerk": "cfo", "temp": None, "orphan": None}),
        ("cto", {"cto": "cto", "dev": "dev", "ceo": "outside", "cfo": "outside", "clerk": "outside"}),
    ],
)
def test_an_organisation_is_everybody_below_a_direct_report(under: str | None, expected: dict[str, str | None]) -> None:
    found = Organisation(CHAIN, under)
    for who, key in expected.items():
        role = Role.OUTSIDE if key == "outside" else Role.NONE if key is None else Role.GROUP
        assert found.place(who) == (role, key if role is Role.GROUP else None), who


def test_several_people_at_the_top_are_each_an_organisation_and_a_circle_is_none() -> None:
    found = Organisation({"a": None, "b": "a", "x": None, "y": "x", "p": "q", "q": "p", "r": "p"})
    assert found.place("b") == found.place("a") == (Role.GROUP, "a")
    assert found.place("y") == (Role.GROUP, "x")
    assert {found.place(who) for who in "pqr"} == {(Role.NONE, None)}


@given(st.dictionaries(st.integers(0, 9).map(str), st.one_of(st.none(), st.integers(0, 12).map(str))), st.data())
def test_whoever_manages_whom_everybody_has_one_place_in_any_order(
    managers: dict[str, str | None], data: st.DataObject
) -> None:
    under = data.draw(st.one_of(st.none(), st.integers(0, 10).map(str)))
    forward, back = Organisation(managers, under), Organisation(managers, under)
    one = {who: forward.place(who) for who in managers}
    assert one == {who: back.place(who) for who in reversed(managers)}
