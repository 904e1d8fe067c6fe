"""What the operating system sees: the intent of an effect is on the disk before its request leaves (INV-43).

A process that is killed loses nothing that was written, flushed or not; a machine that loses power does. So the calls
to the kernel are looked at, with strace.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.journeys.offboarding import propose
from tests.journeys.processes import LICENSEIQ, Home

from licenseiq_tenant.desk_state import DESK_FILE

STRACE = shutil.which("strace")
CAN_TRACE = STRACE is not None and subprocess.run([STRACE, "-o", os.devnull, "true"], check=False).returncode == 0
pytestmark = [pytest.mark.anyio, pytest.mark.skipif(not CAN_TRACE, reason="strace is not installed, or may not trace")]
CALLS = "pwrite64,write,fsync,fdatasync,sendto,sendmsg"
CALL = re.compile(r"^\d+ +(?P<name>\w+)\(\d+<(?P<file>.*?)>(?=[,)])(?:, (?P<data>\"[^\"]*))?")
# What is asked of Exchange is a POST too; an offboarding of the demo's changes nothing there.
EFFECT = re.compile(r'"(?:PATCH|POST) (?!/adminapi/)')
UNSAFE = """
import sys
import licenseiq_tenant.database as database
made = database._engine
def careless(uri, pragmas):
    return made(uri, tuple("synchronous=OFF" if one.startswith("synchronous") else one for one in pragmas))
database._engine = careless
from licenseiq_cli.main import main
sys.exit(main())
"""


def sent_unflushed(trace: str) -> list[str]:
    """The effects that left while something of the desk's store was written and not flushed, or without anything
    written since the effect before them. Raises AssertionError for a trace without effects."""
    found, effects = [], 0
    dirty, wrote = False, False
    for line in trace.splitlines():
        call = CALL.match(line)
        if call is None:
            continue
        is_ours = Path(call["file"]).name in (DESK_FILE, f"{DESK_FILE}-wal")
        if call["name"] in ("pwrite64", "write") and is_ours:
            dirty = wrote = True
        elif call["name"] in ("fsync", "fdatasync") and is_ours:
            dirty = False
        elif call["file"].startswith(("TCP", "socket", "TCPv6")) and EFFECT.match(call["data"] or ""):
            effects += 1
            if dirty or not wrote:
                found.append(line[:120])
            wrote = False
    assert effects >= 3, "the trace shows no effects"
    return found


async def traced(home: Home, folder: Path, *program: str) -> str:
    """What strace sees while a person approves an offboarding, and it is carried out."""
    async with home.chat() as ask:
        proposed, _ = await propose(ask, home)
    return trace_of(home, folder, (*program, "approve", proposed["proposal_id"]), f"approve {proposed['digest'][:8]}\n")


def trace_of(home: Home, folder: Path, arguments: tuple[str, ...], typed: str) -> str:
    out = folder / "trace.txt"
    strace = (str(STRACE), "-f", "-yy", "-s", "60", "-e", f"trace={CALLS}", "-o", str(out))
    done = subprocess.run(
        [*strace, sys.executable, *arguments],
        input=typed,
        capture_output=True,
        text=True,
        env=home.environment(),
        cwd=folder,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out.read_text(encoding="utf-8", errors="replace")


async def test_each_intent_is_flushed_before_its_effect_leaves(home: Home, tmp_path: Path) -> None:
    assert sent_unflushed(await traced(home, tmp_path, *LICENSEIQ)) == []


async def test_positive_control_a_store_that_does_not_flush_is_seen(home: Home, tmp_path: Path) -> None:
    assert len(sent_unflushed(await traced(home, tmp_path, "-c", UNSAFE))) >= 3
