"""What a rule does: instead of the answer, or to it."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from licenseiq_demo import odata
from licenseiq_demo.faults.rules import Rule
from licenseiq_demo.wire import Answer, Asked, GraphError

FOREIGN = "https://graph.attacker.example"
HTML = b"<!DOCTYPE html><html><head><title>Proxy</title></head><body><h1>Service notice</h1></body></html>"


class LostAnswer(Exception):
    """The work was done; the connection closes before anybody hears of it."""


class Hang(Exception):
    """Nothing comes back until the client gives up."""


def instead(rule: Rule) -> Answer | None:
    """What answers in place of the tenant; raises for an error status and for a hang."""
    if rule.what == "status":
        waits = {} if rule.retry_after is None else {"Retry_After": str(rule.retry_after)}
        raise GraphError(rule.status, rule.code, rule.message, **waits)
    if rule.what == "hang":
        raise Hang
    if rule.what == "html":
        return Answer(rule.status, raw=HTML, media="text/html; charset=utf-8")
    return None


def _links(answer: Answer, change: Any) -> Answer:
    link = answer.data.get("@odata.nextLink") if isinstance(answer.data, dict) else None
    return replace(answer, data={**answer.data, "@odata.nextLink": change(link)}) if link else answer


def _foreign(link: str) -> str:
    parts = urlsplit(link)
    return f"{FOREIGN}{parts.path}{'?' if parts.query else ''}{parts.query}"


def _nulls(answer: Answer) -> Answer:
    if not isinstance(answer.data, dict):
        return answer
    data = dict(answer.data)
    if isinstance(data.get("value"), list):
        data["value"] = [_null(n, item) for n, item in enumerate(data["value"])]
    else:
        data = {name: value if name in ("id", "@odata.context") else None for name, value in data.items()}
    return replace(answer, data=data)


def _null(place: int, item: Any) -> Any:
    if not isinstance(item, dict) or place % 3 == 0:
        return item
    if place % 3 == 1:
        return {name: value if name == "id" else None for name, value in item.items()}
    return {name: value for name, value in item.items() if name == "id"}


def afterwards(rule: Rule, request: Asked, answer: Answer) -> Answer:
    """The answer as the fault leaves it; raises LostAnswer."""
    if rule.what == "lost_answer":
        raise LostAnswer
    if rule.what == "hostile_redirect" and "Location" in answer.headers:
        return replace(answer, headers={**answer.headers, "Location": _foreign(answer.headers["Location"])})
    if rule.what == "cut":
        body = answer.body()
        return replace(answer, raw=body[: len(body) // 2])
    if rule.what == "repeat_next_link":
        return _links(answer, lambda _: odata.link(request, odata.start(request)))
    if rule.what == "drop_page":
        beyond = odata.start(request) + 2 * len(answer.data.get("value", ()))
        return _links(answer, lambda _: odata.link(request, beyond))
    if rule.what == "foreign_next_link":
        return _links(answer, _foreign)
    if rule.what == "null_fields":
        return _nulls(answer)
    return answer
