"""Reading the tenant anew."""

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.times import iso
from licenseiq_tools.answers import answer
from licenseiq_tools.deps import Call, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.shapes import time_or_none
from licenseiq_tools.wording import few, one_line, sentences, unknown_words


class LaneAge(BaseModel):
    lane: str
    as_of: str | None = Field(description="Since when what is used of it stands; null = nothing of it is")


class Refresh(BaseModel):
    started: bool
    scan_running: bool
    reason: str
    ages: list[LaneAge]
    as_of: str
    next_step: str
    unknown: list[str]


@guarded
async def refresh_tenant(call: Call) -> Annotated[CallToolResult, Refresh]:
    """Read the tenant anew when the data is old. Does nothing while the data is fresh or a scan already runs, and
    changes nothing in the tenant. Says how old each part of the data is."""
    deps = await deps_of(call)
    report = await deps.tenant.refresh(progress_of(call))
    unknown = few(report.unknown)
    step = "Ask health_score in a minute." if report.scan_running else "Ask health_score for the figures."
    content = Refresh(
        started=report.started,
        scan_running=report.scan_running,
        reason=one_line(report.reason),
        ages=[LaneAge(lane=one_line(name, 60), as_of=time_or_none(moment)) for name, moment in report.ages[:20]],
        as_of=iso(deps.now()),
        next_step=step,
        unknown=unknown,
    )
    started = "A scan was started." if report.started else "No new scan was started."
    return answer(sentences(started, content.reason, unknown_words(unknown), step), content)
