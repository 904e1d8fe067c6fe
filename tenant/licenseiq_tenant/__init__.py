"""What we know of a tenant: reading Graph, the snapshot, the inbox."""
