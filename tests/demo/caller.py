"""How the tests talk to a demo tenant: HTTP with one of its tokens, and its control endpoints."""

import csv
import io
from types import TracebackType
from typing import Any, Self

from starlette.testclient import TestClient

from licenseiq_demo.app import build_app
from licenseiq_demo.catalogue import by_part
from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState

Json = dict[str, Any]


class Caller:
    """A client of one tenant in this process."""

    def __init__(self, state: DemoState) -> None:
        self.state = state
        self.client = TestClient(build_app(state), base_url="http://127.0.0.1:5000", follow_redirects=False)

    def __enter__(self) -> Self:
        self.client.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.__exit__(kind, error, trace)

    def ask(self, method: str, path: str, body: Any = None, *, role: str = "desk", **headers: str) -> tuple[int, Json]:
        """Status and JSON of one Graph request; `_` in a header's name stands for `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if role:
            sent["Authorization"] = f"Bearer {self.state.tokens.get(role, role)}"
        answer = self.client.request(method, f"/v1.0{path}", json=body, headers=sent)
        return answer.status_code, (answer.json() if answer.content else {})

    def get(self, path: str, **headers: str) -> Json:
        """The JSON of a read that has to work, with the reader's token."""
        status, body = self.ask("GET", path, role="reader", **headers)
        assert status == 200, body
        return body

    def run(
        self, cmdlet: str, *, role: str = "desk", prefer: str = "odata.maxpagesize=1000", **parameters: Any
    ) -> tuple[int, Json]:
        """Status and JSON of one cmdlet of Exchange; an answer that says nothing is an empty object."""
        tenant = self.state.tenant.tenant_id
        sent = {"X-AnchorMailbox": f"APP:SystemMailbox@{tenant}", "Prefer": prefer}
        if role:
            sent["Authorization"] = f"Bearer {self.state.tokens.get(role, role)}"
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
        answer = self.client.post(f"/adminapi/beta/{tenant}/InvokeCommand", json=body, headers=sent)
        return answer.status_code, (answer.json() if answer.content.strip(b"\x00") else {})

    def rows(self, cmdlet: str, **parameters: Any) -> list[Json]:
        """What a cmdlet that has to work returns."""
        status, body = self.run(cmdlet, **parameters)
        assert status == 200, body
        return list(body["value"])

    def mailbox(self, identity: str) -> Json:
        """One row of Get-Mailbox."""
        return self.rows("Get-Mailbox", Identity=identity)[0]

    def stands_for(self, situation: str) -> Person:
        """The person who stands for this situation."""
        return self.state.tenant.by_id[self.control("GET", "/story")["people"][situation][0]]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call to `/_demo` with the control token."""
        headers = {"X-Demo-Control": self.state.tokens["control"]}
        answer = self.client.request(method, f"/_demo{path}", json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def faults(self, *written: Any) -> None:
        """Switches these faults on, and all others off."""
        self.control("PUT", "/faults", {"faults": list(written)})

    def some(self, cause: str, **fields: Any) -> Person:
        """Somebody with this cause and these properties, who is not synced unless asked for."""
        wanted = {"onPremisesSyncEnabled": None, **fields}
        found = [
            person
            for person in self.state.tenant.people
            if person.cause == cause and all(person.fields[name] == value for name, value in wanted.items())
        ]
        return found[0]

    def report(self, function: str, period: str = "D90") -> list[dict[str, str]]:
        """The rows of a usage report, by way of its redirect."""
        headers = {"Authorization": f"Bearer {self.state.tokens['reader']}"}
        answer = self.client.get(f"/v1.0/reports/{function}(period='{period}')", headers=headers)
        assert answer.status_code == 302, answer.text
        text = self.client.get(answer.headers["location"]).content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))


def message(body: Json) -> str:
    """The message of an error envelope."""
    return str(body["error"]["message"])


def code(body: Json) -> str:
    """The code of an error envelope."""
    return str(body["error"]["code"])


def sku(part: str) -> str:
    """The `skuId` of a part number."""
    return by_part()[part].sku_id
