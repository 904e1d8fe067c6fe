"""Reading Microsoft Graph through the SDK, behind a transport that lets only reads pass."""
