"""What Microsoft sells and what it costs: the catalogue, from the data beside this file."""

from licenseiq_tenant.prices.loader import load_catalogue

__all__ = ["load_catalogue"]
