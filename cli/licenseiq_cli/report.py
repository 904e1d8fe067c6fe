"""What `licenseiq demo` tells, as blocks that `licenseiq_cli.screen` shows on a terminal or writes into a pipe.

Pure: the same evaluation and proposal give the same blocks. Texts of the tenant are cleaned here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from licenseiq.evaluation import Action, Holder, KindTotal, Summary
from licenseiq.money import Total
from licenseiq.ports import EvaluationHead
from licenseiq.proposals.stored import ProposalRecord
from licenseiq.text import one_line
from licenseiq.words import count
from licenseiq_cli.report_proposal import proposal_blocks
from licenseiq_cli.report_words import money_cell, money_words, name_of, tenths
from licenseiq_cli.screen import FACTS, Block, Column, Gauge, Lines, Section, Table, Title, Verbatim

_MOST_NOTES = 6
_KINDS = (Column("Finding", flex=True), Column("Seats", right=True), Column("Per month", right=True))


@dataclass(frozen=True, slots=True)
class Next:
    """How to go on from here: `program` is what starts LicenseIQ ('licenseiq', 'uv run licenseiq'), `folder` the
    checkout and `environment` the variables that a chat client has to hand on."""

    program: str
    folder: str
    environment: Mapping[str, str]


def report(head: EvaluationHead, record: ProposalRecord | None, holder: Holder | None, onward: Next) -> list[Block]:
    """The whole report. `holder` is the person of `record` as the evaluation saw them."""
    summary = head.summary
    return [
        *headline(head),
        *_score(summary),
        *_exposure(summary),
        *actions(summary),
        *unknowns(head),
        *proposal_blocks(record, holder),
        *_onward(record, onward),
    ]


def unknowns(head: EvaluationHead) -> list[Block]:
    """What is unknown, briefly; nothing where everything is known."""
    notes = unknown_sentences(head)
    if not notes:
        return []
    more = len(notes) - _MOST_NOTES
    shown = [*notes[:_MOST_NOTES], f"And {more} more: see --json."] if more > 0 else notes
    return [Section("What is unknown"), Lines(tuple(shown), bullets=True)]


def unknown_sentences(head: EvaluationHead) -> list[str]:
    """All that is unknown, each once. The words are made for a chat, where a tool reads anew: here a command does."""
    scan = "'licenseiq scan --demo'" if head.simulated else "'licenseiq scan'"
    return [
        one_line(note).replace("call refresh_tenant", f"run {scan}").replace("Call refresh_tenant", f"Run {scan}")
        for note in dict.fromkeys((*head.summary.unknown, *head.notes))
        if note.strip()
    ]


def headline(head: EvaluationHead) -> list[Block]:
    """The score, what is spent, and what of it is exposure."""
    summary = head.summary
    where = "simulated demo tenant" if head.simulated else f"tenant {one_line(head.tenant_id)}"
    score = "unknown" if summary.score is None else f"{tenths(summary.score)} of 100"
    facts = [("Spend per month", _spend(summary)), ("Exposure per month", _share(summary))]
    if summary.paid_seats is not None:
        facts.insert(0, ("Paid seats", f"{summary.paid_seats:,}"))
    coverage = "unknown" if summary.coverage is None else f"{tenths(summary.coverage)} % of the people with a paid seat"
    facts.append(("Usage data for", coverage))
    note = "provisional, not all is read yet" if summary.provisional else ""
    return [
        Title("LicenseIQ", f"{where}, as of {head.as_of:%Y-%m-%d %H:%M} UTC"),
        Gauge("License Health Score", summary.score, score, note),
        Table(FACTS, tuple(facts)),
        Lines((one_line(summary.price_note),), dim=True),
    ]


def _spend(summary: Summary) -> str:
    unpriced = f", and {count(summary.unpriced_seats, 'seat')} without a price" if summary.unpriced_seats else ""
    return f"{money_words(summary.monthly_spend)}{unpriced}"


def _share(summary: Summary) -> str:
    """The exposure, and its share of the spend where both are in one currency."""
    words, spend, exposed = money_words(summary.exposure), summary.monthly_spend or (), summary.exposure or ()
    if len(spend) == len(exposed) == 1 and spend[0].currency == exposed[0].currency and spend[0].micros > 0:
        words += f" ({tenths(1000 * exposed[0].micros // spend[0].micros)} % of the spend)"
    return words


def _score(summary: Summary) -> list[Block]:
    if not summary.components:
        return []
    columns = (Column("Part"), Column("Points", right=True), Column("Why", flex=True))
    rows = tuple(
        (name_of(part.name), f"{tenths(part.points)} of {tenths(part.weight):>4}", one_line(part.explanation))
        for part in summary.components
    )
    return [Section("What makes up the score"), Table(columns, rows)]


def _exposure(summary: Summary) -> list[Block]:
    blocks: list[Block] = [Section("Exposure", "paid today, per month, for seats that findings claim")]
    if summary.exposure is None and not summary.by_kind:
        blocks.append(Lines(("Unknown: what is owned, or who holds it, could not be read.",)))
    elif not summary.by_kind:
        blocks.append(Lines(("No paid seat is claimed by a finding.",)))
    else:
        blocks.append(_kinds(summary.by_kind, "Exposure", summary.exposure))
    if summary.excepted:
        blocks.append(Section("Left by a decision", "exceptions: neither in the exposure nor in the score"))
        blocks.append(_kinds(summary.excepted, "", ()))
    if summary.without_money:
        blocks.append(Section("Without money", "faults to mend and dates to keep"))
        blocks.append(_counts(summary.without_money))
    if summary.to_review:
        blocks.append(Section("To review", "not in the exposure: a person has to look"))
        blocks.append(_kinds(summary.to_review, "", ()))
    return blocks


def _kinds(totals: Sequence[KindTotal], sum_name: str, monthly: Total | None) -> Table:
    ordered = sorted(totals, key=lambda total: (-sum(money.micros for money in total.monthly), -total.seats))
    rows = tuple((name_of(t.kind), f"{t.seats:,}", money_cell(t.monthly, t.seats, t.unpriced_seats)) for t in ordered)
    if not sum_name:
        return Table(_KINDS, rows)
    seats, unpriced = sum(t.seats for t in totals), sum(t.unpriced_seats for t in totals)
    cell = "no known price" if monthly is None else money_cell(monthly, seats, unpriced)
    return Table(_KINDS, rows, total=(sum_name, f"{seats:,}", cell))


def _counts(totals: Sequence[KindTotal]) -> Table:
    rows = tuple((name_of(t.kind), f"{t.findings:,}") for t in sorted(totals, key=lambda t: (-t.findings, t.kind)))
    return Table((Column("Finding", flex=True), Column("Number", right=True)), rows)


def actions(summary: Summary) -> list[Block]:
    """What to do first, with what the score gains."""
    if not summary.actions:
        return [Section("What to do first"), Lines(("Nothing stands out to be done.",))]
    columns = (
        Column("Score", right=True),
        Column("Action", flex=True),
        Column("Seats", right=True),
        Column("Per month", right=True),
    )
    rows = tuple(
        (
            _gain(action, summary),
            one_line(action.text),
            f"{action.seats:,}" if action.seats else "-",
            money_cell(action.monthly, action.seats, action.unpriced_seats),
        )
        for action in summary.actions
    )
    return [Section("What to do first", "and what the score gains"), Table(columns, rows)]


def _gain(action: Action, summary: Summary) -> str:
    """What reading more or a review brings is not known before it is done."""
    is_open = action.kind == "missing_sources" or action.kind.startswith("review_")
    return "?" if is_open or summary.score is None else f"+{tenths(action.score_gain)}"


def _onward(record: ProposalRecord | None, onward: Next) -> list[Block]:
    program = onward.program
    rows = [(f"{program} approve {one_line(record.proposal_id)}", "read it, approve it, see it done")] if record else []
    rows += [
        (f"{program} proposals", "what became of it"),
        (f"{program} demo --stop", "stop the demo tenant"),
    ]
    server: dict[str, object] = {
        "command": "uv",
        "args": ["run", "--directory", onward.folder, "licenseiq", "serve", "--demo"],
    }
    if onward.environment:
        server["env"] = dict(onward.environment)
    return [
        Section("In Claude Desktop", "Settings > Developer > Edit Config, add this, and restart"),
        Verbatim(json.dumps({"mcpServers": {"licenseiq": server}}, indent=2)),
        Lines(("Then ask: How healthy are our licences? Who should be offboarded?",)),
        Section("What to type next"),
        Table((Column(strong=True), Column(flex=True)), tuple(rows)),
    ]
