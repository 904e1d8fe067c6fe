"""Starting the demo as a detached process, once."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from licenseiq_demo.errors import DemoError

LOG = "demo.log"
LOCK_SECONDS = 30.0


def _lock_file(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(home / "start.lock", timeout=LOCK_SECONDS, isolation_level=None)


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Holds the start lock of this home. SQLite's lock works on every system and dies with its process."""
    with closing(_lock_file(home)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise DemoError(
                f"Another command has held the start of the demo tenant for {LOCK_SECONDS:.0f} s. Try again."
            ) from None
        yield


def spawn(home: Path, *, users: int, seed: int, idle_seconds: int) -> "subprocess.Popen[bytes]":
    """Starts the demo in a session of its own; what it says goes to a log file in its home.

    `-P` keeps the home directory off the import path, and no cloud credential is handed on.
    """
    numbers = {"users": users, "seed": seed, "idle-seconds": idle_seconds}
    options = [text for name, value in numbers.items() for text in (f"--{name}", str(value))]
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("AZURE_")}
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    with (home / LOG).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "licenseiq_demo", "--home", str(home.absolute()), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=home,
            env=environment,
            start_new_session=True,
            creationflags=flags,
        )


def let_go(process: "subprocess.Popen[bytes]") -> None:
    """Leaves the process running; if it ends before we do, it is reaped and no zombie stays."""
    threading.Thread(target=process.wait, name="demo-tenant", daemon=True).start()


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ends a process that did not come up."""
    if process.poll() is None:
        process.kill()
    process.wait()


def why_not(home: Path, code: int | None) -> str:
    """What to tell somebody whose demo did not come up, with the end of its log."""
    try:
        tail = (home / LOG).read_text(encoding="utf-8", errors="replace")[-1500:].strip()
    except OSError:
        tail = ""
    said = f" Its last words:\n{tail}" if tail else " It said nothing."
    return f"Could not start the demo tenant: it ended with code {code} before it could be found.{said}"
