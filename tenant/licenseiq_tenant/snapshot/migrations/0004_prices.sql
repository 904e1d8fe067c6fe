-- The customer's price list that an evaluation was made with; 'none' before there could be one.
ALTER TABLE evaluation ADD COLUMN prices_version TEXT NOT NULL DEFAULT 'none';

-- The id of a subscription in Microsoft's commerce system, which invoices name.
ALTER TABLE subscription ADD COLUMN commerce_id TEXT;

-- What the organisation says of itself; country is ISO 3166, two letters.
CREATE TABLE organization (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    country TEXT,
    PRIMARY KEY (tenant_id, generation_id)
) WITHOUT ROWID;
