-- When an effect is due: at its next try, or when the lease of who has it ends.
CREATE INDEX host_outbox_due
ON host_outbox ((CASE WHEN owner = '' THEN next_try_ms ELSE lease_until_ms END));
