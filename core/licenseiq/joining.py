"""What the tenant's policy says of joiners and movers: the section [onboarding] of `licenseiq.toml`."""

from dataclasses import dataclass

from licenseiq.policy_names import fold


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Who is to be in a group: whoever is in one of the departments and at one of the locations. What it does not name
    does not matter; one that names nothing fits nobody. All but the id is compared without case."""

    group_id: str
    departments: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()

    def fits(self, department: str | None, locations: tuple[str | None, ...]) -> bool:
        if not self.departments and not self.locations:
            return False
        there = not self.departments or fold(department) in self.departments
        return there and (not self.locations or any(fold(one) in self.locations for one in locations))


@dataclass(frozen=True, slots=True)
class JoiningDefaults:
    """`groups` are the rules; who moves leaves the groups of before `grace_days` days later."""

    groups: tuple[GroupRule, ...] = ()
    grace_days: int = 14
