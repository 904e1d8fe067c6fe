"""The MCP server: speaks with models, reads, can never write to a tenant."""
