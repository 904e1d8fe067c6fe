"""A server of the SDK that does nothing: what `bench.serve_start` measures ours against."""

from mcp.server.mcpserver import MCPServer

server = MCPServer("empty")


@server.tool()
async def nothing() -> str:
    """Does nothing."""
    return ""


if __name__ == "__main__":
    server.run("stdio")
