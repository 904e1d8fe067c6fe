"""The version of a policy: the same settings have the same one, on any machine and in any order of writing."""

from collections.abc import Mapping
from dataclasses import fields, replace

from licenseiq.joining import GroupRule, JoiningDefaults
from licenseiq.leaving import LeavingDefaults
from licenseiq.policy import DEFAULT_VERSION, Persona, Policy
from licenseiq.proposals.canonical import Json, canonical, digest

_LENGTH = 12


def with_version(policy: Policy) -> Policy:
    """The policy under its version: 'default-1' where nothing differs from the defaults, else 'p-' and 12 hex digits
    of the digest of its content."""
    same = replace(policy, version=DEFAULT_VERSION)
    if same == Policy():
        return same
    content = {name: value for name, value in content_of(policy).items() if name != "version"}
    return replace(policy, version=f"p-{digest(canonical(content))[:_LENGTH]}")


def content_of(policy: Policy) -> dict[str, Json]:
    """Everything that a policy says, its version included, as JSON. The order of personas is a part of it: the first
    one that fits counts."""
    return {field.name: _json(getattr(policy, field.name)) for field in fields(policy)}


def _json(value: object) -> Json:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Persona | LeavingDefaults | JoiningDefaults | GroupRule):
        return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    raise TypeError(f"a policy holds no {type(value).__name__}")
