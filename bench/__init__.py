"""What LicenseIQ costs in time and memory. Each module is a command that prints its own figures."""
