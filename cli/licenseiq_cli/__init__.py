"""The licenseiq command: each process is put together here."""
