"""Whose organisation a person belongs to, out of who manages whom."""

from collections.abc import Mapping

from licenseiq.spending.table import Role

Place = tuple[Role, str | None]
NOWHERE: Place = (Role.NONE, None)


class Organisation:
    """Places people below the direct reports of one person, or below the people at the top.

    `managers` gives everybody's manager, None where nobody or somebody unknown is. Without `under` the top are those
    who have reports and no manager; where that is one person only, it is as if `under` named that one. Whoever manages
    others in a circle has no top, and is nowhere.
    """

    def __init__(self, managers: Mapping[str, str | None], under: str | None = None) -> None:
        self._managers = managers
        self._asked = under is not None
        chiefs = {boss for boss in managers.values() if boss is not None and boss in managers}
        tops = {chief for chief in chiefs if self._boss(chief) is None}
        self.under = under if under is not None else next(iter(tops)) if len(tops) == 1 else None
        self._tops = tops
        self._placed: dict[str, Place] = {}

    def place(self, user_id: str) -> Place:
        """The row of a person. Who leads an organisation is in it, and whom `under` names is a row of their own."""
        way: list[str] = []
        found: Place | None = None
        at: str | None = user_id
        seen: set[str] = set()
        while found is None:
            if at is None:
                found = self._at_the_end(way[-1])
            elif at in self._placed:
                found = self._placed[at]
            elif at == self.under:
                found = self._below(way)
            elif at in seen:
                found = (Role.OUTSIDE, None) if self._asked else NOWHERE
            else:
                seen.add(at)
                way.append(at)
                at = self._boss(at)
        for one in way:
            self._placed[one] = found
        return found

    def _boss(self, user_id: str) -> str | None:
        boss = self._managers.get(user_id)
        return boss if boss in self._managers else None

    def _below(self, way: list[str]) -> Place:
        """The direct report through whom the way went up; the person named by `under` where it started there."""
        return (Role.GROUP, way[-1] if way else self.under)

    def _at_the_end(self, last: str) -> Place:
        if self._asked:
            return (Role.OUTSIDE, None)
        return (Role.GROUP, last) if self.under is None and last in self._tops else NOWHERE
