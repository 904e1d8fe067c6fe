"""Who is in a group that the policy excludes, as it was read with the groups that give licences."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from licenseiq.context import Context
from licenseiq.readings import Source
from licenseiq.words import count
from licenseiq_tenant.lanes.excluded import ExcludedGroup

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Exclusions:
    """For one context: `of` says of a user's id whether it is in an excluded group, None where that is not known."""

    def __init__(self, members: frozenset[str], *, is_known: bool) -> None:
        self._members = members
        self._otherwise = False if is_known else None

    def of(self, user_id: str) -> bool | None:
        return True if user_id in self._members else self._otherwise


def exclusions(
    db: "Connection", ground: Context, generations: Mapping[Source, int], user_ids: Sequence[str] | None = None
) -> Exclusions:
    """By the policy of `ground`; with `user_ids`, for these alone. A group that the policy has named since the reading
    is not known."""
    wanted = ground.policy.excluded_group_ids
    generation = generations.get(Source.GROUPS)
    if not wanted:
        return Exclusions(frozenset(), is_known=True)
    if generation is None or not ground.is_read(Source.GROUPS):
        return Exclusions(frozenset(), is_known=False)
    key = (ground.tenant_id, generation)
    read = db.exec_driver_sql(
        "SELECT group_id FROM excluded_group WHERE tenant_id = ? AND generation_id = ? AND is_read = 1", key
    ).scalars()
    narrowed = "" if user_ids is None else f" AND user_id IN ({', '.join('?' * len(user_ids))})"
    found = db.exec_driver_sql(
        f"SELECT user_id, group_id FROM excluded_member WHERE tenant_id = ? AND generation_id = ?{narrowed}",  # noqa: S608
        (*key, *(user_ids or ())),
    )
    members = frozenset(user_id for user_id, group_id in found if group_id in wanted)
    return Exclusions(members, is_known=wanted <= set(read))


def unread(
    db: "Connection", tenant_id: str, generations: Mapping[Source, int], wanted: frozenset[str]
) -> frozenset[str]:
    """Those of these groups of which it is not known who is in them."""
    if not wanted:
        return frozenset()
    known = groups_of(db, tenant_id, generations.get(Source.GROUPS, -1))
    return frozenset(one for one in wanted if one not in known or not known[one][0])


def unread_note(number: int) -> str:
    """What such groups mean for answers; empty for none."""
    if not number:
        return ""
    return (
        f"Who is in {count(number, 'group')} that the policy excludes was not read, so that nothing counts of anybody "
        "who may be: call refresh_tenant. If it stays, a person can run 'licenseiq policy show'."
    )


def groups_of(db: "Connection", tenant_id: str, generation: int) -> dict[str, tuple[bool, frozenset[str]]]:
    """The excluded groups of a generation: whether each was read whole, and the groups inside it."""
    found = db.exec_driver_sql(
        "SELECT group_id, is_read, inside FROM excluded_group WHERE tenant_id = ? AND generation_id = ?",
        (tenant_id, generation),
    )
    return {row[0]: (bool(row[1]), frozenset(row[2].split())) for row in found}


def store(db: "Connection", key: tuple[str, int], groups: Iterable[ExcludedGroup]) -> None:
    """Within the caller's transaction, which has checked the lease. Members of what was not read whole are kept too:
    of them it is known."""
    for group in groups:
        db.exec_driver_sql(
            "INSERT OR REPLACE INTO excluded_group VALUES (?, ?, ?, ?, ?)",
            (*key, group.group_id, group.is_read, " ".join(group.inside)),
        )
        if members := [(*key, who, group.group_id) for who in group.members]:
            db.exec_driver_sql("INSERT OR REPLACE INTO excluded_member VALUES (?, ?, ?, ?)", members)
