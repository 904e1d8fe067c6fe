"""The marks of tests that import the SDK."""

import pytest

SDK = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
NULLS = {"what": "null_fields"}
