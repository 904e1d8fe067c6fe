"""The groups of the tenant: some hand out licences, some are filled by a rule, one comes from on-premises."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from licenseiq_demo.catalogue import by_part
from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.person import Fields
from licenseiq_demo.rules import compile_rule


@dataclass(slots=True)
class Group:
    """A group in its Graph form."""

    fields: Fields

    @property
    def id(self) -> str:
        """The object id."""
        return str(self.fields["id"])

    @property
    def sku_ids(self) -> list[str]:
        """The products that its direct members get."""
        return [row["skuId"] for row in self.fields["assignedLicenses"]]

    @property
    def rule(self) -> Callable[[Fields], bool] | None:
        """Whether somebody with these properties belongs by its rule; None when people are put in by hand."""
        return compile_rule(self.fields["membershipRule"])


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a group is set up and who belongs to it: `joins(department, luck)`."""

    name: str
    parts: tuple[str, ...]
    joins: Callable[[str | None, float], bool]
    rule: str | None = None
    synced: bool = False
    mail: bool = False
    unified: bool = False
    holds_role: bool = False


def _in(department: str, share: float = 1.0) -> Callable[[str | None, float], bool]:
    return lambda mine, luck: mine == department and luck < share


def _rule(department: str) -> str:
    return f'(user.department -eq "{department}")'


RECIPES: tuple[Recipe, ...] = (
    Recipe("Licences - Finance E3", ("SPE_E3",), _in("Finance"), rule=_rule("Finance")),
    Recipe("Licences - Field Service F3", ("SPE_F1",), _in("Field Service"), rule=_rule("Field Service")),
    Recipe("Licences - Sales E3", ("SPE_E3",), _in("Sales", 0.2)),
    Recipe("Licences - Visio", ("VISIOCLIENT",), _in("Engineering", 0.3)),
    Recipe("Licences - Copilot pilot", ("Microsoft_365_Copilot",), _in("Marketing", 0.3)),
    Recipe("Licences - Warehouse (AD)", ("EXCHANGESTANDARD",), _in("Operations", 0.12), synced=True),
    Recipe("Power BI authors", ("POWER_BI_PRO",), _in("Finance", 0.25), mail=True),
    Recipe("Customer Service team", (), _in("Customer Service"), unified=True),
    Recipe("All Engineering", (), _in("Engineering")),
)


def make(recipe: Recipe, when: Calendar, rng: random.Random) -> Group:
    """A new group by this recipe, without members."""
    skus = by_part()
    kinds = (["Unified"] if recipe.unified else []) + (["DynamicMembership"] if recipe.rule else [])
    mail = recipe.mail or recipe.unified
    nickname = recipe.name.lower().replace(" ", "-")
    return Group(
        {
            "id": new_id(rng),
            "displayName": recipe.name,
            "description": None,
            "mail": f"{nickname}@larkfield.example" if mail else None,
            "mailNickname": nickname,
            "mailEnabled": mail,
            "securityEnabled": not recipe.unified,
            "groupTypes": kinds,
            "membershipRule": recipe.rule,
            "membershipRuleProcessingState": "On" if recipe.rule else None,
            "onPremisesSyncEnabled": True if recipe.synced else None,
            "isAssignableToRole": True if recipe.holds_role else None,
            "createdDateTime": when.moment(900 + int(rng.random() * 900), rng),
            "assignedLicenses": [{"skuId": skus[part].sku_id, "disabledPlans": []} for part in recipe.parts],
            "licenseProcessingState": {"state": "ProcessingComplete"} if recipe.parts else None,
        }
    )


def found(when: Calendar, rng: random.Random) -> list[tuple[Recipe, Group]]:
    """Every group of the tenant beside the recipe that says who belongs to it."""
    return [(recipe, make(recipe, when, rng)) for recipe in RECIPES]


def helpdesk(when: Calendar, rng: random.Random) -> Group:
    """The group that holds a directory role for its members."""
    return make(Recipe("Role - Helpdesk", (), lambda _, __: False, holds_role=True), when, rng)
