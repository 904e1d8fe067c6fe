"""The MCP server: speaks with models, reads, and can never write to a tenant."""

from licenseiq_server.build import build_server, run_stdio

__all__ = ["build_server", "run_stdio"]
