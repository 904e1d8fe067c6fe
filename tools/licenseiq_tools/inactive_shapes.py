"""The shape of list_inactive_users' answer, by the contract in docs."""

from pydantic import BaseModel, Field

from licenseiq.context import Context
from licenseiq.evaluation import Holder
from licenseiq.text import CleanText, clean
from licenseiq_tools.shapes import MoneyList, SkuRef, money, sku_refs
from licenseiq_tools.wording import one_line


class InactiveUser(BaseModel):
    id: str
    user_principal_name: str | None
    display_name: str | None
    department: str | None
    account_enabled: bool | None
    is_person: bool = Field(description="false: a room, shared mailbox or the like; no candidate")
    last_activity: str | None = Field(description="Date of the last human signal; null = never seen or not readable")
    days_inactive: int | None
    never_active: bool
    confidence: str = Field(description="certain, likely or unknown")
    reason: str
    skus: list[SkuRef]
    sku_count: int
    monthly_cost_held: MoneyList | None = Field(description="null = a held seat is unpriced")
    truncated: bool = Field(description="A text of this row was cut at 120 characters")


class InactiveGroup(BaseModel):
    group: str = Field(description="department, no_department or sku; other_departments, other_skus: small groups")
    department: str | None
    sku: SkuRef | None
    people: int
    monthly_cost: MoneyList | None


class InactiveUsers(BaseModel):
    total: int | None = Field(description="All matches; null = nobody's use could be read")
    shown: int
    users: list[InactiveUser]
    groups: list[InactiveGroup] | None = Field(description="Instead of users where LICENSEIQ_PRIVACY is aggregate")
    next_cursor: str | None = Field(description="Pass as cursor for the next page; null = this was the last")
    matched_monthly_cost: MoneyList | None
    matched_unpriced_seats: int
    unjudged: int | None = Field(description="Holders whose use is unknown: neither active nor inactive")
    exposure: MoneyList | None = Field(description="The tenant's headline figure, as in health_score")
    as_of: str
    simulated: bool
    evaluation_id: str
    next_step: str
    unknown: list[str]


def inactive_row(holder: Holder, context: Context) -> InactiveUser:
    texts = {
        name: clean(value) if value is not None else None
        for name, value in (
            ("user_principal_name", holder.user_principal_name),
            ("display_name", holder.display_name),
            ("department", holder.department),
        )
    }
    return InactiveUser(
        id=clean(holder.user_id).text,
        user_principal_name=_text(texts["user_principal_name"]),
        display_name=_text(texts["display_name"]),
        department=_text(texts["department"]),
        account_enabled=holder.account_enabled,
        is_person=holder.is_person,
        last_activity=holder.last_activity.isoformat() if holder.last_activity else None,
        days_inactive=holder.days_inactive,
        never_active=holder.never_active,
        confidence=holder.confidence.value,
        reason=one_line(holder.reason, 200),
        skus=sku_refs(context, holder.sku_ids),
        sku_count=len(holder.sku_ids),
        monthly_cost_held=money(holder.monthly),
        truncated=any(text.truncated for text in texts.values() if text is not None),
    )


def _text(cleaned: CleanText | None) -> str | None:
    return cleaned.text if cleaned is not None else None
