"""Schemas as published: no titles that repeat the field's name, no argument beside the listed ones."""

from typing import Any


def without_titles(schema: dict[str, Any]) -> dict[str, Any]:
    """A copy without pydantic's `title` keywords; a property of that name stays."""
    return {key: _inner(key, value) for key, value in schema.items() if key != "title"}


def _inner(key: str, value: Any) -> Any:
    if key in ("properties", "$defs") and isinstance(value, dict):
        return {name: without_titles(part) for name, part in value.items()}
    if isinstance(value, dict):
        return without_titles(value)
    if isinstance(value, list):
        return [without_titles(part) if isinstance(part, dict) else part for part in value]
    return value


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """An argument schema that refuses unknown arguments, in a stable order, with what it refers to put in its place."""
    parts = schema.get("$defs", {})
    whole = {key: _inlined(value, parts) for key, value in schema.items() if key != "$defs"}
    arguments = {name: _optional(spec) for name, spec in whole.get("properties", {}).items()}
    return {**without_titles({**whole, "properties": arguments}), "additionalProperties": False}


def _optional(spec: dict[str, Any]) -> dict[str, Any]:
    """An argument that may be left out, without saying each time that null means the same: that is shorter to read."""
    options = [one for one in spec.get("anyOf", ()) if one != {"type": "null"}]
    if len(options) != 1 or spec.get("default", "") is not None:
        return spec
    return {**options[0], **{key: value for key, value in spec.items() if key not in ("anyOf", "default")}}


def _inlined(value: Any, parts: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_inlined(one, parts) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(reference := value.get("$ref"), str):
        return _inlined(parts[reference.rpartition("/")[2]], parts)
    return {key: _inlined(one, parts) for key, one in value.items()}
