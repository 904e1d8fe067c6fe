"""The shapes of an evaluation: what one pass of the rules over a tenant found.

The pass itself is `licenseiq.evaluate`. An evaluation is stored whole, so that answers, cursors and proposals can
name the one that they rest on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from licenseiq.exceptions import NONE as NO_EXCEPTIONS
from licenseiq.findings.finding import Claim, Confidence, Finding
from licenseiq.hr import NONE as NO_HR
from licenseiq.money import Total
from licenseiq.readings import Reading

# Goes into every evaluation and plan; raise it when a rule changes what it claims.
RULES_VERSION = "2026-11.5"


@dataclass(frozen=True, slots=True)
class Holder:
    """One person who takes at least one paid seat, with when somebody last used the account.

    `last_activity` is the last sign of a human, None where none was ever seen or none could be read.
    `days_inactive` counts from it to the evaluation; where nothing was ever seen, from the account's creation,
    and None where that is unknown too.
    `is_person` is False for rooms, shared mailboxes and the like, which are nobody's inactivity.
    `monthly` is the cost of all paid seats held, None if one of them is unpriced.
    """

    user_id: str
    user_principal_name: str | None
    display_name: str | None
    department: str | None
    account_enabled: bool | None
    is_person: bool
    last_activity: date | None
    days_inactive: int | None
    never_active: bool
    confidence: Confidence
    reason: str
    sku_ids: tuple[str, ...]
    monthly: Total | None


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the score, in tenths of a point: `points` out of `weight`. Weights add up to 1000.

    The points are the weight times `good` of `whole`, rounded down, or all of it where `whole` is 0. Both are in
    `unit`: micro-units of a currency, 'seats' or 'accounts'.
    """

    name: str
    weight: int
    points: int
    explanation: str
    good: int = 0
    whole: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class KindTotal:
    """What the findings of one kind claim: seats, money, the seats among them that have no price, and how many
    findings they are."""

    kind: str
    seats: int
    monthly: Total
    unpriced_seats: int
    findings: int = 0


@dataclass(frozen=True, slots=True)
class Action:
    """What to do first: `score_gain` in tenths of a point, `tool` the one that helps, `text` without tenant text."""

    kind: str
    text: str
    seats: int
    monthly: Total
    unpriced_seats: int
    score_gain: int
    tool: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The headline figures. `score` is in tenths of a point, None where nothing can be scored; `monthly_spend` and
    `exposure` are None where they cannot be known at all. `unknown` holds sentences; `coverage` is the share of
    paid holders, in per mille, for whom at least one usage source was read (None without holders).

    `by_kind` is what the exposure is made of, `without_money` what counts and frees no seat, `to_review` what a person
    has to look at, and `excepted` what somebody has decided to leave: seats and money that count nowhere.
    """

    score: int | None
    provisional: bool
    coverage: int | None
    components: tuple[Component, ...]
    monthly_spend: Total | None
    exposure: Total | None
    unpriced_seats: int
    paid_seats: int | None
    by_kind: tuple[KindTotal, ...]
    to_review: tuple[KindTotal, ...]
    actions: tuple[Action, ...]
    price_note: str
    unknown: tuple[str, ...]
    without_money: tuple[KindTotal, ...] = ()
    excepted: tuple[KindTotal, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """One pass of the rules at `as_of` (UTC). `claims` counts each assignment once. `departments` are those of people
    whom a finding is about and who take no paid seat."""

    tenant_id: str
    as_of: datetime
    rules_version: str
    policy_version: str
    catalogue_version: str
    prices_version: str
    findings: tuple[Finding, ...]
    claims: tuple[Claim, ...]
    holders: tuple[Holder, ...]
    summary: Summary
    readings: tuple[Reading, ...] = field(default=())
    departments: Mapping[str, str | None] = field(default_factory=dict)
    exceptions_version: str = NO_EXCEPTIONS
    hr_version: str = NO_HR
