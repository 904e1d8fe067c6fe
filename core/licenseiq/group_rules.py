"""Rules of dynamic groups: which attributes one tests, and whether a change of values takes a person out of the group.

Parsed far enough for that (Entra's "Manage rules for dynamic membership groups"): comparisons of a user's attribute
with a text, true, false, null or a list, joined by and, or, not and parentheses; text is compared without case.
Whatever else stands in a rule has the value unknown, and unknown is never 'stays'.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Value = str | bool | None
_TOKEN = re.compile(
    r"""\s*(?:(?P<open>[(\[])|(?P<close>[)\]])|(?P<comma>,)|"(?P<double>(?:[^"`]|`.)*)"|'(?P<single>[^']*)'"""
    r"""|(?P<word>-?[A-Za-z_][\w.\-]*|-?\d+))"""
)
_NOT_KNOWN = "a value that is not known"
_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda found, wanted: found == wanted,
    "startswith": lambda found, wanted: found.startswith(wanted),
    "contains": lambda found, wanted: wanted in found,
}
_OPPOSITE = {"ne": "eq", "notstartswith": "startswith", "notcontains": "contains", "notin": "in"}
_OTHERS = frozenset({"match", "notmatch", "le", "ge", "any", "all"})


def attributes_of(rule: str) -> frozenset[str]:
    """The attributes of a user that a rule names, as Graph writes them but in lower case: 'accountenabled'."""
    return frozenset(name.lower() for name in named_in(rule))


def named_in(rule: str) -> tuple[str, ...]:
    """The same as the rule writes them, each once, sorted: 'accountEnabled'."""
    return tuple(sorted(set(re.findall(r"\buser\.([A-Za-z]\w*)", _without_texts(rule), re.ASCII))))


def would_drop(rule: str, changed: Mapping[str, Value], known: Mapping[str, Value] | None = None) -> bool | None:
    """Whether somebody who is a member leaves the group when these attributes change. None: it cannot be told.

    `changed` and `known` are values by Graph's names; what stands in neither is not known. A rule that names no changed
    attribute drops nobody."""
    new = {name.lower(): value for name, value in changed.items()}
    if not attributes_of(rule) & new.keys():
        return None if _is_hidden(rule) else False
    holds = evaluate(rule, {**{name.lower(): value for name, value in (known or {}).items()}, **new})
    return None if holds is None else not holds


def evaluate(rule: str, values: Mapping[str, Value]) -> bool | None:
    """What a rule says of somebody with these values (names in lower case); None where it cannot be told."""
    try:
        parser = _Parser(_tokens(rule), values)
        found = parser.either()
    except _NotUnderstood:
        return None
    return found if parser.at == len(parser.tokens) else None


class _NotUnderstood(Exception):
    """The rule holds something that is not parsed here."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    quoted: bool = False

    @property
    def word(self) -> str:
        """In lower case and without a hyphen; nothing for a text in quotes."""
        return "" if self.quoted else self.text.lower().removeprefix("-")


def _tokens(rule: str) -> list[_Token]:
    found, at = [], 0
    while rule[at:].strip():
        match = _TOKEN.match(rule, at)
        if match is None:
            raise _NotUnderstood
        at = match.end()
        quoted = match["double"] if match["double"] is not None else match["single"]
        found.append(_Token(match[0].strip()) if quoted is None else _Token(re.sub("`(.)", r"\1", quoted), True))
    return found


@dataclass
class _Parser:
    """One descent: or binds least, then and, then not."""

    tokens: list[_Token]
    values: Mapping[str, Value]
    at: int = 0

    def either(self) -> bool | None:
        found = self.both()
        while self._next("or"):
            other = self.both()
            found = True if found is True or other is True else (None if None in (found, other) else False)
        return found

    def both(self) -> bool | None:
        found = self.one()
        while self._next("and"):
            other = self.one()
            found = False if found is False or other is False else (None if None in (found, other) else True)
        return found

    def one(self) -> bool | None:
        if self._next("not"):
            found = self.one()
            return None if found is None else not found
        if self._next("("):
            found = self.either()
            self._must(")")
            return found
        return self._comparison()

    def _comparison(self) -> bool | None:
        name = self._take()
        operator = self._take().word
        if operator in _OTHERS:
            self._skip_operand()
            return None
        wanted = self._operand()
        if not name.word.startswith("user."):
            return None
        positive = _OPPOSITE.get(operator, operator)
        attribute = name.word.removeprefix("user.")
        found = self.values.get(attribute, _NOT_KNOWN)
        holds = None if found is _NOT_KNOWN else _compared(found, positive, wanted)
        return holds if holds is None or positive == operator else not holds

    def _operand(self) -> list[Value] | Value:
        if not self._next("["):
            return _literal(self._take())
        found: list[Value] = []
        while not self._next("]"):
            found.append(_literal(self._take()))
            self._next(",")
        return found

    def _skip_operand(self) -> None:
        if not self._next("("):
            self._operand()
            return
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1}.get(self._take().text, 0)

    def _take(self) -> _Token:
        if self.at >= len(self.tokens):
            raise _NotUnderstood
        self.at += 1
        return self.tokens[self.at - 1]

    def _next(self, word: str) -> bool:
        here = self.tokens[self.at] if self.at < len(self.tokens) else None
        if here is None or here.quoted or here.word != word:
            return False
        self.at += 1
        return True

    def _must(self, word: str) -> None:
        if not self._next(word):
            raise _NotUnderstood


def _literal(token: _Token) -> Value:
    if token.quoted:
        return token.text
    if token.word in ("true", "false"):
        return token.word == "true"
    if token.word == "null":
        return None
    raise _NotUnderstood


def _compared(found: Value, operator: str, wanted: list[Value] | Value) -> bool | None:
    if operator == "in":
        return _plain(found) in [_plain(one) for one in wanted] if isinstance(wanted, list) else None
    compare = _COMPARE.get(operator)
    if compare is None or isinstance(wanted, list):
        return None
    if found is None or wanted is None:
        # A rule with null asks whether there is a value; without a value nothing begins with or contains anything.
        return (found or None) is (wanted or None) if operator == "eq" else False
    return compare(_plain(found), _plain(wanted))


def _plain(value: Value) -> str:
    return "" if value is None else str(value).casefold()


def _without_texts(rule: str) -> str:
    return re.sub(r'"(?:[^"`]|`.)*"', '""', rule)


def _is_hidden(rule: str) -> bool:
    """Whether a rule tests what cannot be seen by its attributes: another group, the manager."""
    return re.search(r"memberof|direct\s+reports", rule, re.IGNORECASE) is not None
