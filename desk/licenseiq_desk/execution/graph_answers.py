"""What Graph's answers mean to the writer: readings, refusals, waits. No body of Graph is quoted."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from licenseiq.errors import LicenseIQError, NotFound, NotReadable
from licenseiq.ports import GroupFacts
from licenseiq.proposals.effects import EffectRefused, EffectUncertain, EffectWaits
from licenseiq.proposals.steps import ATTRIBUTES, Account
from licenseiq.readings import Reason
from licenseiq.times import iso, parse_iso

LONGEST_WAIT = 300.0
THROTTLED = frozenset({429, 503})
# Without Entra ID P2 nobody can be made eligible for a role (graph-facts 1.4).
NO_P2 = "AadPremiumLicenseRequired"
_NOT_BOUGHT = {
    NO_P2: "Entra ID P2",
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant": "Entra ID P1 or P2",
}
USUAL_WAIT = 10.0
SIGNED_OUT_WAIT = 60.0
# A seat is taken. Pending ones are not there yet, and those in error never came.
_ACTIVE = frozenset({"Active", "ActiveWithError"})
_KNOWN_CODE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")


def trouble(response: httpx.Response) -> EffectWaits | None:
    """The wait that an answer asks for: throttled, or signed out. Nothing was done."""
    if response.status_code in THROTTLED:
        return EffectWaits("The tenant asks to wait.", "It goes on by itself.", seconds=retry_after(response))
    if response.status_code == 401:
        return EffectWaits(
            "The desk's sign-in is not accepted.",
            "Sign the desk in again; it goes on by itself.",
            seconds=SIGNED_OUT_WAIT,
        )
    return None


def effect_trouble(response: httpx.Response) -> LicenseIQError | None:
    """What to raise for the answer to an effect; None when it was carried out."""
    if response.is_success:
        return None
    waits = trouble(response)
    if waits is not None:
        return waits
    if response.status_code >= 500 or response.status_code == 408:
        return EffectUncertain("The tenant failed while it carried the effect out.", "It is read back.")
    code = error_code(response)
    return EffectRefused(f"The tenant refused ({code}).", "See the step's outcome.", code=code)


def read_trouble(response: httpx.Response, what: str, permission: str) -> LicenseIQError | None:
    """What to raise for the answer to a read; None when there is a body to look at."""
    if response.status_code == 200:
        return None
    if response.status_code in (400, 403) and (bought := _NOT_BOUGHT.get(error_code(response))):
        return NotReadable(f"Could not read {what}: the tenant has no {bought}.", "", reason=Reason.NO_PREMIUM)
    if response.status_code == 403:
        return NotReadable(
            f"Could not read {what}: the desk lacks {permission}.",
            f"Grant it {permission}.",
            reason=Reason.NO_PERMISSION,
            permission=permission,
        )
    if response.status_code == 404:
        return NotFound(f"Could not read {what}: it does not exist any more.", "Nothing to do for it.")
    waits = trouble(response)
    if waits is not None:
        return waits
    if response.status_code >= 500:
        return EffectWaits(f"Could not read {what}: the tenant failed.", "It goes on by itself.", seconds=USUAL_WAIT)
    return malformed(what)


def retry_after(response: httpx.Response, now: datetime | None = None) -> float:
    """Seconds to wait by the Retry-After header (seconds or a date), between 1 and 300."""
    text = response.headers.get("retry-after", "").strip()
    seconds = USUAL_WAIT
    if text.isascii() and text.isdigit() and len(text) < 10:
        seconds = float(text)
    elif text:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return USUAL_WAIT
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 1.0), LONGEST_WAIT)


def error_code(response: httpx.Response) -> str:
    """Graph's error code, reduced to letters and digits, or the HTTP status."""
    try:
        found = json.loads(response.content)["error"]["code"]
    except (ValueError, KeyError, TypeError):
        found = None
    if isinstance(found, str) and found and len(found) <= 80 and _KNOWN_CODE.issuperset(found):
        return found
    return f"HTTP {response.status_code}"


def body(response: httpx.Response, what: str) -> dict[str, object]:
    try:
        found = json.loads(response.content)
    except ValueError as error:
        raise malformed(what) from error
    if not isinstance(found, dict):
        raise malformed(what)
    return found


def rows(response: httpx.Response, what: str) -> tuple[list[dict[str, object]], bool]:
    """The rows of a collection, and whether these are all of them."""
    found = body(response, what)
    value = found.get("value")
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise malformed(what)
    return value, "@odata.nextLink" not in found


def principal_name(response: httpx.Response, user_id: str) -> str:
    """What an account is called now. Raises NotReadable when the answer does not say, or is about somebody else."""
    name = _account_body(response, user_id).get("userPrincipalName")
    if not isinstance(name, str) or not name.strip():
        raise malformed("an account")
    return name


def account(response: httpx.Response, who: str) -> Account:
    """The reading of an account. Raises NotReadable when the answer is about somebody else."""
    raw = _account_body(response, who)
    reading = Account(
        account_enabled=_flag(raw.get("accountEnabled")),
        sessions_valid_from=_moment(raw.get("signInSessionsValidFromDateTime")),
        direct=None,
        inherited=None,
        synced=_flag(raw.get("onPremisesSyncEnabled")),
        attributes={name: _text(raw[name]) for name in ATTRIBUTES if name in raw},
        exists=True,
        user_id=str(raw["id"]).lower(),
    )
    return _with_licences(reading, raw.get("licenseAssignmentStates"))


def group(response: httpx.Response, group_id: str) -> GroupFacts:
    """What a group is. Raises NotReadable when the answer does not say, or is about another group."""
    raw = body(response, "a group")
    kinds, given = raw.get("groupTypes"), raw.get("assignedLicenses")
    is_whole = {"membershipRule", "onPremisesSyncEnabled", "isAssignableToRole", "mailEnabled"} <= raw.keys()
    if str(raw.get("id", "")).lower() != group_id.lower() or not isinstance(kinds, list) or not is_whole:
        raise malformed("a group")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise malformed("a group")
    return GroupFacts(
        group_id=group_id,
        has_rule="DynamicMembership" in kinds or bool(raw["membershipRule"]),
        synced=raw["onPremisesSyncEnabled"] is True,
        mail_enabled=raw["mailEnabled"] is not False and "Unified" not in kinds,
        role_assignable=raw["isAssignableToRole"] not in (None, False),
        sku_ids=frozenset(str(one.get("skuId", "")).lower() for one in given),
        disabled_plans=_off(given),
    )


def _off(given: list[object]) -> frozenset[str] | None:
    """The plans that are off in any of these; None where one does not say."""
    rows = [one.get("disabledPlans") if isinstance(one, dict) else None for one in given]
    if not all(isinstance(plans, list) for plans in rows):
        return None
    return frozenset(str(plan).lower() for plans in rows for plan in plans or ())


def number(response: httpx.Response, what: str) -> int:
    """A count, which Graph gives as plain text."""
    text = response.content.decode("utf-8-sig", errors="replace").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise malformed(what)
    return int(text)


def group_ids(response: httpx.Response) -> frozenset[str]:
    """The ids of an account's groups. Raises NotReadable where not all of them are there."""
    found, is_whole = rows(response, "the account's groups")
    ids = [row.get("id") for row in found]
    if not is_whole or not all(isinstance(one, str) for one in ids):
        raise malformed("the account's groups")
    return frozenset(str(one).lower() for one in ids)


def free_seats(response: httpx.Response) -> dict[str, int]:
    """Seats bought and not taken, by SKU id. A row that does not tell both is left out: unknown."""
    found: dict[str, int] = {}
    for row in rows(response, "the subscriptions")[0]:
        units, taken, sku_id = row.get("prepaidUnits"), row.get("consumedUnits"), row.get("skuId")
        enabled = units.get("enabled") if isinstance(units, dict) else None
        if isinstance(enabled, int) and isinstance(taken, int) and isinstance(sku_id, str):
            found[sku_id.lower()] = enabled - taken
    return found


def _account_body(response: httpx.Response, who: str) -> dict[str, object]:
    raw = body(response, "an account")
    named = raw.get("userPrincipalName") if "@" in who else raw.get("id")
    if not isinstance(raw.get("id"), str) or not isinstance(named, str) or named.lower() != who.lower():
        raise malformed("an account")
    return raw


def _with_licences(reading: Account, states: object) -> Account:
    """The reading with what is held directly and by groups; all of it unknown when one row cannot be read."""
    if not isinstance(states, list):
        return reading
    direct: dict[str, frozenset[str]] = {}
    in_error, inherited, by_group = set[str](), set[str](), set[tuple[str, str]]()
    for row in states:
        if not isinstance(row, dict) or not isinstance(row.get("skuId"), str) or "assignedByGroup" not in row:
            return reading
        sku_id, group_id = row["skuId"].lower(), row["assignedByGroup"]
        is_active = row.get("state") in _ACTIVE
        if group_id is not None:
            inherited.add(sku_id)
            if is_active:
                by_group.add((str(group_id).lower(), sku_id))
            continue
        off = row.get("disabledPlans")
        direct[sku_id] = frozenset(str(plan).lower() for plan in off) if isinstance(off, list) else frozenset({"?"})
        if not is_active:
            in_error.add(sku_id)
    return replace(
        reading,
        direct=frozenset(direct),
        inherited=frozenset(inherited),
        in_error=frozenset(in_error),
        disabled=direct,
        by_group=frozenset(by_group),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _moment(value: object) -> str | None:
    try:
        return iso(parse_iso(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def malformed(what: str) -> NotReadable:
    return NotReadable(f"Could not read {what}: the answer was not understood.", "Try again.", reason=Reason.MALFORMED)
