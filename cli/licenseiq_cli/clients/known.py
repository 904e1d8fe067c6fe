"""The chat clients that `licenseiq install` knows, and what each one's file looks like."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """`section` is the object of the file that holds the servers; `typed`: an entry names its transport;
    `comments`: the file is JSON with comments and trailing commas; `after` says what a person does then."""

    name: str
    title: str
    section: str
    typed: bool
    comments: bool
    after: str


CLIENTS = (
    Client(
        "claude-desktop",
        "Claude Desktop",
        "mcpServers",
        typed=False,
        comments=False,
        after="Quit Claude Desktop completely, also from the tray or menu bar, and start it again.",
    ),
    Client(
        "claude-code",
        "Claude Code",
        "mcpServers",
        typed=True,
        comments=False,
        after="Start claude again in this folder and allow the server when it asks.\n"
        "The file names paths of this machine: keep it out of version control.",
    ),
    Client(
        "vscode",
        "VS Code",
        "servers",
        typed=True,
        comments=True,
        after="Restart VS Code, or run 'MCP: List Servers' and start it there; then open the chat in agent mode.",
    ),
    Client(
        "cursor",
        "Cursor",
        "mcpServers",
        typed=True,
        comments=False,
        after="Restart Cursor; Settings > Tools & MCP shows whether the server runs.",
    ),
)


def client_of(name: str) -> Client:
    """By the name that is typed. KeyError for another one: the parser lets none pass."""
    return {client.name: client for client in CLIENTS}[name]
