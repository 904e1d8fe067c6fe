"""What can be read of a tenant, tried by one small request each."""

from licenseiq_tenant.checks.features import FEATURES, Feature, Judged, judged
from licenseiq_tenant.checks.trying import Checked, lane_ages, try_all

__all__ = ["FEATURES", "Checked", "Feature", "Judged", "judged", "lane_ages", "try_all"]
