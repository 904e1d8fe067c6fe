"""The stores in files and in PostgreSQL, side by side: `uv run python -m bench.stores --rounds 5`.

Both flush at each commit. The rounds alternate between the engines, so that other work on the machine meets both; read
the ratios. PostgreSQL 18 runs beside it, asked over a socket: a network adds its way there and back to each statement.

ledger append: one entry with its signed head, one transaction. verified: entries a second, read back and recomputed.
step of a run: all that the desk does for one step but the request itself, an intent and an outcome among it.
proposal stored: with its openings, by the server. scan page: 999 people with a licence each.
"""

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import anyio
from tests.core.builders import make_person
from tests.desk.fakes import START, TENANT, opening, plan_for, world_in
from tests.postgresql import BOTH, Cluster, running_cluster, stores_in

from bench.figures import line, spread
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.ledger.verify import verify
from licenseiq_desk.store.desk_store import open_store
from licenseiq_tenant.database import Database
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.snapshot.generations import Generations
from licenseiq_tenant.snapshot.lease import acquire

PEOPLE, PAGE = 9, 999


@contextmanager
def timed(found: dict[str, float], name: str, by: int = 1) -> Iterator[None]:
    """Milliseconds, for each of `by`."""
    began = time.perf_counter()
    yield
    found[name] = 1000 * (time.perf_counter() - began) / by


def of_ledger(home: Path, found: dict[str, float], entries: int) -> None:
    with closing(open_store(home)) as store:
        with timed(found, "ledger append", entries):
            for number in range(entries):
                with store.database.write() as db:
                    store.ledger.append(db, TENANT, START, Kind.OUTCOME, {"number": number}, "L0")
        with timed(found, "ledger entry verified", entries):
            assert verify(store.database, TENANT, store.ledger.public_key(TENANT)).is_whole


def of_run(home: Path, found: dict[str, float], _: int) -> None:
    async def carried_out() -> None:
        world = world_in(home, people=PEOPLE)
        with closing(world.inbox), closing(world.desk):
            world.put(plan_for(PEOPLE))
            await world.approve()
            with timed(found, "step of a run", 3 * PEOPLE):
                assert await world.finish() == "complete"

    anyio.run(carried_out)


def of_inbox(home: Path, found: dict[str, float], entries: int) -> None:
    with closing(Inbox(home)) as inbox, timed(found, "proposal stored", entries):
        for number in range(entries):
            inbox.put(f"p-{number}", plan_for(), [opening(1)], f"k {number}")


def of_scan(home: Path, found: dict[str, float], _: int) -> None:
    people = [make_person(f"u{number}", {"sku"}, 1) for number in range(PAGE)]
    with closing(Database(home / "snapshot.db", "licenseiq_tenant.snapshot.migrations")) as database:
        lease = acquire(database, "t", lambda: START)
        assert lease is not None
        generations = Generations(lease)
        number = generations.begin("fast", START)
        with timed(found, "scan page of 999 people"):
            generations.add_people(number, people)


PARTS: tuple[Callable[[Path, dict[str, float], int], None], ...] = (of_ledger, of_run, of_inbox, of_scan)


def measured(cluster: Cluster | None, entries: int) -> dict[str, float]:
    took: dict[str, float] = {}
    for part in PARTS:
        with tempfile.TemporaryDirectory(prefix="licenseiq-bench-") as folder:
            home = Path(folder)
            with stores_in(cluster.emptied(BOTH), home) if cluster is not None else nullcontext():
                part(home, took, entries)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description="The stores in files and in PostgreSQL, in turn.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--entries", type=int, default=300)
    options = parser.parse_args()
    times: dict[str, dict[str, list[float]]] = {"SQLite": defaultdict(list), "PostgreSQL": defaultdict(list)}
    with running_cluster(flushes=True) as cluster:
        for _ in range(options.rounds):
            for engine, where in (("SQLite", None), ("PostgreSQL", cluster)):
                for name, milliseconds in measured(where, options.entries).items():
                    times[engine][name].append(milliseconds)
    print(f"{options.rounds} rounds, {options.entries} entries each: median (least to most)\n\nPostgreSQL / SQLite")
    for name, in_files in times["SQLite"].items():
        ratios = [there / here for here, there in zip(in_files, times["PostgreSQL"][name], strict=True)]
        line(f"  {name}", spread(ratios, "x"))
    for engine, found in times.items():
        print(f"\n{engine}")
        for name, took in found.items():
            line(f"  {name}", spread(took, "ms"))


if __name__ == "__main__":
    main()
