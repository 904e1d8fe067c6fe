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
    """An argument schema that refuses unknown arguments, in a stable order."""
    return {**without_titles(schema), "additionalProperties": False}
