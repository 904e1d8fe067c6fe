"""One rule: which requests it meets and what happens to them."""

import re
from typing import Literal

import msgspec

from licenseiq_demo.wire import Asked

What = Literal[
    "status",
    "html",
    "slow",
    "hang",
    "cut",
    "drop_page",
    "repeat_next_link",
    "circle_next_link",
    "overlap_pages",
    "foreign_next_link",
    "null_fields",
    "wrong_fields",
    "wrong_value",
    "null_value",
    "twice",
    "half",
    "empty_report",
    "html_report",
    "cut_report",
    "twice_report",
    "lost_answer",
    "no_effect",
    "stale_reads",
    "old_answers",
    "hostile_redirect",
    "no_p1",
    "concealed_names",
    "nobody",
    "rule_lag",
    "no_temporary_pass",
    "short_copy",
    "failed_copy",
    "inbound_provisioning",
]

DOWNLOADS: frozenset[What] = frozenset({"empty_report", "html_report", "cut_report", "twice_report"})
"""Faults that strike when the report is downloaded; their path is that of the report function."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fault. All of `path` (prefix), `regex` (anywhere in the path), `query` (anywhere in the decoded
    query), `body` (anywhere in it), `method` and `cmdlet` (a pattern for its whole name) that are given must fit; paths
    are below `/v1.0` and decoded. The first `skip` requests that fit are spared, then it strikes `times` times, None
    for always; with `per_path` every path has its own counts. With `last_too` a fault of next links gives one to the
    last page as well.
    """

    what: What
    path: str = ""
    regex: str = ""
    query: str = ""
    body: str = ""
    method: str = ""
    cmdlet: str = ""
    skip: int = 0
    times: int | None = None
    per_path: bool = False
    last_too: bool = False
    status: int = 503
    code: str = "serviceNotAvailable"
    message: str = "The service is temporarily unavailable."
    retry_after: int | None = None
    ms: int = 1000
    reads: int = 2

    def meets(self, request: Asked) -> bool:
        """Whether this request is one of those it is meant for."""
        return (
            (not self.method or self.method.upper() == request.method)
            and request.path.lower().startswith(self.path.lower())
            and (not self.regex or re.search(self.regex, request.path, re.IGNORECASE) is not None)
            and (not self.cmdlet or re.fullmatch(self.cmdlet, request.cmdlet, re.IGNORECASE) is not None)
            and (not self.query or self.query.lower() in request.raw_query.lower())
            and (not self.body or self.body.lower().encode() in request.body.lower())
        )
