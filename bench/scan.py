"""Reads and scores a demo tenant over HTTP: `uv run python -m bench.scan --users 20000`.

The pauses that Microsoft's limits ask for are not waited out: the clock moves forward by them, and they are told apart.
With `--rules-only --users 200000` a demo of at most 20,000 people is read, repeated in memory under new ids until there
are so many, and run through the rules alone: nothing of that is served, read or stored.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx

from bench.figures import line, spread
from bench.on_demo import Clock, DemoTenant, demo_tenant
from licenseiq.context import TenantView
from licenseiq.evaluate import evaluate
from licenseiq.people import Person
from licenseiq.policy import Policy
from licenseiq.prices import PriceBook
from licenseiq.readings import Source
from licenseiq_tenant.database import Database
from licenseiq_tenant.live import FILE
from licenseiq_tenant.prices import load_catalogue
from licenseiq_tenant.scan.seen import Lane, ScanSeen
from licenseiq_tenant.snapshot import views

T = TypeVar("T")
MOST_SERVED = 20_000
LANES: tuple[Lane, ...] = ("probe", "fast", "reports", "rules", "slow")


@dataclass
class Stopwatch:
    """When which lane was first and last heard of, in seconds since the start."""

    started: float = field(default_factory=time.perf_counter)
    first: dict[Lane, float] = field(default_factory=dict)
    last: dict[Lane, float] = field(default_factory=dict)
    first_score: float | None = None

    def observe(self, seen: ScanSeen) -> None:
        now = time.perf_counter() - self.started
        lane = seen.lane
        if lane == "rules" and self.first_score is not None:
            return  # the second pass, after the slow lane
        # The slow lane is heard of when its first page has come; it starts when the first score stands.
        self.first.setdefault(lane, self.first_score if lane == "slow" and self.first_score else now)
        self.last[lane] = now
        if lane == "rules" and seen.done:
            self.first_score = now

    def seconds(self, lane: Lane) -> float:
        return self.last[lane] - self.first[lane]


@dataclass(frozen=True)
class Round:
    """One scan into a new home, and what it is compared with. Times in seconds, `size` in bytes."""

    watch: Stopwatch
    whole: float
    cpu: float
    held_back: float
    size: int
    load: float
    rules: float
    download: float
    download_cpu: float
    requests: int


async def one_round(demo: DemoTenant, home: str) -> Round:
    demo.forget()
    clock = Clock()
    cpu = time.process_time()
    watch = Stopwatch()
    async with demo.open(home, clock) as tenant:
        await tenant.scan(watch.observe)
    whole, cpu = time.perf_counter() - watch.started, time.process_time() - cpu
    size = sum(path.stat().st_size for path in (demo.folder / home).glob(f"{FILE}*"))
    load, rules = rules_alone(demo.folder / home / FILE, demo.reader.tenant_id, clock)
    asked = [entry for entry in demo.requests() if entry["kind"] == "graph"]
    before, download = time.process_time(), time.perf_counter()
    await bare_download(demo, asked)
    return Round(
        watch=watch,
        whole=whole,
        cpu=cpu,
        held_back=clock.ahead.total_seconds(),
        size=size,
        load=load,
        rules=rules,
        download=time.perf_counter() - download,
        download_cpu=time.process_time() - before,
        requests=len(asked),
    )


async def bare_download(demo: DemoTenant, asked: list[dict[str, str]]) -> None:
    """The same requests once more through plain httpx, one after the other, and every answer thrown away."""
    headers = {"Authorization": f"Bearer {demo.reader.token}"}
    async with httpx.AsyncClient(timeout=60) as client:
        for entry in asked:
            url = httpx.URL(demo.reader.url + entry["path"], query=entry["query"].encode())
            # Counts and advanced queries need it; with `$expand` Graph refuses it.
            level = {} if "expand" in entry["query"] else {"ConsistencyLevel": "eventual"}
            answer = await client.get(url, headers=headers | level)
            if answer.status_code == 302:
                answer = await client.get(answer.headers["Location"])
            answer.raise_for_status()


def rules_alone(path: Path, tenant_id: str, clock: Clock) -> tuple[float, float]:
    """Seconds to load everybody from the snapshot, and seconds of the rules over them."""
    load, view = timed(lambda: loaded(path, tenant_id, clock))
    return load, timed(lambda: evaluate(view))[0]


def loaded(path: Path, tenant_id: str, clock: Clock) -> TenantView:
    database = Database(path, "licenseiq_tenant.snapshot.migrations")
    try:
        with database.read() as db:
            generations = views.newest_generations(db, tenant_id)
            ground = views.context(db, tenant_id, generations, clock(), load_catalogue(), Policy(), PriceBook())
            view = views.tenant_view(db, ground, generations)
    finally:
        database.close()
    if not view.context.is_read(Source.SIGN_INS):
        raise RuntimeError("the slow lane did not come to its end")
    return view


def timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def peak_megabytes() -> float:
    """The most memory that this process has held so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def repeated(view: TenantView, users: int) -> TenantView:
    """So many people: those of `view` again and again, each copy with an id and records of its own, and as many more
    seats of each SKU. What the copies share are texts and dates, as they do when read from a store."""

    def people() -> Iterator[Person]:
        for number in range(users):
            turn, place = divmod(number, len(view.people))
            person = view.people[place]
            yield replace(copied(person), user_id=f"{turn:04d}{person.user_id[4:]}")

    times = users / len(view.people)
    lines = {
        sku_id: replace(
            line,
            enabled=None if line.enabled is None else round(line.enabled * times),
            consumed=None if line.consumed is None else round(line.consumed * times),
        )
        for sku_id, line in view.context.lines.items()
    }
    return TenantView(replace(view.context, lines=lines), tuple(people()))


def copied(one: Any) -> Any:
    """A copy of a record and of all records in it."""
    if isinstance(one, tuple):
        return tuple(map(copied, one))
    if not is_dataclass(one) or isinstance(one, type):
        return one
    return replace(one, **{field.name: copied(getattr(one, field.name)) for field in fields(one)})


async def rules_only(users: int, rounds: int) -> None:
    served = min(users, MOST_SERVED)
    clock = Clock()
    with demo_tenant(served) as demo:
        async with demo.open("home", clock) as tenant:
            await tenant.scan()
        view = loaded(demo.folder / "home" / FILE, demo.reader.tenant_id, clock)
    view = repeated(view, users)
    before, took, found = peak_megabytes(), [], 0
    for _ in range(rounds):
        # What the rules keep between people belongs to a context: each round has a new one.
        fresh = replace(view, context=replace(view.context))
        seconds, evaluation = timed(lambda fresh=fresh: evaluate(fresh))
        took.append(seconds)
        found = len(evaluation.findings)
        del evaluation
    print(f"{users} people in memory, repeated from {served} of the demo; {rounds} rounds: median (least to most)\n")
    line("all findings, score, summary", spread(took, "s"))
    line("a person", spread([1e6 * each / users for each in took], "µs", 0))
    line("findings", f"{found}")
    line("most memory before the rules", f"{before:.0f} MB")
    line("most memory", f"{peak_megabytes():.0f} MB")


async def run(users: int, rounds: int) -> None:
    with demo_tenant(users) as demo:
        done, peak = [], 0.0
        for number in range(rounds):
            done.append(await one_round(demo, f"home-{number}"))
            # Later rounds stand on the memory of the first.
            peak = peak or peak_megabytes()
    tell(done, users, peak)


def tell(done: list[Round], users: int, peak: float) -> None:
    print(f"{users} people, {done[0].requests} requests, {len(done)} rounds: median (least to most)\n")
    line("scan / bare download, wall", spread([r.whole / r.download for r in done], "x"))
    line("scan / bare download, CPU of client", spread([r.cpu / r.download_cpu for r in done], "x"))
    line("rules / scan", spread([r.rules / r.whole for r in done], "x", 3))
    print()
    for lane in LANES:
        words = f"{lane}: load, run, store" if lane == "rules" else f"lane {lane}"
        line(words, spread([r.watch.seconds(lane) for r in done], "s"))
    line("load everybody", spread([r.load for r in done], "s"))
    line("rules alone", spread([r.rules for r in done], "s"))
    line("first score", spread([r.watch.first_score or 0.0 for r in done], "s"))
    line("whole scan", spread([r.whole for r in done], "s"))
    line("bare download", spread([r.download for r in done], "s"))
    line("people per second", spread([users / r.whole for r in done], "people/s", 0))
    line("Microsoft's limit would add", f"{done[0].held_back:.0f} s (sign-in activity: 10 requests a minute)")
    print()
    line("most memory, first round", f"{peak:.0f} MB")
    line("snapshot on disk", f"{done[0].size / 1e6:.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description="Reads and scores a demo tenant over HTTP, and prints what it took.")
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rules-only", action="store_true", help="people in memory, the rules alone")
    options = parser.parse_args()
    anyio.run(rules_only if options.rules_only else run, options.users, options.rounds)


if __name__ == "__main__":
    main()
