-- What an evaluation leaves of its day (UTC), the last one of a day: it cannot be read again from anywhere. No person but
-- managers by id, while they are in the tenant. Money is 'EUR:1000000 USD:5', in millionths.
CREATE TABLE history_day (
    tenant_id TEXT NOT NULL,
    day TEXT NOT NULL,
    as_of TEXT NOT NULL,
    seats_as_of TEXT NOT NULL,
    groupings TEXT NOT NULL,
    PRIMARY KEY (tenant_id, day)
) WITHOUT ROWID;

CREATE TABLE history_sku (
    tenant_id TEXT NOT NULL,
    day TEXT NOT NULL,
    sku_id TEXT NOT NULL,
    enabled INTEGER,
    consumed INTEGER,
    held INTEGER NOT NULL,
    paid INTEGER NOT NULL,
    price TEXT NOT NULL,
    spend TEXT NOT NULL,
    unpriced INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day, sku_id)
) WITHOUT ROWID;

CREATE TABLE history_group (
    tenant_id TEXT NOT NULL,
    day TEXT NOT NULL,
    grouping TEXT NOT NULL,
    role TEXT NOT NULL,
    key TEXT NOT NULL,
    label TEXT,
    people INTEGER NOT NULL,
    seats INTEGER NOT NULL,
    spend TEXT NOT NULL,
    unpriced INTEGER NOT NULL,
    exposure TEXT NOT NULL,
    exposed_seats INTEGER NOT NULL,
    exposed_unpriced INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day, grouping, role, key)
) WITHOUT ROWID;

CREATE TABLE history_kind (
    tenant_id TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    seats INTEGER NOT NULL,
    monthly TEXT NOT NULL,
    unpriced INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day, kind)
) WITHOUT ROWID;
