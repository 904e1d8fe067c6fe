-- What we know of the tenants. A lane builds a generation aside; publishing moves the pointers of its sources to it.
CREATE TABLE generation (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    lane TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('building', 'published')),
    started_at TEXT NOT NULL,
    checkpoint TEXT,
    PRIMARY KEY (tenant_id, generation_id)
) WITHOUT ROWID;

CREATE TABLE pointer (
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, source)
) WITHOUT ROWID;

-- How a source came out in a generation; reason is NULL where it was read.
CREATE TABLE reading (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    reason TEXT,
    as_of TEXT NOT NULL,
    item_count INTEGER NOT NULL,
    unreadable INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, generation_id, source)
) WITHOUT ROWID;

-- The newest try of each source, also where it failed and the generation before stays in use.
CREATE TABLE last_try (
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (tenant_id, source)
) WITHOUT ROWID;

-- One scan per tenant at a time, whichever process runs it. The fence grows with each owner.
CREATE TABLE scan_lease (
    tenant_id TEXT NOT NULL PRIMARY KEY,
    holder TEXT,
    fence INTEGER NOT NULL,
    expires_at REAL NOT NULL,
    note TEXT NOT NULL
) WITHOUT ROWID;

-- Requests of the last minutes against Graph's limits, over all processes; at is in seconds since 1970.
CREATE TABLE rate_use (
    tenant_id TEXT NOT NULL,
    bucket TEXT NOT NULL,
    at REAL NOT NULL,
    use_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, bucket, at, use_id)
) WITHOUT ROWID;

CREATE TABLE person (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    principal_name TEXT,
    principal_key TEXT,
    display_name TEXT,
    name_key TEXT,
    department TEXT,
    department_key TEXT,
    job_title TEXT,
    title_key TEXT,
    office TEXT,
    office_key TEXT,
    usage_location TEXT,
    user_type TEXT,
    account_enabled INTEGER,
    created TEXT,
    hired TEXT,
    employee_type TEXT,
    type_key TEXT,
    synced INTEGER,
    licences_known INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, generation_id, user_id)
) WITHOUT ROWID;

CREATE INDEX person_by_principal ON person (tenant_id, generation_id, principal_key);
CREATE INDEX person_by_name ON person (tenant_id, generation_id, name_key);
CREATE INDEX person_by_department ON person (tenant_id, generation_id, department_key);

CREATE TABLE assignment (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    sku_id TEXT NOT NULL,
    group_id TEXT,
    state TEXT,
    error TEXT,
    disabled_plans TEXT NOT NULL,
    PRIMARY KEY (tenant_id, generation_id, user_id, place)
) WITHOUT ROWID;

CREATE TABLE role_holder (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    principal_id TEXT NOT NULL,
    role_name TEXT NOT NULL,
    PRIMARY KEY (tenant_id, generation_id, principal_id, role_name)
) WITHOUT ROWID;

CREATE TABLE licensing_group (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    group_id TEXT NOT NULL,
    display_name TEXT,
    sku_ids TEXT NOT NULL,
    membership_rule TEXT,
    synced INTEGER,
    PRIMARY KEY (tenant_id, generation_id, group_id)
) WITHOUT ROWID;

CREATE TABLE seat_line (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    sku_id TEXT NOT NULL,
    part_number TEXT NOT NULL,
    enabled INTEGER,
    warning INTEGER,
    suspended INTEGER,
    locked_out INTEGER,
    consumed INTEGER,
    assignable INTEGER NOT NULL,
    capability_status TEXT,
    subscription_ids TEXT NOT NULL,
    service_plans TEXT NOT NULL,
    PRIMARY KEY (tenant_id, generation_id, sku_id)
) WITHOUT ROWID;

CREATE TABLE subscription (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    subscription_id TEXT NOT NULL,
    sku_id TEXT NOT NULL,
    status TEXT,
    is_trial INTEGER,
    total INTEGER,
    created TEXT,
    next_lifecycle TEXT,
    PRIMARY KEY (tenant_id, generation_id, subscription_id)
) WITHOUT ROWID;

-- Reports name people by their principal name; sign-ins by id.
CREATE TABLE product_use (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    principal_key TEXT NOT NULL,
    exchange TEXT,
    onedrive TEXT,
    sharepoint TEXT,
    teams TEXT,
    other TEXT,
    licensed_since TEXT,
    PRIMARY KEY (tenant_id, generation_id, principal_key)
) WITHOUT ROWID;

CREATE TABLE app_use (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    principal_key TEXT NOT NULL,
    last_activity TEXT,
    desktop TEXT NOT NULL,
    web TEXT NOT NULL,
    mobile TEXT NOT NULL,
    PRIMARY KEY (tenant_id, generation_id, principal_key)
) WITHOUT ROWID;

CREATE TABLE mailbox (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    principal_key TEXT NOT NULL,
    kind TEXT,
    last_activity TEXT,
    used_bytes INTEGER,
    quota_bytes INTEGER,
    has_archive INTEGER,
    PRIMARY KEY (tenant_id, generation_id, principal_key)
) WITHOUT ROWID;

CREATE TABLE drive (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    principal_key TEXT NOT NULL,
    last_activity TEXT,
    used_bytes INTEGER,
    files INTEGER,
    PRIMARY KEY (tenant_id, generation_id, principal_key)
) WITHOUT ROWID;

CREATE TABLE sign_in (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    interactive TEXT,
    non_interactive TEXT,
    successful TEXT,
    PRIMARY KEY (tenant_id, generation_id, user_id)
) WITHOUT ROWID;

-- One pass of the rules, with the generations that it rests on.
CREATE TABLE evaluation (
    tenant_id TEXT NOT NULL,
    evaluation_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    as_of TEXT NOT NULL,
    rules_version TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    catalogue_version TEXT NOT NULL,
    summary BLOB NOT NULL,
    PRIMARY KEY (tenant_id, evaluation_id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX evaluation_by_number ON evaluation (tenant_id, number);

CREATE TABLE evaluation_source (
    tenant_id TEXT NOT NULL,
    evaluation_id TEXT NOT NULL,
    source TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, evaluation_id, source)
) WITHOUT ROWID;

-- Holders by days inactive, longest first: position is the order, so that a page is a range.
CREATE TABLE holder (
    tenant_id TEXT NOT NULL,
    evaluation_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    principal_name TEXT,
    display_name TEXT,
    department TEXT,
    department_key TEXT,
    account_enabled INTEGER,
    is_person INTEGER NOT NULL,
    last_activity TEXT,
    days_inactive INTEGER,
    never_active INTEGER NOT NULL,
    confidence TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (tenant_id, evaluation_id, position)
) WITHOUT ROWID;

CREATE TABLE holder_seat (
    tenant_id TEXT NOT NULL,
    evaluation_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    sku_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, evaluation_id, position, sku_id)
) WITHOUT ROWID;

CREATE TABLE finding (
    tenant_id TEXT NOT NULL,
    evaluation_id TEXT NOT NULL,
    finding_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_id TEXT,
    sku_ids TEXT NOT NULL,
    seats INTEGER NOT NULL,
    confidence TEXT NOT NULL,
    reason TEXT NOT NULL,
    evidence BLOB NOT NULL,
    PRIMARY KEY (tenant_id, evaluation_id, finding_id)
) WITHOUT ROWID;

-- A seat as counted, once; micros and currency are NULL where it has no price.
CREATE TABLE claim (
    tenant_id TEXT NOT NULL,
    evaluation_id TEXT NOT NULL,
    finding_id TEXT NOT NULL,
    sku_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    seats INTEGER NOT NULL,
    counts INTEGER NOT NULL,
    currency TEXT,
    micros INTEGER,
    PRIMARY KEY (tenant_id, evaluation_id, finding_id, sku_id)
) WITHOUT ROWID;

-- Whom a proposal is about, so that an answer can name people who are still in the tenant.
CREATE TABLE proposal_subject (
    tenant_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    reference TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, proposal_id, reference)
) WITHOUT ROWID;
