"""The keys of the policy in `licenseiq.toml`: what each one means, what may stand there, and where it goes.

A key exists because KEYS names it: the reader of the file, `licenseiq policy show`, the template and the documentation
are made from this list.
"""

from dataclasses import dataclass, fields
from enum import StrEnum

from licenseiq.policy import Policy

_DEFAULT = Policy()


class KeyKind(StrEnum):
    """What a value is, in words that follow "a key is"."""

    NUMBER = "a whole number"
    NUMBER_BY_SKU = "a table of SKUs with a whole number each"
    ACCOUNTS = "a list of accounts"
    GROUPS = "a list of groups"
    SKUS = "a list of SKUs"
    CAPABILITIES = "a list of capabilities"


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """`name` is the key in the file, `field` that of `Policy`. A number lies from `least` to `most`, both included.
    `example` is what the template shows: TOML, for a key that is empty by default."""

    name: str
    field: str
    kind: KeyKind
    meaning: str
    least: int = 0
    most: int = 0
    unit: str = ""
    example: str = ""

    @property
    def default(self) -> object:
        """The value of a policy in which the key does not stand."""
        return getattr(_DEFAULT, self.field)


def _days(name: str, least: int, most: int, meaning: str) -> PolicyKey:
    return PolicyKey(name, name, KeyKind.NUMBER, meaning, least, most, "days")


def _people(name: str, least: int, most: int, meaning: str) -> PolicyKey:
    return PolicyKey(name, name, KeyKind.NUMBER, meaning, least, most, "people")


KEYS: tuple[PolicyKey, ...] = (
    _days("inactive_days", 7, 730, "Without a sign of use for so long, the holder of a paid seat counts as inactive."),
    PolicyKey(
        "inactive_days_by_sku",
        "inactive_days_by_sku",
        KeyKind.NUMBER_BY_SKU,
        "The same for single SKUs. Of several that a person holds, the longest counts.",
        7,
        730,
        "days",
        '{ "Power BI Pro" = 60 }',
    ),
    _days("never_used_grace_days", 1, 365, "So long after it was given, a seat may wait for its first use."),
    _days("new_hire_days", 0, 365, "So long after an account was created or its owner was hired, nothing is claimed."),
    _days("dormant_days", 7, 730, "Without a sign-in for so long, an account with a privileged role is dormant."),
    _days("renewal_notice_days", 1, 365, "So long before it renews or ends, a purchase is listed to be decided."),
    PolicyKey(
        "buffer_percent",
        "buffer_percent",
        KeyKind.NUMBER,
        "This share of a SKU's seats is kept free for joiners, rounded up.",
        0,
        100,
        "percent",
    ),
    PolicyKey(
        "buffer_least",
        "buffer_least",
        KeyKind.NUMBER,
        "At least so many seats of a SKU are kept free for joiners.",
        0,
        100_000,
        "seats",
    ),
    PolicyKey(
        "buffer_by_sku",
        "buffer_by_sku",
        KeyKind.NUMBER_BY_SKU,
        "So many seats of a single SKU are kept free, in place of share and least.",
        0,
        100_000,
        "seats",
        '{ "Microsoft 365 E5" = 10 }',
    ),
    PolicyKey(
        "protected_accounts",
        "protected_user_ids",
        KeyKind.ACCOUNTS,
        "No plan touches these accounts, and no finding claims their seats: break-glass accounts above all.",
        example='["breakglass1@contoso.com", "breakglass2@contoso.com"]',
    ),
    PolicyKey(
        "service_accounts",
        "service_user_ids",
        KeyKind.ACCOUNTS,
        "These accounts belong to programs or devices, whatever they are called.",
        example='["scanner@contoso.com"]',
    ),
    PolicyKey(
        "excluded_groups",
        "excluded_group_ids",
        KeyKind.GROUPS,
        "No finding is about somebody in these groups, or in a group inside them.",
        example='["00000000-0000-0000-0000-000000000000"]',
    ),
    PolicyKey(
        "excluded_skus",
        "excluded_skus",
        KeyKind.SKUS,
        "No finding claims a seat of these SKUs.",
        example='["Power BI Pro"]',
    ),
    PolicyKey(
        "required_capabilities",
        "required_capabilities",
        KeyKind.CAPABILITIES,
        "Everybody who has these needs them, whatever usage shows.",
        example='["archive_plan2"]',
    ),
    PolicyKey(
        "released_capabilities",
        "released_capabilities",
        KeyKind.CAPABILITIES,
        "Nobody needs these where no use of them is seen; without this, what nobody can see counts as needed.",
        example='["teams_phone"]',
    ),
    PolicyKey(
        "permitted_skus",
        "permitted_skus",
        KeyKind.SKUS,
        "Only these SKUs are recommended. Not set: those that the tenant owns.",
        example='["Microsoft 365 E3", "Microsoft 365 F3"]',
    ),
    PolicyKey(
        "people_per_plan",
        "people_per_plan",
        KeyKind.NUMBER,
        "A plan touches at most so many people.",
        1,
        500,
        "people",
    ),
    _people("people_per_approver", 1, 500, "One approver decides on at most so many people; above it two do."),
    _people("sole_people_per_day", 1, 500, "A sole administrator decides on at most so many people in 24 hours."),
    _people("people_per_hour", 1, 10_000, "Plans that were approved touch at most so many people in an hour."),
    _people("people_per_day", 1, 100_000, "Plans that were approved touch at most so many people in 24 hours."),
    PolicyKey(
        "percent_per_day",
        "percent_per_day",
        KeyKind.NUMBER,
        "Plans that were approved touch at most this share of the tenant's people in 24 hours; five people always.",
        1,
        100,
        "percent",
    ),
    PolicyKey(
        "failed_percent",
        "failed_percent",
        KeyKind.NUMBER,
        "A run in which more than this share of at least five people failed is paused for a person to look.",
        1,
        100,
        "percent",
    ),
    PolicyKey(
        "plan_valid_hours",
        "plan_valid_hours",
        KeyKind.NUMBER,
        "A plan can be approved for so long after it was made.",
        1,
        168,
        "hours",
    ),
    PolicyKey(
        "legal_hold_accounts",
        "legal_hold_user_ids",
        KeyKind.ACCOUNTS,
        "These people are on a legal hold that no product shows: nothing takes their licences or data.",
        example='["held@contoso.com"]',
    ),
    _days("attestation_days", 1, 30, "So long counts somebody's signed word that nothing is on hold."),
    PolicyKey(
        "case_index_hours",
        "case_index_hours",
        KeyKind.NUMBER,
        "What was read of eDiscovery cases may be so old when a step rests on it.",
        1,
        72,
        "hours",
    ),
)

# Personas are tables of their own, [[policy.persona]]: what each key of one means.
PERSONA = "persona"
PERSONA_KEYS: dict[str, str] = {
    "name": "What this kind of worker is called.",
    "skus": "The SKUs that it is given; they beat a prediction, which is shown beside.",
    "departments": "Who works in one of these departments is one.",
    "job_titles": "Who has one of these job titles is one.",
    "employee_types": "Who is of one of these employee types is one.",
    "frontline": "true: tiers for frontline workers may be recommended.",
}


def unlisted_fields() -> frozenset[str]:
    """Fields of `Policy` that no key stands for; the version, personas and sections are none by
    intention."""
    elsewhere = {"version", "personas", "leaving", "joining"}
    return frozenset(f.name for f in fields(Policy)) - {key.field for key in KEYS} - elsewhere
