"""What Graph's answers mean to the writer: readings, refusals, waits. No body of Graph is quoted."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from licenseiq.errors import LicenseIQError, NotFound, NotReadable
from licenseiq.proposals.effects import EffectRefused, EffectUncertain, EffectWaits
from licenseiq.proposals.steps import Account
from licenseiq.readings import Reason
from licenseiq.times import iso, parse_iso

LONGEST_WAIT = 300.0
USUAL_WAIT = 10.0
SIGNED_OUT_WAIT = 60.0
_KNOWN_CODE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")


def trouble(response: httpx.Response) -> EffectWaits | None:
    """The wait that an answer asks for: throttled, or signed out. Nothing was done."""
    if response.status_code in (429, 503):
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
    return _malformed(what)


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
        raise _malformed(what) from error
    if not isinstance(found, dict):
        raise _malformed(what)
    return found


def rows(response: httpx.Response, what: str) -> tuple[list[dict[str, object]], bool]:
    """The rows of a collection, and whether these are all of them."""
    found = body(response, what)
    value = found.get("value")
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise _malformed(what)
    return value, "@odata.nextLink" not in found


def principal_name(response: httpx.Response, user_id: str) -> str:
    """What an account is called now. Raises NotReadable when the answer does not say, or is about somebody else."""
    name = _account_body(response, user_id).get("userPrincipalName")
    if not isinstance(name, str) or not name.strip():
        raise _malformed("an account")
    return name


def account(response: httpx.Response, user_id: str) -> Account:
    """The reading of an account. Raises NotReadable when the answer is about somebody else."""
    raw = _account_body(response, user_id)
    direct, inherited = _licences(raw.get("licenseAssignmentStates"))
    return Account(
        account_enabled=_flag(raw.get("accountEnabled")),
        sessions_valid_from=_moment(raw.get("signInSessionsValidFromDateTime")),
        direct=direct,
        inherited=inherited,
        synced=_flag(raw.get("onPremisesSyncEnabled")),
    )


def _account_body(response: httpx.Response, user_id: str) -> dict[str, object]:
    raw = body(response, "an account")
    if str(raw.get("id", "")).lower() != user_id.lower():
        raise _malformed("an account")
    return raw


def _licences(states: object) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """SKU ids held directly and by groups; unknown when one row cannot be read."""
    if not isinstance(states, list):
        return None, None
    direct: set[str] = set()
    inherited: set[str] = set()
    for row in states:
        if not isinstance(row, dict) or not isinstance(row.get("skuId"), str) or "assignedByGroup" not in row:
            return None, None
        (direct if row["assignedByGroup"] is None else inherited).add(row["skuId"].lower())
    return frozenset(direct), frozenset(inherited)


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _moment(value: object) -> str | None:
    try:
        return iso(parse_iso(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _malformed(what: str) -> NotReadable:
    return NotReadable(f"Could not read {what}: the answer was not understood.", "Try again.", reason=Reason.MALFORMED)
