WITH picked AS MATERIALIZED (
  SELECT o.id FROM host_outbox o
  WHERE (CASE WHEN o.owner = '' THEN o.next_try_ms ELSE o.lease_until_ms END) <= :now
  ORDER BY (CASE WHEN o.owner = '' THEN o.next_try_ms ELSE o.lease_until_ms END)
  LIMIT :most @lock_free(o))
UPDATE host_outbox
SET owner = :owner, lease_until_ms = :lease_until,
    tries = tries + CASE WHEN owner <> '' THEN 1 ELSE 0 END
WHERE id IN (SELECT id FROM picked)
RETURNING id, kind, key, body, tries
