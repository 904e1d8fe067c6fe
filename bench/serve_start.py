"""From the start of the process to the answer to `initialize`: `uv run python -m bench.serve_start`.

`licenseiq serve --demo` against an empty server of the same SDK, in turns, so that noise meets both. The promise is
at most 1.2 times the empty one. Bytecode is compiled before anything is measured, as it is on a user's machine.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.figures import line, spread

PROMISE = 1.2
OURS = ("-m", "licenseiq_cli.main", "serve", "--demo")
EMPTY = ("-m", "bench.empty_server")
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "bench", "version": "0"},
    },
}


def seconds_to_ready(arguments: tuple[str, ...], environment: Mapping[str, str]) -> float:
    """Starts a server, says `initialize`, and ends it. RuntimeError when it answers anything else."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(environment),
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(INITIALIZE) + "\n")
        server.stdin.flush()
        answer = server.stdout.readline()
        took = time.perf_counter() - started
        server.stdin.close()
        server.wait(timeout=30)
    if "serverInfo" not in json.loads(answer or "{}").get("result", {}):
        raise RuntimeError(f"{' '.join(arguments)} did not answer the handshake")
    return took


def run(rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="licenseiq-bench-") as name:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": str(Path(name) / "bytecode"), "LICENSEIQ_HOME": str(Path(name) / "home")}
        for arguments in (OURS, EMPTY):
            seconds_to_ready(arguments, environment)
        pairs = [(seconds_to_ready(OURS, environment), seconds_to_ready(EMPTY, environment)) for _ in range(rounds)]
    ours, empty = ([pair[which] for pair in pairs] for which in (0, 1))
    print(f"spawn to the answer of initialize, {rounds} rounds in turns: median (least to most)\n")
    line("ours / empty, of the medians", f"{statistics.median(ours) / statistics.median(empty):.2f} x")
    line("ours / empty, round by round", spread([mine / other for mine, other in pairs], "x"))
    line("promise", f"at most {PROMISE} x")
    line("licenseiq serve --demo", spread([1000 * each for each in ours], "ms", 0))
    line("empty server", spread([1000 * each for each in empty], "ms", 0))


def main() -> None:
    parser = argparse.ArgumentParser(description="How long `licenseiq serve` takes to be ready, against an empty one.")
    parser.add_argument("--rounds", type=int, default=15)
    run(parser.parse_args().rounds)


if __name__ == "__main__":
    main()
