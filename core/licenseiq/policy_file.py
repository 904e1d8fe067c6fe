"""The [policy] section of `licenseiq.toml` as a Policy, or everything that is wrong with it.

No problem quotes a value: the person who reads it has the file, and a value may be a secret in the wrong place.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from licenseiq.policy import Persona, Policy, fold
from licenseiq.policy_keys import KEYS, PERSONA, PERSONA_KEYS, KeyKind, PolicyKey
from licenseiq.policy_version import with_version
from licenseiq.problems import Problem
from licenseiq.skus import Catalogue
from licenseiq.words import count

LONGEST_LIST = 10_000
_MOST_CANDIDATES = 5
_LONGEST_TEXT = 256
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
# A principal name holds one @ and no spaces (Entra, userPrincipalName); what else it may hold is for Graph to know.
_PRINCIPAL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_SKU_FORMS = "Write a SKU's name as Microsoft shows it, its part number or its id, in quotes."


class _Wrong(Exception):
    """What is wrong with one value, and what to write."""


def read_policy(table: object, catalogue: Callable[[], Catalogue]) -> Policy | tuple[Problem, ...]:
    """The policy of a parsed [policy] table, under its version, or all of its problems in the order of the file.

    `catalogue` is asked only where a SKU or a capability is named: parsing it takes a moment.
    """
    if not isinstance(table, Mapping):
        return (Problem("policy", "is no table.", "Begin it with a line [policy]."),)
    reader = _Reader(catalogue)
    values = {name: reader.value(name, value) for name, value in table.items()}
    found = {key.field: values[key.name] for key in KEYS if key.name in values}
    if not reader.problems:
        reader.refuse_contradictions(found)
    if reader.problems:
        return tuple(reader.problems)
    return with_version(Policy(**found, personas=values.get(PERSONA, ())))


class _Reader:
    """Reads value after value and collects what is wrong."""

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        self.problems: list[Problem] = []
        self._catalogue = catalogue
        self._of = {key.name: key for key in KEYS}

    def value(self, name: str, value: object) -> Any:
        """The value of a key of the section; None where it is wrong, which is then among the problems."""
        if name == PERSONA:
            return self._personas(value)
        key = self._of.get(name)
        if key is None:
            return self._unknown(f"policy.{name}", name, [*self._of, PERSONA])
        where = f"policy.{name}"
        match key.kind:
            case KeyKind.NUMBER:
                return self._try(where, lambda: _number(key, value))
            case KeyKind.NUMBER_BY_SKU:
                return self._by_sku(key, where, value)
            case KeyKind.ACCOUNTS:
                return frozenset(self._each(where, value, _account))
            case KeyKind.GROUPS:
                return frozenset(self._each(where, value, _group))
            case KeyKind.SKUS:
                found = frozenset(self._each(where, value, self._sku))
                if key.field == "permitted_skus" and value == []:
                    self._add(where, "permits nothing.", "Name the SKUs that may be recommended, or remove the key.")
                return found
            case KeyKind.CAPABILITIES:
                return frozenset(self._each(where, value, self._capability))

    def refuse_contradictions(self, found: Mapping[str, Any]) -> None:
        both = found.get("required_capabilities", frozenset()) & found.get("released_capabilities", frozenset())
        for capability in sorted(both):
            where = "policy.released_capabilities"
            self._add(where, f"and required_capabilities both name {capability}.", "Leave it in one of the two.")

    def _personas(self, value: object) -> tuple[Persona, ...]:
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            self._add("policy.persona", "is no list of tables.", "Begin each persona with a line [[policy.persona]].")
            return ()
        found = [self._persona(f"policy.persona, number {place}", one) for place, one in enumerate(value, 1)]
        names = [fold(persona.name) for persona in found]
        if len(set(names)) != len(names):
            self._add("policy.persona", "gives one name to two personas.", "Name each of them differently.")
        return tuple(found)

    def _persona(self, where: str, table: Mapping[str, object]) -> Persona:
        for name in table:
            if name not in PERSONA_KEYS:
                self._unknown(f"{where}: {name}", name, list(PERSONA_KEYS))

        def texts(name: str) -> frozenset[str]:
            return frozenset(fold(text) for text in self._each(f"{where}: {name}", table.get(name, []), _text))

        name = self._try(f"{where}: name", lambda: _text(table.get("name"))) or ""
        skus = tuple(dict.fromkeys(self._each(f"{where}: skus", table.get("skus", []), self._sku)))
        frontline = table.get("frontline", False)
        if not isinstance(frontline, bool):
            self._add(f"{where}: frontline", "is neither true nor false.", "Write one of them, without quotes.")
        persona = Persona(
            name, skus, texts("departments"), texts("job_titles"), texts("employee_types"), frontline is True
        )
        if not (persona.departments or persona.job_titles or persona.employee_types):
            self._add(where, "fits nobody.", "Give it departments, job_titles or employee_types.")
        return persona

    def _by_sku(self, key: PolicyKey, where: str, value: object) -> dict[str, int]:
        if not isinstance(value, Mapping):
            self._add(where, f"is not {key.kind}.", f"Write it as {where} = {key.example}.")
            return {}
        found: dict[str, int] = {}
        for place, (name, number) in enumerate(value.items(), 1):
            at = f"{where}, entry {place}"
            sku_id = self._try(at, lambda name=name: self._sku(name))  # type: ignore[misc]
            wanted = self._try(at, lambda number=number: _number(key, number))  # type: ignore[misc]
            if sku_id is None or wanted is None:
                continue
            if sku_id in found:
                self._add(at, "is about the same SKU as an entry before it.", "Leave one of them.")
            found[sku_id] = wanted
        return found

    def _each(self, where: str, value: object, read: Callable[[object], str]) -> list[str]:
        """Every entry of a list, as `read` takes it."""
        if not isinstance(value, list):
            self._add(where, "is no list.", 'Write its entries in brackets, such as ["one", "two"].')
            return []
        if len(value) > LONGEST_LIST:
            self._add(where, f"has {count(len(value), 'entry', 'entries')}.", f"At most {LONGEST_LIST:,} are read.")
            return []
        found = []
        for place, one in enumerate(value, 1):
            text = self._try(f"{where}, entry {place}", lambda one=one: read(one))  # type: ignore[misc]
            found += [text] if text is not None else []
        return found

    def _sku(self, value: object) -> str:
        wanted = _text(value, _SKU_FORMS).casefold()
        skus = self._catalogue().skus
        exact = [s for s in skus.values() if wanted in (s.sku_id, s.part_number.casefold(), s.name.casefold())]
        if len(exact) == 1:
            return exact[0].sku_id
        if not exact and _GUID.fullmatch(wanted):
            return wanted  # newer than the catalogue, or a tenant's own
        if exact:
            raise _Wrong("is the name of several SKUs.", f"Write the id of one: {_listed(exact)}.")
        near = [s for s in skus.values() if wanted in s.name.casefold()]
        if not near:
            names = {sku.name.casefold(): sku for sku in skus.values()}
            near = [names[name] for name in difflib.get_close_matches(wanted, names, n=_MOST_CANDIDATES)]
        raise _Wrong("is no SKU that is known.", f"Did you mean {_listed(near)}?" if near else _SKU_FORMS)

    def _capability(self, value: object) -> str:
        known = self._catalogue().capabilities
        wanted = _text(value).casefold()
        if wanted in known:
            return wanted
        named = [i for i, one in known.items() if one.name.casefold() == wanted]
        if len(named) == 1:
            return named[0]
        near = difflib.get_close_matches(wanted, known, n=1)
        every = f"The capabilities are {', '.join(sorted(known))}."
        raise _Wrong("is no capability that is known.", f"Did you mean {near[0]}?" if near else every)

    def _unknown(self, where: str, name: str, known: Iterable[str]) -> None:
        every = list(known)
        near = difflib.get_close_matches(name, every, n=1)
        words = f"Did you mean {near[0]}?" if near else f"Remove it. The keys are {', '.join(every)}."
        self._add(where, "is no key of the policy.", words)

    def _try(self, where: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except _Wrong as wrong:
            self._add(where, *wrong.args)
            return None

    def _add(self, where: str, what: str, write: str) -> None:
        self.problems.append(Problem(where, what, write))


def _number(key: PolicyKey, value: object) -> int:
    allowed = f"Write a whole number of {key.unit} from {key.least:,} to {key.most:,}, without quotes."
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Wrong("is no whole number.", allowed)
    if not key.least <= value <= key.most:
        raise _Wrong("is out of range.", allowed)
    return value


def _text(value: object, write: str = "Write it in quotes.") -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Wrong("is no text, or an empty one.", write)
    if len(value) > _LONGEST_TEXT:
        raise _Wrong("is longer than any name.", write)
    return value.strip()


def _account(value: object) -> str:
    forms = "Write the object id, or the user principal name, such as breakglass@contoso.com."
    text = _text(value, forms).lower()
    if not _GUID.fullmatch(text) and not _PRINCIPAL.fullmatch(text):
        raise _Wrong("is neither an object id nor a user principal name.", forms)
    return text


def _group(value: object) -> str:
    form = "Write the group's object id, from its page in the Entra admin centre."
    text = _text(value, form).lower()
    if not _GUID.fullmatch(text):
        raise _Wrong("is no object id.", form)
    return text


def _listed(skus: Iterable[Any]) -> str:
    found = sorted(f"{sku.name} ({sku.sku_id})" for sku in skus)
    more = f" and {len(found) - _MOST_CANDIDATES} more" if len(found) > _MOST_CANDIDATES else ""
    return ", ".join(found[:_MOST_CANDIDATES]) + more
