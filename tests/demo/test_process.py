"""The demo as a process: found, proven, started once, stopped, ended when nobody asks."""

import hmac
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from licenseiq_demo import process
from licenseiq_demo.process import Demo, DemoError

posix = pytest.mark.skipif(os.name != "posix", reason="modes of files are a matter of POSIX")


def test_both_roles_find_the_same_tenant_with_different_tokens_and_keys(reader: Demo, writer: Demo) -> None:
    assert (reader.url, reader.tenant_id) == (writer.url, writer.tenant_id)
    assert (reader.role, writer.role) == ("reader", "desk")
    assert len({reader.token, writer.token, reader.proof_key, writer.proof_key}) == 4
    assert reader.url.startswith("http://127.0.0.1:")
    assert reader.url.endswith("/v1.0")


def test_neither_tokens_nor_keys_are_printed(writer: Demo) -> None:
    assert writer.token not in repr(writer)
    assert repr(writer.proof_key) not in repr(writer)


def test_each_file_holds_its_own_secrets_only(home: Path, reader: Demo, writer: Demo) -> None:
    words = (home / "reader.json").read_text()
    assert reader.token in words
    assert writer.token not in words
    assert writer.proof_key.hex() not in words
    assert reader.token not in (home / "desk.json").read_text()


@posix
def test_nobody_else_can_read_the_files(home: Path) -> None:
    assert home.stat().st_mode & 0o777 == 0o700
    for name in ("reader", "desk", "control"):
        assert (home / f"{name}.json").stat().st_mode & 0o777 == 0o600


def test_a_proof_is_the_hmac_of_the_nonce_under_the_roles_key(writer: Demo) -> None:
    nonce = secrets.token_bytes(32)
    assert process.prove(writer, nonce) == hmac.digest(writer.proof_key, nonce, "sha256")


def test_a_proof_under_another_key_is_no_proof(reader: Demo) -> None:
    other = Demo(reader.url, reader.tenant_id, reader.token, "reader", secrets.token_bytes(32))
    assert process.prove(other, secrets.token_bytes(32)) is None


def test_a_nonce_that_is_too_short_proves_nothing(reader: Demo) -> None:
    assert process.prove(reader, b"short") is None


def copied(home: Path, to: Path, **changes: str) -> Path:
    content = json.loads((home / "reader.json").read_text()) | changes
    target = to / "reader.json"
    target.write_text(json.dumps(content))
    target.chmod(0o600)
    return target


def test_a_file_is_believed_only_when_the_process_behind_it_answers(home: Path, tmp_path: Path) -> None:
    assert process.find(tmp_path, "reader") is None
    copied(home, tmp_path)
    assert process.find(tmp_path, "reader") is not None
    for wrong in (
        {"proof_key": secrets.token_hex(32)},
        {"proof_key": ""},
        {"role": "desk"},
        {"url": "http://127.0.0.1:1/v1.0"},
        {"url": "https://graph.microsoft.com/v1.0"},
    ):
        copied(home, tmp_path, **wrong)
        assert process.find(tmp_path, "reader") is None, wrong


@posix
def test_a_file_that_others_could_have_written_or_read_is_not_believed(home: Path, tmp_path: Path) -> None:
    copied(home, tmp_path).chmod(0o644)
    assert process.find(tmp_path, "reader") is None
    (tmp_path / "reader.json").unlink()
    (tmp_path / "reader.json").symlink_to(home / "reader.json")
    assert process.find(tmp_path, "reader") is None


@contextmanager
def stranger(body: bytes) -> Iterator[str]:
    """Somebody else who listens on a port and answers everything with 200 and this."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1.0"
        server.shutdown()


@pytest.mark.parametrize("body", [b"hello", b"[]", b'{"proof": 7}', b'{"proof": "00"}'])
def test_a_stranger_on_the_port_is_not_taken_for_the_demo(home: Path, tmp_path: Path, body: bytes) -> None:
    with stranger(body) as url:
        copied(home, tmp_path, url=url)
        assert process.find(tmp_path, "reader") is None


def test_two_callers_at_the_same_moment_start_one_and_stopping_ends_it(tmp_path: Path) -> None:
    def started() -> int:
        """Each process that we started has a thread that waits for its end."""
        return sum(1 for thread in threading.enumerate() if thread.name == "demo-tenant")

    place, before = tmp_path / "home", started()
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(
                lambda role: process.find_or_start(place, role, users=20),
                ("reader", "desk", "reader", "desk"),
            )
        )
    assert len({(demo.url, demo.tenant_id) for demo in found}) == 1
    assert started() == before + 1
    assert process.stop(place) is True
    assert process.find(place, "reader") is None
    assert not list(place.glob("*.json"))
    assert process.stop(place) is False


def test_each_start_is_another_tenant_with_other_secrets(tmp_path: Path) -> None:
    first = process.find_or_start(tmp_path, "reader", users=20)
    process.stop(tmp_path)
    second = process.find_or_start(tmp_path, "reader", users=20)
    process.stop(tmp_path)
    assert not {first.tenant_id, first.token, first.proof_key} & {
        second.tenant_id,
        second.token,
        second.proof_key,
    }


def test_it_ends_by_itself_when_nobody_asks(tmp_path: Path) -> None:
    process.find_or_start(tmp_path, "reader", users=5, idle_seconds=1)
    until = time.monotonic() + 8
    while list(tmp_path.glob("*.json")) and time.monotonic() < until:
        time.sleep(0.1)
    assert not list(tmp_path.glob("*.json"))
    assert process.find(tmp_path, "reader") is None


def test_it_ends_when_its_home_is_taken_away(tmp_path: Path) -> None:
    demo = process.find_or_start(tmp_path, "reader", users=5)
    (tmp_path / "control.json").unlink()
    until = time.monotonic() + 8
    while list(tmp_path.glob("*.json")) and time.monotonic() < until:
        time.sleep(0.1)
    assert process.prove(demo, secrets.token_bytes(32)) is None
    assert not list(tmp_path.glob("*.json"))


def test_a_demo_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="Could not start the demo tenant") as caught:
        process.find_or_start(tmp_path, "reader", users="many")  # type: ignore[arg-type]
    assert "invalid int value: 'many'" in str(caught.value)


def test_a_port_that_is_taken_is_an_error_in_words(tmp_path: Path, reader: Demo) -> None:
    port = str(httpx.URL(reader.url).port)
    command = [
        sys.executable,
        "-m",
        "licenseiq_demo",
        "--home",
        str(tmp_path),
        "--port",
        port,
        "--users",
        "5",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, f"port {port} is taken" in ended.stderr) == (1, True)


def test_one_home_has_one_demo(home: Path, reader: Demo) -> None:
    command = [sys.executable, "-m", "licenseiq_demo", "--home", str(home), "--users", "5"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, f"already runs at {reader.url}" in ended.stderr) == (1, True)
    assert process.find(home, "reader") == reader


def test_a_home_that_is_no_directory_is_an_error_in_words(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    with pytest.raises(DemoError, match="Choose another directory"):
        process.find_or_start(place, "reader")


def test_finding_it_imports_no_web_server() -> None:
    words = "import sys, licenseiq_demo.process; print({'starlette', 'uvicorn'} & sys.modules.keys())"
    ended = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "set()"


def test_the_tenant_loads_nothing_of_the_product() -> None:
    words = (
        "import sys, licenseiq_demo.server; "
        "print([m for m in sys.modules if m.startswith('licenseiq') and not m.startswith('licenseiq_demo')])"
    )
    ended = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_over_a_real_connection_an_answer_can_be_lost_and_another_never_come(home: Path, writer: Demo) -> None:
    found = process.control(home)
    assert found is not None
    base, token = found
    control = {"X-Demo-Control": token}
    someone = next(p["id"] for p in httpx.get(f"{base}/_demo/people", headers=control).json() if p["cause"] == "active")
    faults = [{"what": "lost_answer", "method": "PATCH"}, {"what": "hang", "path": "/groups"}]
    httpx.put(f"{base}/_demo/faults", headers=control, json={"faults": faults})
    with httpx.Client(base_url=writer.url, headers={"Authorization": f"Bearer {writer.token}"}) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.patch(f"/users/{someone}", json={"usageLocation": "IS"})
        with pytest.raises(httpx.ReadTimeout):
            client.get("/groups", timeout=0.3)
        read = client.get(f"/users/{someone}?$select=usageLocation").json()
    httpx.put(f"{base}/_demo/faults", headers=control, json={"faults": []})
    assert read["usageLocation"] == "IS"
