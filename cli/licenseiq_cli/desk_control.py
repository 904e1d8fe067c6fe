"""What commands say to a desk that runs: on the loopback address, with a secret that its start left in the home."""

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from licenseiq.errors import Refused

FILE = "desk-control.json"
_SECONDS = 10.0
_LOOPBACK = re.compile(r"http://localhost:[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Control:
    """A desk that answered just now. `approvers` is how many people may approve."""

    url: str
    secret: str = field(repr=False)
    approvers: int = 0

    def ask(self, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        """The desk's answer. Raises Refused with the desk's words."""
        answer = _post(self.url, self.secret, path, body or {})
        if answer is None:
            raise Refused("The desk does not answer any more.", "Start it: 'licenseiq desk'.")
        status, found = answer
        if status != 200:
            raise Refused(str(found.get("error", f"The desk answered {status}.")), str(found.get("next_step", "")))
        return found


def publish(folder: Path, url: str, secret: str) -> Path:
    """Leaves address and secret for commands of this account."""
    from licenseiq_tenant.graph.token_cache import write_private

    path = folder / FILE
    write_private(path, json.dumps({"url": url, "secret": secret, "pid": os.getpid()}))
    return path


def find(folder: Path) -> Control | None:
    """The desk of this home, if one answers."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        url, secret = str(found["url"]), str(found["secret"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    answer = _post(url, secret, "/control/health", {})
    if answer is None or answer[0] != 200:
        return None
    return Control(url, secret, int(answer[1].get("approvers", 0)))


def need(folder: Path, *, demo: bool) -> Control:
    """The desk of this home. Raises Refused when none runs."""
    found = find(folder)
    if found is None:
        raise Refused("The desk does not run.", f"Start it in another terminal: 'licenseiq desk{' --demo' * demo}'.")
    return found


def _post(url: str, secret: str, path: str, body: dict[str, str]) -> tuple[int, dict[str, Any]] | None:
    import ssl

    import httpx

    if _LOOPBACK.fullmatch(url) is None:
        return None
    try:
        answer = httpx.post(
            f"{url}{path}",
            json=body,
            headers={"Authorization": f"Bearer {secret}"},
            timeout=_SECONDS,
            trust_env=False,
            # Without TLS on the loopback address: loading the roots for nothing costs 50 ms.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )
        found = answer.json()
    except (httpx.HTTPError, ValueError):
        return None
    return answer.status_code, found if isinstance(found, dict) else {}
