"""The desk's own store, and the keys that lie outside of it."""
