"""The readers of Microsoft Graph: each source as domain values, or NotReadable with its reason. Nothing is stored."""
