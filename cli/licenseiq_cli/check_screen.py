"""How `licenseiq check` shows what it found: as blocks for a person, as one object for a machine."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.text import one_line
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_cli.check import MOST_SKEW_SECONDS
from licenseiq_cli.report_json import JsonValue
from licenseiq_cli.scan import LANES, age_words
from licenseiq_cli.screen import FACTS, Block, Column, Lines, Section, Table, Title

if TYPE_CHECKING:
    from licenseiq_cli.check import Found

_STATES: Mapping[str, str] = {
    "there": "there",
    "missing": "MISSING",
    "unknown": "unknown",
    "not offered": "not offered",
    "not granted": "not granted",
}


def check_blocks(found: "Found", now: datetime) -> list[Block]:
    """Features, what to do, surroundings, ages and settings."""
    where = "simulated demo tenant" if found.where.simulated else f"tenant {one_line(_tenant(found) or 'not named')}"
    return [
        Title("LicenseIQ check", where),
        *feature_blocks(found),
        Section("Surroundings"),
        Table(FACTS, _surroundings(found)),
        Section("How old the data is"),
        Table(
            (Column("What"), Column("Read", flex=True)),
            tuple((LANES.get(lane) or one_line(lane), age_words(moment, now)) for lane, moment in found.ages),
        ),
        Section("Settings"),
        Table(
            (Column("Setting"), Column("From"), Column("Value", flex=True)),
            tuple(
                (one.name, one.where, "(not shown)" if one.value is None else one_line(one.value))
                for one in found.origins
            ),
        ),
    ]


def feature_blocks(found: "Found") -> list[Block]:
    """The features with what each needs and how it was found, and what to do about those that are not there."""
    rows = tuple(
        (
            one.feature.name,
            _STATES[one.state],
            " + ".join(filter(None, (*one.feature.permissions, one.feature.licence))),
        )
        for one in found.features
    )
    blocks: list[Block] = [
        Section("Features", "tried now, by one small request each; leavers by the newest scan"),
        Table((Column("Feature"), Column("Found"), Column("Needs", flex=True)), rows),
    ]
    todo = [] if found.checked.problem is None else [found.checked.problem]
    if found.checked.problem is None:
        todo += [
            f"{one.feature.name}: {one.words} {one.step}".strip() for one in found.features if one.state != "there"
        ]
    return [*blocks, Section("What to do"), Lines(todo, bullets=True)] if todo else blocks


def check_json(found: "Found") -> dict[str, JsonValue]:
    checked = found.checked
    return {
        "all_there": found.all_there,
        "simulated": found.where.simulated,
        "tenant_id": _tenant(found),
        "problem": checked.problem,
        "level": found.level[0],
        "level_words": found.level[1],
        "features": [
            {
                "name": one.feature.key,
                "state": one.state,
                "permissions": list(one.feature.permissions),
                "licence": one.feature.licence or None,
                "words": one.words,
                "step": one.step,
                "without": one.feature.without,
            }
            for one in found.features
        ],
        "names_concealed": checked.concealed,
        "reachable": bool(checked.tried),
        "requests": checked.requests,
        "clock_ahead_seconds": None if checked.clock_ahead is None else round(checked.clock_ahead),
        "sign_in": found.sign_in,
        "store": found.store,
        "permissions": None if checked.permissions is None else list(checked.permissions),
        "extra_permissions": list(checked.extra),
        "proxies": list(found.proxies),
        "ages": {lane: None if moment is None else iso(moment) for lane, moment in found.ages},
        "settings": [{"name": one.name, "from": one.where, "value": one.value} for one in found.origins],
    }


def _surroundings(found: "Found") -> tuple[tuple[str, str], ...]:
    checked = found.checked
    reached = (
        f"answers, tried with {count(checked.requests, 'request')}"
        if checked.tried
        else "no answer"
        if checked.requests
        else "not asked"
    )
    return (
        ("Microsoft Graph", reached),
        ("Sign-in", found.sign_in),
        ("Stores", found.store),
        ("Token's permissions", _permissions(found)),
        ("Clock", _clock(checked.clock_ahead)),
        ("Proxy", ", ".join(found.proxies) or "none is set"),
        ("Protection level", found.level[1]),
    )


def _permissions(found: "Found") -> str:
    checked = found.checked
    if checked.permissions is None:
        return "the token does not say"
    if checked.extra:
        return f"{', '.join(one_line(name) for name in checked.extra)} is not needed: take it away"
    return f"{count(len(checked.permissions), 'permission')}, all of them needed"


def _clock(ahead: float | None) -> str:
    if ahead is None:
        return "not compared"
    if abs(ahead) < 2:
        return "agrees with Microsoft Graph's"
    words = f"{count(round(abs(ahead)), 'second')} {'ahead of' if ahead > 0 else 'behind'} Microsoft Graph's"
    if abs(ahead) < MOST_SKEW_SECONDS:
        return words
    return f"{words}: set this machine's clock, or sign-ins fail and ages are wrong"


def _tenant(found: "Found") -> str | None:
    return found.where.tenant_id or found.checked.tenant_id
