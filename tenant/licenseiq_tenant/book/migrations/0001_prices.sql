-- Price lists by version, which is the digest of their content: one that was used stays readable.
CREATE TABLE price_list (
    tenant_id TEXT NOT NULL,
    version TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant_id, version)
) WITHOUT ROWID;

-- Each import, in order; the last one is the list of today. imported_on is a day in UTC.
CREATE TABLE price_import (
    tenant_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    version TEXT NOT NULL,
    imported_on TEXT NOT NULL,
    PRIMARY KEY (tenant_id, number)
) WITHOUT ROWID;
