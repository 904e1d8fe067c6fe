"""What we know of the tenant: lanes, generations, evaluations."""
