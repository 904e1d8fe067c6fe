"""The sections [policy], [offboarding] and [onboarding] to begin with: every key with its meaning, commented out."""

import textwrap

from licenseiq.joining_file import SECTION as ONBOARDING
from licenseiq.leaving_keys import LEAVING_KEYS, SECTION, LeavingKey
from licenseiq.policy_keys import KEYS, PERSONA_KEYS, KeyKind, PolicyKey
from licenseiq_cli.settings import FILE_NAME

_HEAD = f"""\
## The policy of LicenseIQ. Put this at the end of {FILE_NAME}, and take the single '#' away before what you want
## to set: what is not set has the value shown, or is empty. 'licenseiq policy show' says what holds, and
## 'licenseiq policy diff FILE.toml' what a change would add and remove before you use it.
[policy]
"""
_LEAVING = f"""
## What holds for somebody who leaves, where a request does not say otherwise.
[{SECTION}]
"""
_JOINING = f"""
## Who starts or moves: who is put into which group, by department or location. Who moves leaves the groups of before
## so many days later.
[{ONBOARDING}]

## 0 to 90 days.
# grace_days = 14

# [[{ONBOARDING}.groups]]
# group = "00000000-0000-0000-0000-000000000000"
# departments = ["Sales"]
# locations = ["Berlin"]
"""
_PERSONA = """
## A kind of worker, by department, job title or employee type. The first one that fits a person counts.
# [[policy.persona]]
"""
_PERSONA_VALUES = {
    "name": '"Field technician"',
    "skus": '["Microsoft 365 F3"]',
    "departments": '["Field Service"]',
    "job_titles": '["Technician"]',
    "employee_types": '["Employee"]',
    "frontline": "true",
}


def template() -> str:
    """TOML, with a line end at its end."""
    personas = [f"{_wrapped(meaning)}# {name} = {_PERSONA_VALUES[name]}\n" for name, meaning in PERSONA_KEYS.items()]
    leaving = "".join(_leaving(key) for key in LEAVING_KEYS)
    return _HEAD + "".join(_key(key) for key in KEYS) + _PERSONA + "".join(personas) + _LEAVING + leaving + _JOINING


def _key(key: PolicyKey) -> str:
    if key.kind is KeyKind.NUMBER:
        allowed = f" {key.unit.capitalize()}, {key.least:,} to {key.most:,}."
        return f"\n{_wrapped(key.meaning + allowed)}# {key.name} = {key.default}\n"
    return f"\n{_wrapped(f'{key.meaning} Not set by default; for example:')}# {key.name} = {key.example}\n"


def _leaving(key: LeavingKey) -> str:
    allowed = f" One of {', '.join(key.choices)}." if key.choices else ""
    allowed = f" {key.least} to {key.most} days." if key.most else allowed
    default = "" if key.default else " Not set by default; for example:"
    return f"\n{_wrapped(f'{key.meaning}{allowed}{default}')}# {key.name} = {key.example}\n"


def _wrapped(text: str) -> str:
    return "".join(f"## {line}\n" for line in textwrap.wrap(text, 110))
