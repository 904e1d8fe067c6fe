"""Mail: each mailbox as Exchange keeps it, what leaves the tenant, and whose story it is."""
