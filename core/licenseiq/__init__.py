"""The rules and use cases of LicenseIQ: pure, without I/O."""
