"""Reading a tenant into the snapshot, lane by lane, and evaluating it."""
