"""Exchange's admin API: the endpoint that the PowerShell module itself speaks to."""
