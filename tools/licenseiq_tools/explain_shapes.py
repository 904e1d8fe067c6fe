"""The shape of explain_user's answer."""

from pydantic import BaseModel, Field

from licenseiq_tools.price_shapes import ListPrice, SeatCost, Terms
from licenseiq_tools.proposal_shapes import Saving
from licenseiq_tools.shapes import MoneyList, SkuRef


class Explained(BaseModel):
    id: str
    user_principal_name: str | None
    display_name: str | None
    department: str | None
    job_title: str | None
    office: str | None
    usage_location: str | None
    country: str | None
    cost_center: str | None
    user_type: str | None
    employee_type: str | None
    account_enabled: bool | None
    synced: bool | None = Field(description="Mastered on premises")
    created: str | None
    hired: str | None


class AccountWords(BaseModel):
    kind: str
    why: str


class LicencePath(BaseModel):
    via: str = Field(description="direct or group")
    group_id: str | None
    group_name: str | None = Field(description="null = not readable, or without a name")
    group_rule: str | None = Field(description="Of a dynamic group")
    state: str | None
    error: str | None


class Licence(BaseModel):
    sku: SkuRef
    paid: bool
    takes_seat: bool = Field(description="Several paths of one SKU take one seat; a path in error takes none")
    monthly_cost: MoneyList | None = Field(description="null = unknown")
    seat_cost: SeatCost | None = Field(description="null = unpriced, or not paid")
    list_price: ListPrice | None = Field(description="null = none known, or not paid")
    terms: list[Terms] = Field(description="Of the first purchases behind the SKU, as imported")
    paths: list[LicencePath]
    paths_total: int
    disabled_plans: list[str] = Field(description="Services switched off on every path, as far as they have names")
    disabled_plans_total: int


class SignalRow(BaseModel):
    source: str
    as_of: str | None
    not_read: str | None = Field(description="Why nothing is known from this source")
    dates: dict[str, str | None]
    facts: dict[str, str | int | bool | None]


class ActivityWords(BaseModel):
    last_activity: str | None = Field(description="Date of the last human signal; null = never seen or not readable")
    basis: str | None
    days_inactive: int | None
    never_active: bool
    background_last: str | None = Field(description="Last success without a human")
    failed_attempts_until: str | None
    confidence: str = Field(description="How sure silence would mean that nobody needs the seats")
    reason: str


class Fact(BaseModel):
    name: str
    value: str | int | bool | None = Field(description="null = not known")
    source: str | None = Field(description="As in signals; null = the policy, or worked out")
    as_of: str | None = Field(description="When the source was read")


class FindingRow(BaseModel):
    id: str
    kind: str
    confidence: str
    reason: str
    evidence: list[Fact] = Field(description="Of stale_identity: see left")
    skus_total: int
    saving: Saving | None = Field(description="null = frees no seat")
    exception: str | None


class Advice(BaseModel):
    recommended: list[SkuRef] | None = Field(description="null = abstains; empty = no paid seat needed")
    saving: MoneyList | None
    confidence: str
    because: str


class LeftRow(BaseModel):
    what: str
    there: bool | None = Field(description="null = not known")
    says: str = Field(
        description="What was found and when it was read; where not known, the permission that would tell"
    )


class UserExplained(BaseModel):
    user: Explained
    account: AccountWords
    roles: list[str] | None = Field(description="Directory roles held; null = could not be read")
    roles_total: int | None
    licences: list[Licence] | None = Field(description="null = Microsoft Graph did not say")
    licences_total: int | None
    licences_left_out: int = Field(description="No room in this answer")
    monthly_cost_held: MoneyList | None = Field(description="Of all paid seats; null = unknown")
    signals: list[SignalRow]
    activity: ActivityWords
    findings: list[FindingRow]
    findings_total: int
    recommendation: Advice
    left: list[LeftRow] | None = Field(description="What is left of a leaver; null = no leaver")
    holds: str
    as_of: str
    simulated: bool
    evaluation_id: str
    next_step: str
    unknown: list[str]
