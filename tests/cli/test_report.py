"""What `licenseiq demo` shows: pure blocks, plain text, a terminal, and JSON."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from rich.console import Console

from licenseiq.evaluation import Holder, Summary
from licenseiq.findings.finding import Confidence
from licenseiq.money import Money
from licenseiq.people import Person
from licenseiq.ports import EvaluationHead, HolderPage, HolderQuery, RefreshReport
from licenseiq.proposals.stored import DeskReport, ProposalRecord
from licenseiq_cli.demo import propose
from licenseiq_cli.program import program
from licenseiq_cli.report import Next, report
from licenseiq_cli.report_json import report_json
from licenseiq_cli.report_words import amount, money_words
from licenseiq_cli.scan import scan_blocks, scan_json
from licenseiq_cli.screen import Block, Column, Table, Verbatim, plain
from licenseiq_cli.screen_rich import print_blocks, scan_bar
from licenseiq_tenant.scan.seen import ScanSeen
from licenseiq_tools.health_score import HealthScore
from licenseiq_tools.proposal_shapes import PlanBlocker, PlanHandOff, PlanStep, Proposed, Saving
from tests.fake_people import HOSTILE, NOW, hostile, person
from tests.fake_proposals import FakeProposals
from tests.fakes import FakeTenant

ONWARD = Next("licenseiq", "/srv/licenseiq", {})
AGES = RefreshReport(False, False, "", (("fast", NOW - timedelta(hours=3)), ("slow", None)))


async def _quiet(_: str) -> None:
    return None


def made(tenant: FakeTenant) -> tuple[EvaluationHead, ProposalRecord | None, Holder | None]:
    async def ask() -> tuple[EvaluationHead, ProposalRecord | None, Holder | None]:
        head = await tenant.evaluation(_quiet)
        return head, *await propose(tenant, FakeProposals(tenant.people), head)

    return anyio.run(ask)


def blocks_of(tenant: FakeTenant | None = None) -> list[Block]:
    return report(*made(tenant or FakeTenant()), ONWARD)


def with_summary(head: EvaluationHead, **changes: object) -> EvaluationHead:
    summary: Summary = replace(head.summary, **changes)  # type: ignore[arg-type]
    return replace(head, summary=summary)


def on_terminal(blocks: Sequence[Block], width: int = 80) -> str:
    """What reaches a terminal, with its escape codes."""
    console = Console(width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor", highlight=False)
    print_blocks(blocks, console)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def visible(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("show", [plain, lambda blocks: visible(on_terminal(blocks))], ids=["pipe", "terminal"])
def test_the_report_tells_score_money_actions_proposal_and_what_to_type_next(show) -> None:  # type: ignore[no-untyped-def]
    head, record, holder = made(FakeTenant())
    assert record is not None
    text = " ".join(show(report(head, record, holder, ONWARD)).split())
    for expected in (
        "simulated demo tenant",
        "73.4 of 100",
        "provisional",
        "60.0 of 80.0 Share of the spend that is not exposure.",
        "No sign of use, paid seat held",
        "3.00 EUR and 570.00 USD",
        "+ 1 unpriced",
        "List prices of 2026-07-01.",
        "+8.0 Look at 10 seats without use.",
        "the app lacks AuditLog.Read.All",
        "1. Block sign-in.",
        "Take back 2 licences assigned directly. [blocked]",
        "By hand, for user25@contoso.example: Take the person out of the licensing group.",
        "Blocked (holds not read), step 3: A preflight has to read the holds first.",
        "57.00 USD a month",
        record.digest,
        f"licenseiq approve {record.proposal_id}",
        "licenseiq demo --stop",
    ):
        assert expected in text


def test_a_pipe_gets_ascii_without_escape_codes_within_eighty_columns() -> None:
    text = plain(blocks_of())
    assert text.isascii()
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_is_never_overflowed(width: int) -> None:
    lines = visible(on_terminal(blocks_of(), width)).splitlines()
    assert max(map(len, lines)) <= width


def test_the_snippet_for_the_chat_client_is_json_that_stays_whole_on_a_narrow_terminal() -> None:
    onward = Next("licenseiq", "/srv/" + "a long way/" * 12, {"LICENSEIQ_HOME": "/srv/home"})
    blocks = report(*made(FakeTenant()), onward)
    text = visible(on_terminal(blocks, 60))
    snippet, _ = json.JSONDecoder().raw_decode(text, text.index("{\n"))
    server = snippet["mcpServers"]["licenseiq"]
    assert server["args"] == ["run", "--directory", onward.folder, "licenseiq", "serve", "--demo"]
    assert server["env"] == {"LICENSEIQ_HOME": "/srv/home"}


@pytest.mark.parametrize("person_number", range(len(HOSTILE)))
def test_a_hostile_name_carries_no_escape_code_no_line_break_and_no_markup(person_number: int) -> None:
    mean = replace(hostile()[person_number], display_name=f"[bold red]{HOSTILE[person_number]}[/]")
    tenant = FakeTenant(people=(mean,))
    blocks = report(*made(tenant), ONWARD)
    assert "\x1b" not in plain(blocks)
    assert not set(plain(blocks)) & set("\u202e\u202c\u2028\u2029\x85")
    rows = [line for line in plain(blocks).splitlines() if line.lstrip().startswith("Who")]
    assert len(rows) == 1
    assert "[bold" in rows[0]
    shown = on_terminal(blocks)
    assert "[bold" in visible(shown)
    assert not set(visible(shown)) & set("\x1b\u202e\u202c\u2028\u2029\x85")


def test_an_unknown_score_and_unknown_money_are_said_and_not_shown_as_zero() -> None:
    text = plain(blocks_of(FakeTenant(blind=True)))
    assert "License Health Score: unknown" in text
    assert re.search(r"Spend per month +unknown", text)
    assert re.search(r"Usage data for +unknown", text)
    assert "[#" not in text


def test_the_gain_of_a_review_is_not_claimed_to_be_nothing() -> None:
    head, record, holder = made(FakeTenant())
    review = replace(head.summary.actions[0], kind="review_never_used", score_gain=0)
    text = plain(report(with_summary(head, actions=(review,)), record, holder, ONWARD))
    assert re.search(r"\? +Look at 10 seats", text)
    assert "+0.0" not in text


def test_findings_without_a_price_are_counted_and_named() -> None:
    head, record, holder = made(FakeTenant())
    unpriced = replace(head.summary.by_kind[0], kind="never_used", seats=1, monthly=(), unpriced_seats=1)
    text = plain(report(with_summary(head, by_kind=(unpriced,), exposure=None), record, holder, ONWARD))
    assert re.search(r"Given, but never used +1 +no known price", text)
    assert re.search(r"Exposure +1 +no known price", text)


def test_a_tenant_without_findings_and_without_idle_people_is_told_so() -> None:
    head, _, _ = made(FakeTenant())
    text = plain(report(with_summary(head, by_kind=(), to_review=(), exposure=(), actions=()), None, None, ONWARD))
    assert "No paid seat is claimed by a finding." in text
    assert "Nothing stands out to be done." in text
    assert "no proposal was made" in text
    assert "approve" not in text.replace("approved", "")


def test_nothing_has_changed_yet_is_only_said_while_it_is_certain() -> None:
    head, record, holder = made(FakeTenant())
    assert record is not None
    seen_by_the_desk = replace(record, desk=DeskReport("open", (), (), None))
    for certain in (record, seen_by_the_desk):
        assert "nothing has changed yet" in plain(report(head, certain, holder, ONWARD))
    for doubtful in (replace(record, state="unknown"), replace(seen_by_the_desk, state="approved")):
        assert "nothing has changed yet" not in plain(report(head, doubtful, holder, ONWARD))


def test_json_has_the_names_that_the_tools_promise() -> None:
    head, record, holder = made(FakeTenant())
    assert record is not None
    value = json.loads(json.dumps(report_json(head, record, holder, NOW)))
    assert HealthScore.model_fields.keys() | {"proposal"} == value.keys()
    HealthScore.model_validate(value)
    assert value["exposure"] == [{"amount": "3.00", "currency": "EUR"}, {"amount": "570.00", "currency": "USD"}]
    proposal = value["proposal"]
    assert Proposed.model_fields.keys() - {"left_out", "next_step", "unknown"} == proposal.keys() - {"display_name"}
    for shape, found in (
        (PlanStep, proposal["steps"][0]),
        (PlanHandOff, proposal["hand_offs"][0]),
        (PlanBlocker, proposal["blockers"][0]),
        (Saving, proposal["saving"]),
    ):
        assert shape.model_fields.keys() == found.keys()
        shape.model_validate(found)
    assert proposal["approve_at"] == f"{program()} approve {record.proposal_id}"
    assert proposal["digest"] == record.digest


def test_json_says_null_for_what_is_unknown_and_for_no_proposal() -> None:
    head, _, _ = made(FakeTenant(blind=True))
    value = report_json(head, None, None, NOW)
    assert [value[name] for name in ("score", "coverage", "exposure", "monthly_spend", "proposal")] == [None] * 5


def test_hostile_names_in_json_are_clean_text() -> None:
    for mean in hostile():
        text = json.dumps(report_json(*made(FakeTenant(people=(mean,))), NOW), ensure_ascii=False)
        assert not set(text) & set("\x1b\u202e\u2028\u2029\x85")
        assert "\\u001b" not in text


class Picky(FakeTenant):
    """People of certain kinds, in this order: longest idle first."""

    rows: tuple[Holder, ...] = ()
    found: dict[str, Person] = {}  # noqa: RUF012 - set by each test on its own instance

    async def holders(self, evaluation_id: str, query: HolderQuery) -> HolderPage:
        return HolderPage(len(self.rows), self.rows, None, (), 0, 0)


def picky(*people: Person, **of_first: object) -> Picky:
    tenant = Picky(people=people)
    page = anyio.run(FakeTenant.holders, tenant, "ev-1", HolderQuery())
    rows = {row.user_id: row for row in page.rows}
    ordered = [rows[who.user_id] for who in people]
    tenant.rows = (replace(ordered[0], **of_first), *ordered[1:])  # type: ignore[arg-type]
    return tenant


@pytest.mark.parametrize(
    "of_first",
    [{"is_person": False}, {"confidence": Confidence.UNKNOWN}],
    ids=["a room", "nothing sure is known"],
)
def test_a_proposal_is_never_made_for(of_first: dict[str, object]) -> None:
    _, record, holder = made(picky(person(1), person(2), **of_first))
    assert holder is not None
    assert record is not None
    assert holder.user_id == person(2).user_id
    assert record.names["s1"][0] == person(2).user_id


def test_somebody_whose_plan_is_not_blocked_is_chosen_before_a_longer_idle_administrator() -> None:
    admin, plain_user = replace(person(1), roles=("role",)), replace(person(2), roles=())
    _, _, holder = made(picky(admin, plain_user))
    assert holder is not None
    assert holder.user_id == plain_user.user_id


def test_choosing_leaves_one_proposal_in_the_inbox() -> None:
    tenant = picky(*(replace(person(n), roles=("role",)) for n in range(1, 6)))
    proposals = FakeProposals(tenant.people)

    async def choose() -> None:
        await propose(tenant, proposals, await tenant.evaluation(_quiet))

    anyio.run(choose)
    assert len(proposals.records) == 1


def test_the_ages_of_a_scan_are_told_and_a_lane_not_yet_read_is_named() -> None:
    head, _, _ = made(FakeTenant())
    text = plain(scan_blocks(head, AGES, NOW))
    assert re.search(r"People and their licences +3 hours ago", text)
    assert re.search(r"Sign-in activity +not read", text)
    assert "the app lacks AuditLog.Read.All" in text
    assert scan_json(head, AGES)["ages"] == {"fast": "2026-11-23T06:12:31Z", "slow": None}


def test_the_bar_says_what_is_being_read_and_never_moves_back() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with scan_bar(console) as observe:
        for seen in (
            ScanSeen("probe", "Read what is owned.", 5, 5),
            ScanSeen("probe", "Read again.", 1, 5),
            ScanSeen("slow", "Waiting 6 s: [slow] lane.", 250, None),
            ScanSeen("rules", "Ran the rules.", 1, 1),
        ):
            observe(seen)
    shown = visible(console.file.getvalue())  # type: ignore[attr-defined]
    assert "100%" in shown
    assert "Ran the rules." in shown


def test_a_wide_cell_wraps_and_a_long_word_stays_whole() -> None:
    word = "d" * 90
    text = plain([Table((Column(), Column(flex=True)), (("Digest", f"it is {word}"),)), Verbatim("as  it is")], 40)
    assert word in text
    assert "as  it is" in text


def test_money_has_thousands_apart_and_nothing_differs_from_unknown() -> None:
    assert amount(Money("USD", 1_234_567_890_000)) == "1,234,567.89 USD"
    assert amount(Money("USD", -5_000_000)) == "-5.00 USD"
    assert money_words(()) == "nothing"
    assert money_words(None) == "unknown"


def test_under_uv_the_next_command_is_typed_with_uv() -> None:
    assert program({"UV_RUN_RECURSION_DEPTH": "1"}) == "uv run licenseiq"
    assert program({}) == "licenseiq"
