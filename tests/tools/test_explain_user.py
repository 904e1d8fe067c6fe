"""explain_user: every path, every date with its source, and words where something is not known."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest

from licenseiq.exceptions import Exception_, ExceptionState
from licenseiq.left_seen import LeftSeen
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.money import Money
from licenseiq.people import Assignment, Person
from licenseiq.prices import Channel, OwnPrice, PriceBook, Term
from licenseiq.privacy import Privacy
from licenseiq.readings import NAMES, OF_LEAVERS, Source
from licenseiq.sightings import SOURCES
from licenseiq.usage import Activation, Signals
from tests.fake_catalogue import COPILOT, E3, E5
from tests.fake_people import HOSTILE, hostile, ordinary, person
from tests.fakes import NOW, FakeTenant
from tests.tools.talk import all_texts, ask, assert_clean, content, error, text_of

pytestmark = pytest.mark.anyio
TOOL = "explain_user"
ONE = {"user": "user1@contoso.example"}


def held(*assignments: Assignment) -> tuple[Assignment, ...]:
    return assignments


def test_every_signal_has_a_source() -> None:
    assert set(SOURCES) == {field.name for field in fields(Signals)}


async def test_it_tells_who_what_and_since_when(mode: str) -> None:
    result = await ask(mode, TOOL, ONE)
    answer = result.structured_content
    assert answer is not None
    assert answer["user"]["user_principal_name"] == "user1@contoso.example"
    assert answer["account"]["kind"] == "person"
    assert answer["holds"] == "not read in this version"
    assert answer["activity"]["last_activity"] == "2026-11-23"
    assert answer["activity"]["basis"] == "a successful sign-in"
    assert answer["monthly_cost_held"] == [{"amount": "57.00", "currency": "USD"}]
    signals = {row["source"]: row for row in answer["signals"]}
    assert signals["active_users"]["dates"]["teams"] == "2026-11-20"
    assert signals["active_users"]["dates"]["sharepoint"] is None
    assert signals["active_users"]["as_of"] == "2026-11-23T09:12:31Z"
    assert signals["mailboxes"]["facts"]["kind"] == "user"
    assert "Last human signal: 2026-11-23." in text_of(result)


async def test_a_licence_says_what_it_costs_by_whose_word_and_on_which_terms(mode: str) -> None:
    own = OwnPrice(E5, Money("USD", 41_500_000), None, Channel.EA, Term.THREE_YEARS, renewal=date(2027, 3, 1))
    tenant = FakeTenant((person(1, skus=(E5, COPILOT)),), prices=PriceBook("p", None, (own,)))
    e5, copilot = (await content(mode, TOOL, ONE, tenant=tenant))["licences"]
    assert e5["seat_cost"] == {"monthly": {"amount": "41.50", "currency": "USD"}, "basis": "own"}
    assert e5["monthly_cost"] == [{"amount": "41.50", "currency": "USD"}]
    assert (e5["list_price"]["monthly"]["amount"], e5["list_price"]["status"]) == ("57.00", "current")
    (terms,) = e5["terms"]
    assert (terms["channel"], terms["term"], terms["renewal"]) == ("EA", "P3Y", "2027-03-01")
    assert (copilot["seat_cost"], copilot["list_price"], copilot["terms"]) == (None, None, [])


async def test_several_paths_of_a_sku_take_one_seat_and_name_their_group(mode: str) -> None:
    paths = held(Assignment(E5), Assignment(E5, "g1"), Assignment(E3, "g2", "Error", "CountViolation"))
    group = LicenceGroup("g1", "Sales\u202e staff", 'user.department -eq "Sales"')
    tenant = FakeTenant((replace(person(1), assignments=paths),), groups=(group,))
    answer = await content(mode, TOOL, ONE, tenant=tenant)
    e5, e3 = answer["licences"]
    assert (e5["takes_seat"], e5["paths_total"]) == (True, 2)
    assert e5["monthly_cost"] == [{"amount": "57.00", "currency": "USD"}]
    assert [path["via"] for path in e5["paths"]] == ["direct", "group"]
    assert e5["paths"][1]["group_name"] == "Sales staff"
    assert e5["paths"][1]["group_rule"] == 'user.department -eq "Sales"'
    assert (e3["takes_seat"], e3["monthly_cost"]) == (False, [])
    assert e3["paths"][0] == {
        "via": "group",
        "group_id": "g2",
        "group_name": None,
        "group_rule": None,
        "state": "Error",
        "error": "CountViolation",
    }
    assert answer["monthly_cost_held"] == e5["monthly_cost"]


async def test_a_service_is_off_only_where_every_path_has_it_off(mode: str) -> None:
    paths = held(Assignment(E5, disabled_plans=("a", "b")), Assignment(E5, "g1", disabled_plans=("b", "c")))
    answer = await content(mode, TOOL, ONE, tenant=FakeTenant((replace(person(1), assignments=paths),)))
    assert answer["licences"][0]["disabled_plans_total"] == 1


async def test_findings_show_evidence_and_money_once(mode: str) -> None:
    blocked = replace(person(1, skus=(E5, COPILOT)), account_enabled=False)
    answer = await content(mode, TOOL, ONE, tenant=FakeTenant((blocked,)))
    found, stale = answer["findings"]
    assert (found["kind"], stale["kind"], answer["findings_total"]) == ("disabled_holder", "stale_identity", 2)
    facts = {fact["name"]: fact for fact in found["evidence"]}
    assert facts["mailbox_kind"] == {
        "name": "mailbox_kind",
        "value": "user",
        "source": "mailboxes",
        "as_of": "2026-11-23",
    }
    assert stale["saving"] is None
    assert found["saving"]["amount"] == [{"amount": "57.00", "currency": "USD"}]
    assert "1 seat without a known price" in found["saving"]["basis"]
    assert answer["monthly_cost_held"] is None
    assert answer["recommendation"]["recommended"] == []
    assert "offboard_user" in answer["next_step"]


async def test_activations_are_told_product_by_product(mode: str) -> None:
    used = Activation(date(2026, 11, 1), (("visio pro", date(2026, 11, 1)), ("project", None)))
    one = replace(person(1), signals=replace(person(1).signals, activation=used))
    answer = await content(mode, TOOL, ONE, tenant=FakeTenant((one,)))
    row = next(row for row in answer["signals"] if row["source"] == "activations")
    assert row["facts"] == {"products": "visio pro: 2026-11-01; project: never"}
    assert row["dates"] == {"last_activity": "2026-11-01"}


@pytest.mark.parametrize("privacy", [Privacy.NAMES, Privacy.PSEUDONYMS])
async def test_an_exception_is_told_and_the_finding_no_reason_to_act(mode: str, privacy: Privacy) -> None:
    blocked = replace(person(1, skus=(E5,)), account_enabled=False)
    made = Exception_(ExceptionState.SNOOZED, "Secret Owner", "secret reason", date(2027, 1, 31))
    tenant = FakeTenant((blocked,), exceptions={f"disabled_holder:{blocked.user_id}": made})
    result = await ask(mode, TOOL, ONE, tenant=tenant, privacy=privacy)
    answer = result.structured_content
    assert answer is not None
    assert [found["exception"] for found in answer["findings"]] == ["snoozed until 2027-01-31", None]
    assert "offboard_user" not in answer["next_step"]
    assert "ecret" not in text_of(result)


async def test_what_was_not_read_says_why_and_is_no_date(mode: str) -> None:
    unread = frozenset({Source.SIGN_INS, Source.ROLES})
    silent = replace(person(1), signals=Signals(products=person(1).signals.products))
    answer = await content(mode, TOOL, ONE, tenant=FakeTenant((silent,), unread=unread))
    signals = {row["source"]: row for row in answer["signals"]}
    assert "AuditLog.Read.All" in signals["sign_ins"]["not_read"]
    assert signals["sign_ins"]["dates"] == {}
    assert "nothing on this account" in signals["mailboxes"]["not_read"]
    assert answer["roles"] is None
    assert "directory roles" in answer["account"]["why"]
    assert any("Not read: holds" in words for words in answer["unknown"])


async def test_licences_that_graph_did_not_tell_are_not_an_empty_list(mode: str) -> None:
    untold = replace(person(1), assignments=(), licences_known=False)
    answer = await content(mode, TOOL, ONE, tenant=FakeTenant((untold,)))
    assert (answer["licences"], answer["licences_total"], answer["monthly_cost_held"]) == (None, None, None)
    assert answer["recommendation"]["recommended"] is None


async def test_a_guest_is_said_to_be_one_and_why(mode: str) -> None:
    guest = replace(person(1), user_type="Guest", roles=("Reports Reader",))
    answer = await content(mode, TOOL, ONE, tenant=FakeTenant((guest,)))
    assert answer["account"] == {"kind": "guest", "why": "Its user type is Guest."}
    assert answer["roles"] == ["Reports Reader"]


async def test_sixty_licences_and_hostile_texts_stay_within_the_budget(mode: str) -> None:
    skus = tuple(f"{n:08x}-{'7' * 4}-4777-8777-{'7' * 12}" for n in range(60))
    text = "Ä" * 3_000
    full = replace(
        person(1, text, department=text),
        job_title=text,
        office=text,
        employee_type=text,
        usage_location=text,
        country=text,
        cost_center=text,
        roles=tuple(f"{text}{n}" for n in range(30)),
        account_enabled=False,
        assignments=tuple(
            Assignment(sku, f"group-{n}", "Error", text, tuple(skus)) for sku in skus for n in (None, 1, 2, 3, 4, 5)
        ),
    )
    groups = tuple(LicenceGroup(f"group-{n}", text, text) for n in (1, 2, 3, 4, 5))
    answer = await content(mode, TOOL, ONE, tenant=FakeTenant((full,), groups=groups))
    assert answer["licences_total"] == 60
    assert len(answer["licences"]) + answer["licences_left_out"] == 60
    assert answer["licences"]


async def test_the_longest_texts_over_a_tenant_where_nothing_was_read_stay_within_the_budget(mode: str) -> None:
    text = "Ä" * 3_000
    blind = replace(
        person(1, text, department=text, skus=("s" * 36,)),
        user_principal_name=text,
        job_title=text,
        office=text,
        employee_type=text,
        usage_location=text,
        country=text,
        cost_center=text,
        user_type=text,
        roles=(text,) * 9,
        signals=Signals(),
    )
    tenant = FakeTenant((blind,), unread=frozenset(Source), notes=tuple(f"{n} {'note ' * 60}" for n in range(9)))
    answer = await content(mode, TOOL, {"user": blind.user_id}, tenant=tenant)
    assert len(answer["licences"]) == 1
    assert all(row["not_read"] for row in answer["signals"])


@pytest.mark.parametrize("number", range(1, len(HOSTILE) + 1))
async def test_hostile_texts_are_cleaned_and_stay_out_of_the_words(mode: str, number: int) -> None:
    people = hostile()
    result = await ask(mode, TOOL, {"user": people[number - 1].user_id}, tenant=FakeTenant(people))
    for text in all_texts(result.structured_content):
        assert_clean(text)
        assert len(text) <= 300
    words = getattr(result.content[0], "text", "")
    assert not any(sign in words for sign in ("SYSTEM", "evil", "untrusted", "xxx", "image"))


async def test_nobody_and_everybody_are_refused(mode: str) -> None:
    assert "selects nobody in particular" in await error(mode, TOOL, {"user": "*"})
    assert '"candidates":["Alex Doe' in await error(mode, TOOL, {"user": "Alex Doe"})
    assert "Nobody has that name" in await error(mode, TOOL, {"user": "nobody@contoso.example"})


def leaver(*seen: LeftSeen) -> tuple[Person, ...]:
    """Somebody whose sign-in is blocked, of whom this was read, and somebody at work."""
    first, second, *_ = ordinary()
    return replace(first, account_enabled=False, roles=(), left=seen), second


EVERYTHING = (
    LeftSeen(Source.LEFT_SESSIONS, NOW, valid_from=NOW - timedelta(days=200)),
    *(LeftSeen(s, NOW, found=12, outside=1) for s in OF_LEAVERS if s is not Source.LEFT_SESSIONS),
)


async def test_of_a_leaver_it_says_what_is_left_and_when_that_was_read(mode: str) -> None:
    tenant = FakeTenant(leaver(*EVERYTHING))
    gone = await content(mode, TOOL, ONE, tenant=tenant)
    rows = {row["what"]: (row["there"], row["says"]) for row in gone["left"]}
    assert rows.pop("can sign in") == (False, "blocked")
    assert rows.pop("directory roles") == (False, "0")
    assert rows.pop("sessions") == (True, "not ended since the last sign-in on 2026-11-23")
    assert rows["sign-in methods"] == (True, "12 on 2026-11-23")
    assert rows["inbox rules that forward outside"] == (True, "1 on 2026-11-23")
    assert rows.pop("not known") == (None, "forwarding by the mailbox: Exchange.ManageAsApp, which the desk alone has")
    assert all(there for there, _ in rows.values())
    assert "stale_identity" in {found["kind"] for found in gone["findings"]}
    at_work = await content(mode, TOOL, {"user": "user2@contoso.example"}, tenant=tenant)
    assert at_work["left"] is None


async def test_what_could_not_be_read_of_a_leaver_names_the_least_permission_and_is_no_no(mode: str) -> None:
    """INV-21."""
    tenant = FakeTenant(leaver(), unread=frozenset(OF_LEAVERS))
    gone = await content(mode, TOOL, ONE, tenant=tenant)
    rows = {row["what"]: (row["there"], row["says"]) for row in gone["left"]}
    there, says = rows.pop("not known")
    assert there is None
    assert all(NAMES[source][1] in says for source in OF_LEAVERS)
    assert rows.keys() == {"can sign in", "licences", "directory roles"}


async def test_the_longest_answer_about_a_leaver_is_bounded(mode: str) -> None:
    people = tuple(replace(one, account_enabled=False, left=EVERYTHING) for one in hostile())
    for one in people:
        answer = await content(mode, TOOL, {"user": one.user_id}, tenant=FakeTenant(people))
        assert len(answer["left"]) > len(OF_LEAVERS)
