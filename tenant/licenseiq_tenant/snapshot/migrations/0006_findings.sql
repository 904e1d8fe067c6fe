-- Findings about a subscription, that free no seat, that claim a part of a price, and that somebody has decided to leave.
ALTER TABLE finding ADD COLUMN subject TEXT;
ALTER TABLE finding ADD COLUMN claims_seats INTEGER NOT NULL DEFAULT 1;
ALTER TABLE finding ADD COLUMN claimed BLOB;
ALTER TABLE finding ADD COLUMN exception BLOB;

-- A claim without money stands for a finding that frees no seat; an excepted one counts nowhere but beside.
ALTER TABLE claim ADD COLUMN is_moneyless INTEGER NOT NULL DEFAULT 0;
ALTER TABLE claim ADD COLUMN is_excepted INTEGER NOT NULL DEFAULT 0;
