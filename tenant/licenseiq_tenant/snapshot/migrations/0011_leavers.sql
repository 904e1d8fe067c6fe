-- What is left of leavers, by source and person, each with the time at which it was read: not all are read in one scan.
-- reason is NULL where it was read; outside is NULL where it is not known whether rules forward outside.
CREATE TABLE left_over (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    user_id TEXT NOT NULL,
    read_at TEXT NOT NULL,
    reason TEXT,
    found INTEGER NOT NULL,
    outside INTEGER,
    valid_from TEXT,
    PRIMARY KEY (tenant_id, generation_id, source, user_id)
) WITHOUT ROWID;
