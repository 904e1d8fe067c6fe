-- What else is read of a tenant, and from where the next reading of the directory goes on.
-- `unchecked` is 1 where Graph gave no count to compare a list with.
ALTER TABLE reading ADD COLUMN unchecked INTEGER NOT NULL DEFAULT 0;

-- What made no sense so far in a generation that is being built, over all processes that build it.
ALTER TABLE generation ADD COLUMN unreadable INTEGER NOT NULL DEFAULT 0;

CREATE TABLE teams_use (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    principal_key TEXT NOT NULL,
    last_activity TEXT,
    PRIMARY KEY (tenant_id, generation_id, principal_key)
) WITHOUT ROWID;

CREATE TABLE sharepoint_use (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    principal_key TEXT NOT NULL,
    last_activity TEXT,
    PRIMARY KEY (tenant_id, generation_id, principal_key)
) WITHOUT ROWID;

CREATE TABLE email_use (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    principal_key TEXT NOT NULL,
    last_activity TEXT,
    PRIMARY KEY (tenant_id, generation_id, principal_key)
) WITHOUT ROWID;

CREATE TABLE activation (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    principal_key TEXT NOT NULL,
    last_activity TEXT,
    PRIMARY KEY (tenant_id, generation_id, principal_key)
) WITHOUT ROWID;

CREATE TABLE copilot_use (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    principal_key TEXT NOT NULL,
    last_activity TEXT,
    PRIMARY KEY (tenant_id, generation_id, principal_key)
) WITHOUT ROWID;

ALTER TABLE licensing_group ADD COLUMN processing_state TEXT;

-- 0: the group's members could not be read, so that none in group_member says nothing.
ALTER TABLE licensing_group ADD COLUMN members_read INTEGER NOT NULL DEFAULT 0;

-- Direct members who are users: licensing looks at no others.
CREATE TABLE group_member (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    group_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, generation_id, group_id, user_id)
) WITHOUT ROWID;

-- Who may activate a directory role (Privileged Identity Management).
CREATE TABLE eligible_role (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    principal_id TEXT NOT NULL,
    role_name TEXT NOT NULL,
    PRIMARY KEY (tenant_id, generation_id, principal_id, role_name)
) WITHOUT ROWID;

-- Where Graph tells what changed since a generation of a source, and when that source was last read whole.
CREATE TABLE delta_link (
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    link TEXT NOT NULL,
    whole_at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, source)
) WITHOUT ROWID;
