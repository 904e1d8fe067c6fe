"""What `licenseiq policy show` tells: every value, whether it is set, and what it means."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from licenseiq.leaving_keys import LEAVING_KEYS, LeavingKey
from licenseiq.policy import Persona, Policy
from licenseiq.policy_keys import KEYS, KeyKind, PolicyKey
from licenseiq.skus import Catalogue
from licenseiq.text import clean
from licenseiq_cli.report_json import JsonValue
from licenseiq_cli.screen import Block, Column, Lines, Section, Table, Title

if TYPE_CHECKING:
    from licenseiq_cli.offline_place import Place

_MOST_LINES = 8
_COLUMNS = (Column("Key"), Column("Value"), Column("What it means", flex=True))
_EMPTY = "none"


def show_blocks(policy: Policy, where: "Place", catalogue: Catalogue, notes: tuple[str, ...]) -> list[Block]:
    """The values in the order of the documentation, then the personas, then what means nobody."""
    rows = [(key.name, f"{_words(key, policy, catalogue)}\n({_set(key, policy)})", key.meaning) for key in KEYS]
    blocks: list[Block] = [
        Title("LicenseIQ policy", f"{policy.version}, from {where.file}"),
        Table(_COLUMNS, tuple(rows)),
        Section("Personas", "the first that fits a person counts"),
    ]
    if policy.personas:
        lines = (Column("Persona"), Column("Given"), Column("Who is one", flex=True))
        blocks.append(Table(lines, tuple(_persona(one, catalogue) for one in policy.personas)))
    else:
        blocks.append(Lines(("None: SKUs are recommended by use, and by what similar people need.",)))
    blocks += [
        Section("Offboarding", "where a request does not say otherwise"),
        Table(_COLUMNS, tuple((key.name, _of_leaving(key, policy), key.meaning) for key in LEAVING_KEYS)),
    ]
    blocks += [Section("Onboarding", "who is put into which group"), Lines(_joining(policy), bullets=True)]
    if notes:
        blocks += [Section("To look at"), Lines(notes, bullets=True)]
    return blocks


def show_json(policy: Policy, where: "Place", catalogue: Catalogue, notes: tuple[str, ...]) -> dict[str, JsonValue]:
    return {
        "version": policy.version,
        "file": str(where.file),
        "values": [
            {
                "key": key.name,
                "value": _json(key.kind, getattr(policy, key.field), catalogue),
                "default": _json(key.kind, key.default, catalogue),
                "is_set": _set(key, policy) == "set",
                "unit": key.unit or None,
                "meaning": key.meaning,
            }
            for key in KEYS
        ],
        "personas": [
            {
                "name": one.name,
                "skus": [_sku(sku_id, catalogue) for sku_id in one.skus],
                "departments": sorted(one.departments),
                "job_titles": sorted(one.job_titles),
                "employee_types": sorted(one.employee_types),
                "frontline": one.frontline,
            }
            for one in policy.personas
        ],
        "offboarding": [
            {
                "key": key.name,
                "value": _plain(getattr(policy.leaving, key.name)),
                "default": _plain(key.default),
                "is_set": getattr(policy.leaving, key.name) != key.default,
                "meaning": key.meaning,
            }
            for key in LEAVING_KEYS
        ],
        "onboarding": {
            "grace_days": policy.joining.grace_days,
            "groups": [
                {
                    "group": one.group_id,
                    "departments": sorted(one.departments),
                    "locations": sorted(one.locations),
                }
                for one in policy.joining.groups
            ],
        },
        "notes": list(notes),
    }


def _joining(policy: Policy) -> tuple[str, ...]:
    rules = [
        f"Group {one.group_id}: {clean(', '.join(sorted(one.departments | one.locations))).text}"
        for one in policy.joining.groups[:_MOST_LINES]
    ]
    more = len(policy.joining.groups) - len(rules)
    last = [f"and {more:,} more"] if more > 0 else []
    grace = f"Who moves leaves the groups of before {policy.joining.grace_days} days later."
    return (*(rules or ["No group is given by department or location."]), *last, grace)


def _set(key: PolicyKey, policy: Policy) -> str:
    return "default" if getattr(policy, key.field) == key.default else "set"


def _of_leaving(key: LeavingKey, policy: Policy) -> str:
    value = _plain(getattr(policy.leaving, key.name))
    words = _few([clean(one).text for one in value]) if isinstance(value, list) else clean(str(value or _EMPTY)).text
    return f"{words}\n({'default' if getattr(policy.leaving, key.name) == key.default else 'set'})"


def _plain(value: object) -> int | str | list[str] | None:
    if isinstance(value, frozenset):
        return sorted(str(one) for one in value)
    return value if value is None or isinstance(value, int) else str(value)


def _words(key: PolicyKey, policy: Policy, catalogue: Catalogue) -> str:
    value = getattr(policy, key.field)
    if key.kind is KeyKind.NUMBER:
        return f"{value:,} {key.unit.removesuffix('s') if value == 1 else key.unit}"
    if isinstance(value, Mapping):
        return _few([f"{_name(sku_id, catalogue)}: {number:,}" for sku_id, number in value.items()])
    if value is None:
        return "those owned"
    if key.kind is KeyKind.SKUS:
        return _few([_name(sku_id, catalogue) for sku_id in value])
    return _few([clean(text).text for text in value])


def _few(texts: list[str]) -> str:
    if not texts:
        return _EMPTY
    shown = sorted(texts)[:_MOST_LINES]
    more = len(texts) - len(shown)
    return "\n".join([*shown, f"and {more:,} more"] if more else shown)


def _persona(one: Persona, catalogue: Catalogue) -> tuple[str, str, str]:
    who = [
        f"{label} {', '.join(sorted(clean(text).text for text in values))}"
        for label, values in (
            ("department", one.departments),
            ("job title", one.job_titles),
            ("employee type", one.employee_types),
        )
        if values
    ]
    given = "\n".join(_name(sku_id, catalogue) for sku_id in one.skus) or _EMPTY
    frontline = "; a frontline worker" if one.frontline else ""
    return clean(one.name).text, given, f"{'; '.join(who)}{frontline}"


def _name(sku_id: str, catalogue: Catalogue) -> str:
    return clean(catalogue.sku(sku_id).name).text


def _sku(sku_id: str, catalogue: Catalogue) -> dict[str, JsonValue]:
    sku = catalogue.sku(sku_id)
    return {"sku_id": sku.sku_id, "part_number": sku.part_number, "name": sku.name}


def _json(kind: KeyKind, value: object, catalogue: Catalogue) -> JsonValue:
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return [{**_sku(sku_id, catalogue), "value": int(number)} for sku_id, number in sorted(value.items())]
    texts = sorted(str(one) for one in value) if isinstance(value, frozenset) else []
    return [_sku(text, catalogue) for text in texts] if kind is KeyKind.SKUS else list(texts)
