-- HR's word on people, replaced as a whole by each import. There is no column for a reason, on purpose.
CREATE TABLE hr_record (
    tenant_id TEXT NOT NULL,
    user_key TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'on leave', 'left')),
    since TEXT,
    until TEXT,
    PRIMARY KEY (tenant_id, user_key)
) WITHOUT ROWID;

-- imported_on is a day in UTC.
CREATE TABLE hr_import (
    tenant_id TEXT NOT NULL PRIMARY KEY,
    version TEXT NOT NULL,
    imported_on TEXT NOT NULL
) WITHOUT ROWID;
