"""Finding, proving, starting and stopping the demo tenant as a process of its own.

A port or a process id says nothing about who answers. The demo writes a key into a 0600 file in its home
and answers a fresh nonce with an HMAC under that key: whoever can do that wrote the file.
Only the standard library is used here, and little of it: this module is imported by every command.
"""

import contextlib
import hmac
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from licenseiq_demo import homefiles
from licenseiq_demo.errors import DemoError
from licenseiq_demo.homefiles import Role

if TYPE_CHECKING:
    from http.client import HTTPResponse

__all__ = ["Demo", "DemoError", "Role", "find", "find_or_start", "prove", "stop"]

START_SECONDS = 15.0
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Demo:
    """A running demo as one role may see it; `url` ends in `/v1.0`. `users` and `seed` are what it was started with,
    None where its files do not say."""

    url: str
    tenant_id: str
    token: str = field(repr=False)
    role: Role
    proof_key: bytes = field(repr=False)
    users: int | None = None
    seed: int | None = None


def _call(url: str, method: str, path: str, headers: dict[str, str], timeout: float) -> tuple[int, bytes] | None:
    """Status and body; None when nobody answers. Only ever talks to 127.0.0.1, never through a proxy."""
    from http.client import HTTPConnection, HTTPException

    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname != "127.0.0.1" or parts.port is None:
        return None
    connection = HTTPConnection("127.0.0.1", parts.port, timeout=timeout)
    try:
        connection.request(method, path, headers=headers)
        response: HTTPResponse = connection.getresponse()
        return response.status, response.read(65_536)
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _proof(url: str, role: str, key: bytes, nonce: bytes) -> bytes | None:
    import json

    found = _call(url, "GET", f"/_demo/proof?role={role}&nonce={nonce.hex()}", {}, 3.0)
    if found is None or found[0] != 200:
        return None
    try:
        answer = bytes.fromhex(json.loads(found[1])["proof"])
    except (ValueError, KeyError, TypeError):
        return None
    return answer if hmac.compare_digest(answer, hmac.digest(key, nonce, "sha256")) else None


def prove(demo: Demo, nonce: bytes) -> bytes | None:
    """The demo's answer to this nonce (16 to 64 bytes) if it is the right one, else None."""
    return _proof(demo.url, demo.role, demo.proof_key, nonce)


def find(home: Path, role: Role) -> Demo | None:
    """The demo that runs in this home, proven; None for every doubt."""
    content = homefiles.read(home, role)
    if content is None or content.get("role") != role:
        return None
    try:
        key = bytes.fromhex(content["proof_key"])
        started_with = [int(content[name]) if name in content else None for name in ("users", "seed")]
        demo = Demo(str(content["url"]), str(content["tenant_id"]), str(content["token"]), role, key, *started_with)
    except (KeyError, TypeError, ValueError):
        return None
    return demo if len(key) >= 32 and prove(demo, os.urandom(32)) is not None else None


def find_or_start(home: Path, role: Role, *, users: int = 250, seed: int = 7, idle_seconds: int = 1800) -> Demo:
    """The running demo, or a new one; of several callers at once only one starts it.

    A demo that runs already is taken as it is, whatever its users and seed. DemoError says why none came up.
    """
    found = find(home, role)
    if found is not None:
        return found
    from licenseiq_demo import launch

    homefiles.make_home(home)
    with launch.only_one(home):
        found = find(home, role)
        if found is not None:
            return found
        started = launch.spawn(home, users=users, seed=seed, idle_seconds=idle_seconds)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and started.poll() is None:
            found = find(home, role)
            if found is not None:
                launch.let_go(started)
                return found
            time.sleep(0.05)
        launch.end(started)
        raise DemoError(launch.why_not(home, started.returncode))


def stop(home: Path) -> bool:
    """Ends the demo of this home and waits until it is gone; False when none was running."""
    content = homefiles.read(home, "control")
    if content is None:
        return False
    try:
        url, token, key = str(content["url"]), str(content["token"]), bytes.fromhex(content["proof_key"])
    except (KeyError, TypeError, ValueError):
        return False
    if _proof(url, "control", key, os.urandom(32)) is None:
        return False
    _call(url, "POST", "/_demo/stop", {"X-Demo-Control": token}, 3.0)
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until:
        if homefiles.read(home, "control") is None and _call(url, "GET", "/_demo/proof", {}, 1.0) is None:
            return True
        time.sleep(0.05)
    raise DemoError(f"The demo tenant was asked to stop {STOP_SECONDS:.0f} seconds ago and still answers.")


def control(home: Path) -> tuple[str, str] | None:
    """Address and control token of the running demo, for tests: `http://127.0.0.1:port`, token."""
    content = homefiles.read(home, "control")
    with contextlib.suppress(KeyError, TypeError):
        return (str(content["url"]).removesuffix("/v1.0"), str(content["token"])) if content else None
    return None
