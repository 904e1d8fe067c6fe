"""What both modes that hide names have in common: people without names, and everything that is about nobody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from licenseiq.accounts import name_marks
from licenseiq.context import Context
from licenseiq.exceptions import Exception_
from licenseiq.findings import IMPERSONAL_KINDS
from licenseiq.hr import HrList
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Person
from licenseiq.policy import Policy
from licenseiq.ports import EvaluationHead, HolderGroup, HolderQuery, Progress, RefreshReport, Tenant
from licenseiq.prediction.traits import Traits
from licenseiq.privacy import Pseudonyms
from licenseiq.waste import GroupBy

if TYPE_CHECKING:
    from licenseiq.spending.savings import SeenSeats


class SeenTenant:
    """The part of `ports.Tenant` that is the same in both modes. Subclasses answer what is about people."""

    note = ""

    def __init__(self, tenant: Tenant, pseudonyms: Pseudonyms) -> None:
        self.inner = tenant
        self.pseudonyms = pseudonyms
        self._seen: tuple[Context, Context] | None = None

    async def evaluation(self, progress: Progress) -> EvaluationHead:
        return self._noted(await self.inner.evaluation(progress))

    async def at(self, evaluation_id: str) -> EvaluationHead:
        return self._noted(await self.inner.at(evaluation_id))

    async def context(self, evaluation_id: str) -> Context:
        context = await self.inner.context(evaluation_id)
        if self._seen is None or self._seen[0] is not context:
            self._seen = (context, self._unlisted(context))
        return self._seen[1]

    def _unlisted(self, context: Context) -> Context:
        """Made once for an evaluation, for what is worked out of a tenant is kept with it."""
        # Whom these lists name is marked on each person (`masked`); the lists themselves hold names, and so does HR's.
        unlisted = replace(context.policy, protected_user_ids=frozenset(), service_user_ids=frozenset())
        return replace(context, policy=unlisted, exceptions=self._under_pseudonyms(context), hr=HrList())

    async def user_ids(self, evaluation_id: str) -> tuple[str, ...]:
        return tuple(self.pseudonyms.of(user_id) for user_id in await self.inner.user_ids(evaluation_id))

    async def similar(self, evaluation_id: str, traits: Traits) -> tuple[Person, ...]:
        found = await self.inner.similar(evaluation_id, traits)
        policy = (await self.inner.context(evaluation_id)).policy
        # By the title and the place asked for, which whoever asked knows, a persona can still be told.
        return tuple(
            replace(self.masked(one, policy), job_title=traits.job_title, office=traits.location) for one in found
        )

    async def sku_id(self, evaluation_id: str, name: str) -> str:
        return await self.inner.sku_id(evaluation_id, name)

    async def held_seats(self, evaluation_id: str) -> Mapping[str, int]:
        return await self.inner.held_seats(evaluation_id)

    async def history_days(self) -> tuple[date, ...]:
        return await self.inner.history_days()

    async def seat_history(self, since: datetime) -> "Mapping[str, tuple[SeenSeats, ...]]":
        return await self.inner.seat_history(since)

    async def holder_groups(self, evaluation_id: str, query: HolderQuery, by: GroupBy) -> tuple[HolderGroup, ...]:
        return await self.inner.holder_groups(evaluation_id, query, by)

    async def licence_groups(
        self, evaluation_id: str, group_ids: tuple[str, ...] | None = None
    ) -> Mapping[str, LicenceGroup]:
        found = await self.inner.licence_groups(evaluation_id, group_ids)
        return {group_id: without_rule(group, self.note) for group_id, group in found.items()}

    async def refresh(self, progress: Progress) -> RefreshReport:
        return await self.inner.refresh(progress)

    def masked(self, person: Person, policy: Policy) -> Person:
        """The person under a pseudonym, without what names a person; what the names and the policy's lists say of the
        account is kept."""
        return replace(
            person,
            user_id=self.pseudonyms.of(person.user_id),
            user_principal_name=None,
            display_name=None,
            job_title=None,
            office=None,
            cost_center=None,
            division=None,
            employee_id=None,
            manager_id=None,
            name_marks=name_marks(person),
            listed_protected=policy.protects(person),
            listed_service=policy.is_service(person),
        )

    def _under_pseudonyms(self, context: Context) -> dict[str, Exception_]:
        """The exceptions by ids of findings as these people's have them."""
        found = {}
        for finding_id, made in context.exceptions.items():
            kind, _, subject = finding_id.partition(":")
            found[finding_id if kind in IMPERSONAL_KINDS else f"{kind}:{self.pseudonyms.of(subject)}"] = made
        return found

    def _noted(self, head: EvaluationHead) -> EvaluationHead:
        # First, so that no answer runs out of room for it.
        return replace(head, summary=replace(head.summary, unknown=(self.note, *head.summary.unknown)))


def without_rule(group: LicenceGroup, note: str) -> LicenceGroup:
    """A rule can test for one person's name, so only that there is one is told."""
    return group if group.rule is None else replace(group, rule=f"A rule fills it. {note}")
