"""What commands find of a desk: one that answers with its own secret, or none, whatever a file still says."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from licenseiq.errors import Refused
from licenseiq_cli.desk_control import FILE, find, need, publish

SECRET = "a secret of this start"


class _Desk(BaseHTTPRequestHandler):
    """Answers as the desk does; `given` are the secrets that came."""

    given: list[str] = []  # noqa: RUF012 - of one server at a time

    def do_POST(self) -> None:
        self.given.append(self.headers.get("Authorization", ""))
        is_right = self.given[-1] == f"Bearer {SECRET}"
        found = {"approvers": 2} if is_right else {"error": "This command is not one of the desk's own machine."}
        if self.path.startswith("/control/runs/"):
            found, is_right = {"error": "The run is complete already.", "next_step": "Nothing is left."}, False
        body = json.dumps(found).encode()
        self.send_response(200 if is_right else 401)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def answering() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Desk)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_desk_is_found_by_the_file_of_its_start(tmp_path: Path) -> None:
    with answering() as url:
        path = publish(tmp_path, url, SECRET)
        assert path.stat().st_mode & 0o077 == 0, "others could give commands"
        found = need(tmp_path, demo=False)
        assert (found.url, found.approvers) == (url, 2)
        assert SECRET not in repr(found)
        with pytest.raises(Refused, match=r"complete already\. Nothing is left"):
            found.ask("/control/runs/run-1/cancel")


def test_a_wrong_secret_finds_no_desk(tmp_path: Path) -> None:
    """A file of another start, beside a desk that runs: nothing is believed of it, and nothing is commanded."""
    with answering() as url:
        publish(tmp_path, url, "of another start")
        assert find(tmp_path) is None


def test_a_file_that_outlived_its_desk_finds_none_and_says_what_to_start(tmp_path: Path) -> None:
    with answering() as url:
        publish(tmp_path, url, SECRET)
        control = need(tmp_path, demo=False)
    with pytest.raises(Refused, match="Start it in another terminal: 'licenseiq desk'"):
        need(tmp_path, demo=False)
    with pytest.raises(Refused, match="does not answer any more"):
        control.ask("/control/health")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"url": "http://localhost:1"}', '{"url": 1, "secret": null}', "\u0000"]
)
def test_a_file_that_makes_no_sense_finds_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert find(tmp_path) is None
