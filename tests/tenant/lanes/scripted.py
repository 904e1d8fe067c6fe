"""A Graph of one report, over HTTP, whose downloads are scripted: what the demo tenant cannot be made to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from licenseiq_tenant.graph.client import Connection, Graph, open_graph
from licenseiq_tenant.graph.guard import read_rule


@dataclass
class Scripted:
    """`downloads` are (status, body, bytes that are promised beyond the body and never sent), in turn; the last one
    again and again. `asked` records the request lines with the token's header, if any."""

    downloads: list[tuple[int, bytes, int]]
    direct: bytes | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Graph]:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

        async def token() -> str:
            return "secret"

        async with server, open_graph(Connection(f"{base}/v1.0", token), read_rule(f"{base}/v1.0")) as graph:
            yield graph

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
        path = head[0].split()[1]
        self.asked.append((path, fields.get("authorization", "")))
        location, missing = "", 0
        if path != "/download":
            status, body = (302, b"") if self.direct is None else (200, self.direct)
            location = f"Location: http://{fields['host']}/download\r\n"
        else:
            status, body, missing = self.downloads.pop(0) if len(self.downloads) > 1 else self.downloads[0]
        length = len(body) + missing
        writer.write(f"HTTP/1.1 {status} X\r\n{location}Content-Length: {length}\r\nConnection: close\r\n\r\n".encode())
        writer.write(body)
        await writer.drain()
        writer.close()
