-- The plans themselves, for the server: one that the desk made (an undo) is kept in the inbox from here. A plan holds
-- commitments, and no personal value.
CREATE VIEW v1_plan AS SELECT tenant_id, proposal_id, digest, plan FROM proposal;
