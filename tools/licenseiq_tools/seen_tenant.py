"""What both modes that hide names have in common: people without names, and everything that is about nobody."""

from collections.abc import Mapping
from dataclasses import replace

from licenseiq.accounts import name_marks
from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.ports import EvaluationHead, HolderGroup, HolderQuery, LicenceGroup, Progress, RefreshReport, Tenant
from licenseiq.privacy import Pseudonyms
from licenseiq.waste import GroupBy


class SeenTenant:
    """The part of `ports.Tenant` that is the same in both modes. Subclasses answer what is about people."""

    note = ""

    def __init__(self, tenant: Tenant, pseudonyms: Pseudonyms) -> None:
        self.inner = tenant
        self.pseudonyms = pseudonyms

    async def evaluation(self, progress: Progress) -> EvaluationHead:
        return self._noted(await self.inner.evaluation(progress))

    async def at(self, evaluation_id: str) -> EvaluationHead:
        return self._noted(await self.inner.at(evaluation_id))

    async def context(self, evaluation_id: str) -> Context:
        context = await self.inner.context(evaluation_id)
        if not context.policy.protected_user_ids:
            return context
        protected = frozenset(self.pseudonyms.of(user_id) for user_id in context.policy.protected_user_ids)
        return replace(context, policy=replace(context.policy, protected_user_ids=protected))

    async def user_ids(self, evaluation_id: str) -> tuple[str, ...]:
        return tuple(self.pseudonyms.of(user_id) for user_id in await self.inner.user_ids(evaluation_id))

    async def similar(
        self,
        evaluation_id: str,
        department: str | None,
        job_title: str | None,
        location: str | None,
        employee_type: str | None,
    ) -> tuple[Person, ...]:
        found = await self.inner.similar(evaluation_id, department, job_title, location, employee_type)
        # Core compares them again with what was asked, which whoever asked knows.
        return tuple(replace(self.masked(one), job_title=job_title, office=location) for one in found)

    async def sku_id(self, evaluation_id: str, name: str) -> str:
        return await self.inner.sku_id(evaluation_id, name)

    async def held_seats(self, evaluation_id: str) -> Mapping[str, int]:
        return await self.inner.held_seats(evaluation_id)

    async def holder_groups(self, evaluation_id: str, query: HolderQuery, by: GroupBy) -> tuple[HolderGroup, ...]:
        return await self.inner.holder_groups(evaluation_id, query, by)

    async def licence_groups(self, evaluation_id: str, group_ids: tuple[str, ...]) -> Mapping[str, LicenceGroup]:
        found = await self.inner.licence_groups(evaluation_id, group_ids)
        return {group_id: without_rule(group, self.note) for group_id, group in found.items()}

    async def refresh(self, progress: Progress) -> RefreshReport:
        return await self.inner.refresh(progress)

    def masked(self, person: Person) -> Person:
        """The person under a pseudonym, without what names a person; what the names say of the account is kept."""
        return replace(
            person,
            user_id=self.pseudonyms.of(person.user_id),
            user_principal_name=None,
            display_name=None,
            job_title=None,
            office=None,
            name_marks=name_marks(person),
        )

    def _noted(self, head: EvaluationHead) -> EvaluationHead:
        # First, so that no answer runs out of room for it.
        return replace(head, summary=replace(head.summary, unknown=(self.note, *head.summary.unknown)))


def without_rule(group: LicenceGroup, note: str) -> LicenceGroup:
    """A rule can test for one person's name, so only that there is one is told."""
    return group if group.rule is None else replace(group, rule=f"A rule fills it. {note}")
