"""The MCP tools, one a file."""
