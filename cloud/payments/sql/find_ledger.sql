SELECT r.order_id, r.entry, COALESCE(l.hash, '') AS last_hash,
       (SELECT COUNT(*) FROM payments_ledger e
        WHERE e.order_id = r.order_id AND e.entry = r.entry) AS there
FROM @rows(site text, seq bigint, order_id text, entry text) AS r
LEFT JOIN payments_ledger l ON l.site = r.site AND l.seq = r.seq
