"""The part of OData `$filter` that Graph's directory understands without being asked twice.

What works by default and what needs ConsistencyLevel: "Advanced query capabilities on Microsoft Entra ID
objects" (graph, concepts/aad-advanced-queries).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from licenseiq_demo.people.person import Fields
from licenseiq_demo.wire import GraphError

Test = Callable[[Fields], bool]

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[(),]|[^\s(),']+)")
_COMPARABLE = frozenset(
    [
        "id",
        "userPrincipalName",
        "mail",
        "displayName",
        "givenName",
        "surname",
        "accountEnabled",
        "userType",
        "department",
        "jobTitle",
        "usageLocation",
        "employeeId",
        "onPremisesSyncEnabled",
        "principalId",
        "roleDefinitionId",
        "mailEnabled",
        "securityEnabled",
        "category",
        "status",
        "appId",
        "resourceId",
        "clientId",
        "consentType",
        "employeeType",
        "userId",
    ]
)
_LICENSES = "assignedLicenses/$count"


@dataclass(frozen=True, slots=True)
class Filter:
    """A compiled filter and whether it needs the advanced query headers."""

    matches: Test
    advanced: bool


def unsupported(what: str) -> GraphError:
    """Graph's answer to a filter that it does not know."""
    return GraphError(
        400, "Request_UnsupportedQuery", f"Unsupported or invalid query filter clause for property '{what}'."
    )


def _value(token: str) -> Any:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    plain = int(token) if token.isdigit() else token
    return {"true": True, "false": False, "null": None}.get(token.lower(), plain)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    return bool(left == right)


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text)
        if re.sub(r"\s", "", text) != "".join(re.sub(r"\s", "", t) for t in self.tokens):
            raise unsupported(text[:40])
        self.advanced = False

    def next(self, wanted: str | None = None) -> str:
        token = self.tokens.pop(0) if self.tokens else ""
        if not token or (wanted is not None and token.lower() != wanted):
            raise GraphError(400, "BadRequest", f"Invalid filter clause: Syntax error near '{token}'.")
        return str(token)

    def either(self) -> Test:
        parts = [self.both()]
        while self.tokens and self.tokens[0].lower() == "or":
            self.next()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda fields: any(part(fields) for part in parts)

    def both(self) -> Test:
        parts = [self.one()]
        while self.tokens and self.tokens[0].lower() == "and":
            self.next()
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else lambda fields: all(part(fields) for part in parts)

    def one(self) -> Test:
        word = self.next()
        if word == "(":
            inner = self.either()
            self.next(")")
            return inner
        if word.lower() == "startswith":
            return self.starts_with()
        if word == "assignedLicenses/any":
            return self.any_license()
        return self.comparison(word)

    def starts_with(self) -> Test:
        self.next("(")
        name = self.known(self.next())
        self.next(",")
        start = str(_value(self.next())).lower()
        self.next(")")
        return lambda fields: str(fields.get(name) or "").lower().startswith(start)

    def any_license(self) -> Test:
        self.next("(")
        variable, _, rest = self.next().partition(":")
        if rest != f"{variable}/skuId":
            raise unsupported("assignedLicenses")
        self.next("eq")
        sku_id = str(_value(self.next())).lower()
        self.next(")")
        return lambda fields: any(row["skuId"] == sku_id for row in fields["assignedLicenses"])

    def comparison(self, name: str) -> Test:
        operator = self.next().lower()
        if name == _LICENSES and operator in ("eq", "ne") and self.tokens and self.tokens[0] == "0":
            self.next()
            self.advanced = True
            return lambda fields: (not fields["assignedLicenses"]) == (operator == "eq")
        name = self.known(name)
        if operator == "in":
            return self.among(name)
        if operator not in ("eq", "ne"):
            raise unsupported(name)
        wanted = _value(self.next())
        self.advanced = self.advanced or operator == "ne"
        return lambda fields: _same(fields.get(name), wanted) == (operator == "eq")

    def among(self, name: str) -> Test:
        self.next("(")
        values = [_value(self.next())]
        while self.next() == ",":
            values.append(_value(self.next()))
        return lambda fields: any(_same(fields.get(name), value) for value in values)

    def known(self, name: str) -> str:
        if name not in _COMPARABLE:
            raise unsupported(name.partition("/")[0])
        return name


def compile_filter(text: str) -> Filter:
    """Turns `$filter` into a test; raises the GraphError of a filter that is not supported."""
    parser = _Parser(text)
    matches = parser.either()
    if parser.tokens:
        raise unsupported(str(parser.tokens[0]))
    return Filter(matches, parser.advanced)
