INSERT INTO payments_ledger_heads (site, seq, hash)
SELECT site, seq, hash FROM @rows(site text, seq bigint, hash text) AS r WHERE true
ON CONFLICT (site) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
