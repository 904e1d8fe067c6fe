"""The findings: one rule a file. Reading this list is reading what LicenseIQ looks for.

The order is the order of precedence: a seat that two rules claim is counted for the first one.
"""

from licenseiq.findings.finding import Claim, Confidence, Finding

__all__ = ["Claim", "Confidence", "Finding"]
