"""What the customer says of the tenant, which Microsoft Graph does not know: prices, exceptions from findings, and what
HR says of people; and what an evaluation leaves of each day."""

from licenseiq_tenant.book.exceptions import ExceptionBook
from licenseiq_tenant.book.history import HistoryBook
from licenseiq_tenant.book.hr import HrBook
from licenseiq_tenant.book.prices import PriceBooks
from licenseiq_tenant.book.store import open_book

__all__ = ["ExceptionBook", "HistoryBook", "HrBook", "PriceBooks", "open_book"]
