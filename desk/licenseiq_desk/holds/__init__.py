"""The index of eDiscovery holds: read beforehand, a few requests a minute, and asked before data is touched."""
