"""Bytes out of the store. SQLite keeps text in a BLOB column without a word; here that is tampering."""

from licenseiq.errors import Tampered


def as_bytes(value: object) -> bytes:
    if not isinstance(value, bytes | memoryview):
        raise Tampered("A stored record is not of the kind that was written.", "Restore the store from a backup.")
    return bytes(value)
