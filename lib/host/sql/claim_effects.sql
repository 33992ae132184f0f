UPDATE host_outbox
SET owner = :owner, lease_until_ms = :lease_until,
    tries = tries + CASE WHEN owner <> '' THEN 1 ELSE 0 END
WHERE id IN (
  SELECT id FROM host_outbox
  WHERE owner = '' AND next_try_ms <= :now OR owner <> '' AND lease_until_ms <= :now
  ORDER BY next_try_ms LIMIT :most)
RETURNING id, kind, key, body, tries
