"""Puts the report together: one self-contained page out of what was gathered."""

import base64
import hashlib
from importlib.resources import files
from string import Template

from licenseiq.text import clean
from licenseiq_cli.export_data import Gathered
from licenseiq_cli.html_report import tables
from licenseiq_cli.html_report.headline import headline
from licenseiq_cli.html_report.markup import Markup, Shown, fill, joined


def page(found: Gathered, what: tuple[str, ...]) -> str:
    """The whole report with the parts `what`. Nothing in it can run, and nothing is asked of any other host."""
    here = files("licenseiq_cli.html_report")
    style = here.joinpath("style.css").read_text(encoding="utf-8")
    template = here.joinpath("page.html").read_text(encoding="utf-8")
    head = found.head
    where = f"Tenant {clean(head.tenant_id).text}"
    about = fill(
        "$where$badge<br>Data as of $day UTC",
        where=where,
        badge=Markup('<span class="badge">simulated demo tenant</span>' if head.simulated else ""),
        day=f"{head.as_of:%Y-%m-%d %H:%M}",
    )
    parts: list[Shown] = []
    if "summary" in what:
        parts += headline(head.summary)
    if found.subscriptions is not None:
        parts.append(tables.subscriptions(found.subscriptions))
    if found.renewals is not None:
        parts.append(tables.renewal_list(found.renewals, found.context))
    parts += [tables.unknown(found), tables.method(found)]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return Template(template).substitute(
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        title=fill("Licence report, $day", day=f"{head.as_of:%Y-%m-%d}"),
        style=style,
        about=about,
        sections=joined(parts),
        footer=tables.footer(found),
    )
