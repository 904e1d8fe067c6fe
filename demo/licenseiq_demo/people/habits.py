"""What each cause leaves behind in sign-ins and in product use, so that all sources tell one story."""

import random
from collections.abc import Callable
from dataclasses import replace

from licenseiq_demo.people.person import Usage


def _day(rng: random.Random, low: int, high: int) -> int:
    return low + int(rng.random() * (high - low + 1))


def _works(rng: random.Random) -> Usage:
    last = 1 if rng.random() < 0.7 else _day(rng, 2, 9)
    files = rng.random() < 0.9
    return Usage(
        interactive=last + _day(rng, 0, 4),
        background=last,
        success=last,
        mailbox=last,
        mail=last,
        teams=last + _day(rng, 0, 3),
        onedrive=last + _day(rng, 0, 6) if files else None,
        sharepoint=last + _day(rng, 0, 12) if files else None,
        desktop=last + _day(rng, 0, 3),
        mobile=last + _day(rng, 0, 5) if rng.random() < 0.6 else None,
        web=last + _day(rng, 0, 20),
        copilot=last + _day(rng, 0, 6),
        visio=_day(rng, 30, 800),
        project=_day(rng, 30, 800),
        sent=_day(rng, 40, 700),
        received=_day(rng, 300, 4000),
    )


def _mail_and_web(rng: random.Random) -> Usage:
    last = _day(rng, 1, 5)
    return Usage(
        interactive=last,
        background=last,
        success=last,
        mailbox=last,
        mail=last,
        web=last,
        sent=_day(rng, 5, 90),
        received=_day(rng, 150, 900),
    )


def _stopped(rng: random.Random, low: int, high: int) -> Usage:
    gone = _day(rng, low, high)
    return Usage(
        interactive=gone + _day(rng, 0, 6),
        background=gone,
        success=gone,
        mailbox=gone,
        mail=gone,
        teams=gone + _day(rng, 0, 5),
        onedrive=gone + _day(rng, 0, 9),
        sharepoint=gone + _day(rng, 0, 20),
        desktop=gone + _day(rng, 0, 4),
        web=gone + _day(rng, 0, 30),
        copilot=gone + _day(rng, 0, 10),
        visio=gone + _day(rng, 60, 800),
        project=gone + _day(rng, 60, 800),
        received=_day(rng, 0, 60),
    )


def _told_leaver(rng: random.Random) -> Usage:
    return _stopped(rng, 1150, 1400) if rng.random() < 0.1 else _stopped(rng, 12, 500)


def _untold_leaver(rng: random.Random) -> Usage:
    return _stopped(rng, 95, 425)


def _on_leave(rng: random.Random) -> Usage:
    return _stopped(rng, 95, 230)


def _phone(rng: random.Random) -> Usage:
    gone = _stopped(rng, 110, 300)
    return replace(gone, background=1, success=1, mailbox=1, received=_day(rng, 200, 900))


def _sprayed(rng: random.Random) -> Usage:
    return replace(_stopped(rng, 140, 380), interactive=_day(rng, 1, 4))


def _left_last_month(rng: random.Random) -> Usage:
    return _stopped(rng, 15, 70)


def _each_quarter(rng: random.Random) -> Usage:
    return _stopped(rng, 50, 80)


def _without_copilot(rng: random.Random) -> Usage:
    return replace(_works(rng), copilot=None)


def _without_visio(rng: random.Random) -> Usage:
    return replace(_works(rng), visio=None)


def _administers_no_more(rng: random.Random) -> Usage:
    last = _day(rng, 130, 420)
    return Usage(interactive=last, success=last)


def _nothing(_: random.Random) -> Usage:
    return Usage()


def _scanner(rng: random.Random) -> Usage:
    return Usage(background=1, success=1, mailbox=1, mail=1, sent=_day(rng, 60, 2500))


def _shared(rng: random.Random) -> Usage:
    last = _day(rng, 1, 12)
    return Usage(mailbox=last, mail=last, sent=_day(rng, 0, 300), received=_day(rng, 50, 3000))


def _room(rng: random.Random) -> Usage:
    return Usage(mailbox=_day(rng, 1, 3), received=_day(rng, 20, 500))


def _guest(rng: random.Random) -> Usage:
    last = _day(rng, 1, 25) if rng.random() < 0.6 else _day(rng, 120, 400)
    return Usage(interactive=last, success=last, teams=last, sharepoint=last)


def _service(_: random.Random) -> Usage:
    return Usage(background=1, success=1)


HABITS: dict[str, Callable[[random.Random], Usage]] = {
    "active": _works,
    "administrator": _works,
    "told_leaver": _told_leaver,
    "untold_leaver": _untold_leaver,
    "phone_still_fetches": _phone,
    "sprayed": _sprayed,
    "never_used": _nothing,
    "new_hire": _nothing,
    "sabbatical": _on_leave,
    "parental_leave": _on_leave,
    "mail_and_web": _mail_and_web,
    "scanner": _scanner,
    "shared_mailbox": _shared,
    "room": _room,
    "equipment": _room,
    "guest": _guest,
    "service": _service,
    "break_glass": _nothing,
    "almost_empty": _untold_leaver,
    "left_last_month": _left_last_month,
    "left_on_paper": _works,
    "comes_each_quarter": _each_quarter,
    "copilot_handed_out": _without_copilot,
    "visio_handed_out": _without_visio,
    "moved_to_e5": _works,
    "full_shared_mailbox": _shared,
    "admin_of_before": _administers_no_more,
}
