"""What `licenseiq policy diff` tells: what another policy adds and removes, in findings and money."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.findings.finding import Finding
from licenseiq.policy import Policy
from licenseiq.policy_diff import Amount, Difference, KindChange, PolicyDiff, Weight
from licenseiq.privacy import Privacy
from licenseiq.text import one_line
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_cli.report_json import JsonValue, money_json
from licenseiq_cli.report_words import money_cell, money_words, name_of, tenths
from licenseiq_cli.screen import Block, Column, Lines, Section, Table, Title

if TYPE_CHECKING:
    from licenseiq_cli.offline_place import Naming, Place

MOST_NAMED = 10
_LONGEST_NAME = 36
_WEIGHTS = {Weight.EXPOSURE: "exposure", Weight.TO_REVIEW: "to review", Weight.EXCEPTED: "excepted"}
_KINDS = (
    Column("Finding", flex=True),
    Column("In"),
    Column("+", right=True),
    Column("-", right=True),
    Column("changed", right=True),
    Column("Now", right=True),
    Column("Then", right=True),
)
_LARGEST = (Column("Whose"), Column("Finding", flex=True), Column("Now", right=True), Column("Then", right=True))


@dataclass(frozen=True, slots=True)
class Compared:
    """Two policies over the same data of `as_of`. `findings` are those of both, by id; `notes` what of the other policy
    means nobody."""

    now: Policy
    then: Policy
    diff: PolicyDiff
    findings: Mapping[str, Finding]
    as_of: datetime
    notes: tuple[str, ...]


def diff_blocks(found: Compared, where: "Place", naming: "Naming") -> list[Block]:
    """The headline, the kinds, and the ten largest differences where people may be named."""
    diff = found.diff
    blocks: list[Block] = [
        Title("LicenseIQ policy", f"{found.now.version} now, {found.then.version} then, data as of {iso(found.as_of)}"),
        Table(
            (Column(), Column("Now", right=True), Column("Then", right=True)),
            (
                ("License Health Score", _score(diff.score_before), _score(diff.score_after)),
                ("Exposure per month", money_words(diff.exposure_before), money_words(diff.exposure_after)),
            ),
        ),
    ]
    if diff.is_empty:
        blocks += [Section("What changes"), Lines(("Nothing: both find the same in what was read.",))]
    if diff.kinds:
        blocks += [Section("What changes", "findings, and what they claim per month")]
        blocks.append(Table(_KINDS, tuple(_kind(one) for one in diff.kinds)))
    if diff.differences and where.privacy is not Privacy.AGGREGATE:
        shown = diff.differences[:MOST_NAMED]
        blocks += [Section("The largest", f"{len(shown)} of {count(len(diff.differences), 'difference')}")]
        blocks.append(Table(_LARGEST, tuple(_difference(one, found, naming) for one in shown)))
    if found.notes:
        blocks += [Section("To look at"), Lines(found.notes, bullets=True)]
    return blocks


def diff_json(found: Compared, where: "Place", naming: "Naming") -> dict[str, JsonValue]:
    diff = found.diff
    named = where.privacy is not Privacy.AGGREGATE
    return {
        "now": found.now.version,
        "then": found.then.version,
        "as_of": iso(found.as_of),
        "is_different": not diff.is_empty,
        "score": {"now": _tenths(diff.score_before), "then": _tenths(diff.score_after)},
        "exposure": {"now": money_json(diff.exposure_before), "then": money_json(diff.exposure_after)},
        "kinds": [
            {
                "kind": one.kind,
                "in": one.weight.value,
                "added": one.added,
                "removed": one.removed,
                "changed": one.changed,
                "now": _amount_json(one.before),
                "then": _amount_json(one.after),
            }
            for one in diff.kinds
        ],
        "total": len(diff.differences),
        "largest": [
            {
                "finding_id": naming.shown_id(one.finding_id),
                "whose": naming.who(found.findings.get(one.finding_id)),
                "kind": one.kind,
                "now": _amount_json(one.before),
                "then": _amount_json(one.after),
            }
            for one in (diff.differences[:MOST_NAMED] if named else ())
        ],
        "notes": list(found.notes),
    }


def _kind(one: KindChange) -> tuple[str, ...]:
    return (
        name_of(one.kind),
        _WEIGHTS[one.weight],
        _number(one.added),
        _number(one.removed),
        _number(one.changed),
        _money(one.before),
        _money(one.after),
    )


def _difference(one: Difference, found: Compared, naming: "Naming") -> tuple[str, ...]:
    """With where it stands, where that is not the exposure."""
    whose = one_line(naming.who(found.findings.get(one.finding_id)), _LONGEST_NAME)
    return whose, name_of(one.kind), *(_with_weight(amount) for amount in (one.before, one.after))


def _with_weight(amount: Amount | None) -> str:
    if amount is None or amount.weight is Weight.EXPOSURE:
        return _money(amount)
    return f"{_money(amount)}\n{_WEIGHTS[amount.weight]}"


def _number(value: int) -> str:
    return f"{value:,}" if value else ""


def _money(amount: Amount | None) -> str:
    return "-" if amount is None else money_cell(amount.monthly, amount.seats, amount.unpriced)


def _score(value: int | None) -> str:
    return "unknown" if value is None else f"{tenths(value)} of 100"


def _tenths(value: int | None) -> JsonValue:
    return None if value is None else value / 10


def _amount_json(amount: Amount | None) -> JsonValue:
    if amount is None:
        return None
    return {
        "in": amount.weight.value,
        "seats": amount.seats,
        "money": money_json(amount.monthly),
        "unpriced_seats": amount.unpriced,
    }
