"""What a rule does: instead of the answer, or to it."""

from collections.abc import Callable
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
    if rule.what == "no_effect":
        # Answered as if it had worked; nothing has been done.
        return Answer(200, {"value": True})
    if rule.what == "html":
        return Answer(rule.status, raw=HTML, media="text/html; charset=utf-8")
    return None


def _links(answer: Answer, change: Any) -> Answer:
    link = answer.data.get("@odata.nextLink") if isinstance(answer.data, dict) else None
    return replace(answer, data={**answer.data, "@odata.nextLink": change(link)}) if link else answer


def _with_link(rule: Rule, request: Asked, answer: Answer) -> Answer:
    """The answer with a link to a next page, even where it is the last one, if the rule says so."""
    rows = answer.data.get("value") if isinstance(answer.data, dict) else None
    if not rule.last_too or not isinstance(rows, list) or "@odata.nextLink" in answer.data:
        return answer
    return replace(answer, data={**answer.data, "@odata.nextLink": odata.link(request, odata.start(request))})


def _rows(answer: Answer, change: Callable[[list[Any]], Any]) -> Answer:
    rows = answer.data.get("value") if isinstance(answer.data, dict) else None
    return replace(answer, data={**answer.data, "value": change(rows)}) if isinstance(rows, list) else answer


def _of_wrong_type(item: Any) -> Any:
    """Each field that holds something holds a list in a list instead."""
    return {name: [[name]] if value is not None else None for name, value in item.items()}


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
        return _links(_with_link(rule, request, answer), lambda _: odata.link(request, odata.start(request)))
    if rule.what == "circle_next_link" and odata.start(request):
        return _links(answer, lambda _: odata.link(request, 0))
    if rule.what == "overlap_pages":
        back = odata.start(request) + max(1, len(answer.data.get("value", ())) - 5)
        return _links(answer, lambda _: odata.link(request, back))
    if rule.what == "drop_page":
        beyond = odata.start(request) + 2 * len(answer.data.get("value", ()))
        return _links(answer, lambda _: odata.link(request, beyond))
    if rule.what == "foreign_next_link":
        return _links(_with_link(rule, request, answer), _foreign)
    if rule.what in ("wrong_value", "null_value"):
        return Answer(200, {"value": "nothing" if rule.what == "wrong_value" else None})
    if rule.what == "wrong_fields":
        return _rows(answer, lambda rows: [_of_wrong_type(row) for row in rows])
    if rule.what == "twice":
        return _rows(answer, lambda rows: [*rows, *rows])
    if rule.what == "half":
        return _rows(answer, lambda rows: rows[: len(rows) // 2])
    if rule.what == "null_fields":
        return _nulls(answer)
    return answer
