-- The index of eDiscovery holds. One reading of all cases is a generation; the complete one answers until the next is.
-- `read_at` is when the complete one was begun, `requests` how many it took.
CREATE TABLE hold_index (
    tenant_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    begun_at TEXT,
    asked INTEGER NOT NULL,
    cases INTEGER NOT NULL,
    complete INTEGER,
    read_at TEXT,
    complete_cases INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    paused_until TEXT,
    refused_at TEXT,
    PRIMARY KEY (tenant_id)
) WITHOUT ROWID;

-- What has still to be asked for the generation that is being read.
CREATE TABLE hold_todo (
    tenant_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    what TEXT NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (tenant_id, generation, number)
) WITHOUT ROWID;

-- Addresses and sites that are held, each by a digest under a key of the desk's.
CREATE TABLE hold_found (
    tenant_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (tenant_id, generation, source)
) WITHOUT ROWID;

-- When Graph was asked last, so that five requests a minute are kept by all processes together.
CREATE TABLE hold_asked (
    tenant_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, number)
) WITHOUT ROWID;
